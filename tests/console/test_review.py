"""A reviewer's day in a real browser: by keyboard, with undo, and with everything that goes wrong."""

from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

from tests.console.world import AD, GRAVE, PASSWORD, PLEA, World, console, fill
from tppo_watch.config import ReviewSettings
from tppo_watch.errors import InputError
from tppo_watch.reports import paper
from tppo_watch.review import Decision, Desk
from tppo_watch.storage import pictures
from tppo_watch.types import Picture

#: Where pictures of the pages are left for whoever wants to look; `make clean` removes them.
ARTEFACTS = Path(__file__).parents[2] / "build" / "pages"
POSTS = [
    PLEA,
    *(f"{AD} nomor {i}" for i in range(16)),
    *(f"Loker kebun sawit Malaysia {i}, WA 0812-0000-0166" for i in range(4)),
    GRAVE,
]


@pytest.fixture
def world(tmp_path: Path):
    """A console of its own for each test: decisions of one are not found by another."""
    with console(tmp_path) as running:
        fill(running.watch, POSTS, now=running.clock())
        yield running


def state(world: World, alert_id: int):
    """Where a post stands; looked up by one who cannot decide, so that nobody finds it held."""
    reader = world.watch.accounts.named("reader")
    return world.watch.desk.open(reader, alert_id, now=world.clock()).item.state


def number(page) -> int:
    return int(re.search(r"/posts/(\d+)", page.url)[1])


def left(page, alert_id: int) -> None:
    """Wait until the page of this post has gone, and that of another has come."""
    page.locator(f"#decide[action='/posts/{alert_id}/decide']").wait_for(state="detached")
    page.locator("#decide").wait_for(state="attached")


def test_twenty_posts_by_keyboard_from_sign_in_to_export(world, visit):
    """Sign in, decide on twenty posts with two keys at most, take one back, refer, export, sign out.

    The pages on the way are kept as pictures.
    """
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    seen = visit()
    page = seen.page
    page.goto("/queue")
    page.get_by_label("Nama pengguna").fill("reviewer")
    page.get_by_label("Kata sandi").fill("kuda nil makan rumput")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.base}/queue")
    assert page.get_by_role("listitem").filter(has_text="tolong saya").count() == 1
    page.screenshot(path=ARTEFACTS / "queue.png", full_page=True)

    page.keyboard.press("n")
    page.locator("#decide").wait_for(state="attached")
    first = number(page)
    decided = {}
    # Whoever needs help comes back until somebody has done something: the second time the post is referred.
    for keys in ["h", "t", "r 1", "b 1", "b 2", "b 3", "b 4", "b 5", "b 6", "s 2", *(["t"] * 11)]:
        here = number(page)
        assert (here == first) == (keys in ("h", "r 1"))
        for key in keys.split():
            page.keyboard.press(key)
        left(page, here)
        decided[here] = keys
    assert len(decided) == 20
    by_keys = {keys: state(world, alert_id) for alert_id, keys in decided.items()}
    assert by_keys["t"].status == "taken_up"
    reasons = ("lawful", "warning", "news", "fraud", "duplicate", "unclear")
    for place, reason in enumerate(reasons, start=1):
        assert (by_keys[f"b {place}"].status, by_keys[f"b {place}"].reason) == ("dismissed", reason)
    assert by_keys["r 1"].status == "referred" and by_keys["r 1"].agencies and by_keys["r 1"].needs_help
    assert by_keys["s 2"].status == "snoozed"

    last = list(decided)[-1]
    page.reload()  # what can be undone is stored, not remembered by the page
    page.keyboard.press("u")
    page.get_by_text("Diurungkan.").wait_for()
    assert number(page) == last
    assert state(world, last).status == "open"
    page.get_by_role("link", name="Berkas rujukan (JSON)")
    with page.expect_download() as download:
        page.get_by_role("link", name="Berkas rujukan (JSON)").click()
    dossier = json.loads(Path(download.value.path()).read_text())
    assert dossier["masked"] and "0812-0000-0147" not in json.dumps(dossier)

    page.screenshot(path=ARTEFACTS / "post.png", full_page=True)
    page.keyboard.press("q")
    page.wait_for_url("**/queue?lane=*")
    page.goto("/queue?view=cases")
    page.screenshot(path=ARTEFACTS / "cases.png", full_page=True)
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/sign-in*")
    assert seen.harm == []


def test_many_at_once_are_counted_first_and_taken_back_together(world, visit):
    """A decision on several posts names exactly those, is one act, and one undo takes it back."""
    seen = visit("reviewer")
    page = seen.page
    page.goto("/queue?lane=medium")
    page.locator("[data-item]").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert "2 dipilih" in page.locator("[data-picked]").text_content()
    chosen = [
        int(box.get_attribute("value").split(":")[0]) for box in page.locator("[name=alert]:checked").all()
    ]
    page.locator("[name=decision]").select_option("not_trafficking:lawful")
    page.get_by_role("button", name="Periksa dan terapkan").click()
    page.get_by_text("Tepat 2 kiriman").wait_for()
    assert [state(world, one).status for one in chosen] == ["open", "open"]
    page.get_by_role("button", name="Terapkan ke 2 kiriman").click()
    page.get_by_text("2 kiriman: bukan TPPO (lowongan yang sah).").wait_for()
    assert [state(world, one).status for one in chosen] == ["dismissed", "dismissed"]
    page.keyboard.press("u")
    page.get_by_text("Diurungkan.").wait_for()
    assert [state(world, one).status for one in chosen] == ["open", "open"]


def test_copies_are_merged_and_taken_apart_again(world, visit):
    """One post stands for the others; they leave the queue, and undo brings them back."""
    page = visit("reviewer").page
    page.goto("/queue?lane=medium")
    for box in page.locator("[name=alert]").all()[:3]:
        box.check()
    chosen = [
        int(box.get_attribute("value").split(":")[0]) for box in page.locator("[name=alert]:checked").all()
    ]
    page.locator("[name=decision]").select_option("merge")
    page.get_by_role("button", name="Periksa dan terapkan").click()
    page.locator("[name=into]").select_option(str(chosen[1]))
    page.get_by_role("button", name="Terapkan ke 3 kiriman").click()
    page.get_by_text("digabung").first.wait_for()
    assert [state(world, one).status for one in chosen] == ["merged", "open", "merged"]
    page.get_by_role("button", name="Urungkan").click()
    page.get_by_text("Diurungkan.").wait_for()
    assert [state(world, one).status for one in chosen] == ["open"] * 3


def test_two_reviewers_on_one_post(world, visit):
    """Who comes second is told by whom, in their language, and what they found is kept."""
    world.watch.accounts.add(None, "Budi", "reviewer", "kuda nil makan rumput", now=world.clock())
    first, second = visit("reviewer").page, visit("Budi", lang="en").page
    first.goto("/posts/3")
    second.goto("/posts/3")
    assert second.get_by_text("with reviewer").count() >= 1
    first.keyboard.press("t")
    left(first, 3)
    second.locator("#note").fill("nomor izin dicatut")
    second.keyboard.press("Escape")  # out of the field, where letters are letters
    second.keyboard.press("b")
    second.keyboard.press("3")
    second.get_by_role("heading", name="Another reviewer came first").wait_for()
    assert second.get_by_text("kept as a second opinion").count() == 1
    assert second.get_by_text("nomor izin dicatut").count() == 1
    found = state(world, 3)
    assert found.status == "taken_up"
    assert {opinion.verdict for opinion in found.opinions} == {"take_up", "not_trafficking"}


def test_a_session_that_ends_loses_no_decision(world, visit):
    """The form waits behind the door with its note; who signs in again looks at it and sends it."""
    seen = visit("reviewer")
    page = seen.page
    page.goto("/posts/4")
    page.locator("#note").fill("paspor diambil, ⟨saksi⟩")
    world.clock.forward(hours=11)
    page.get_by_role("button", name="Tindak lanjuti").click()
    page.get_by_text("Keputusan yang baru dikirim tersimpan").wait_for()
    assert state(world, 4).status == "open"
    page.get_by_label("Nama pengguna").fill("reviewer")
    page.get_by_label("Kata sandi").fill("kuda nil makan rumput")
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("heading", name="Keputusan belum terkirim").wait_for()
    assert page.get_by_text("paspor diambil, ⟨saksi⟩").count() == 1
    page.get_by_role("button", name="Kirim sekarang").click()
    page.wait_for_url("**/posts/*")
    assert state(world, 4).status == "taken_up"
    assert seen.harm == []


def test_a_form_that_waited_is_not_sent_by_somebody_else(world, visit):
    """Another person at the same screen does not finish the decision of the one before."""
    page = visit("reviewer").page
    page.goto("/posts/4")
    world.clock.forward(hours=11)
    page.get_by_role("button", name="Tindak lanjuti").click()
    page.get_by_label("Nama pengguna").fill("lead")
    page.get_by_label("Kata sandi").fill("kuda nil makan rumput")
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(f"{world.base}/queue")
    assert state(world, 4).status == "open"


def test_a_form_of_an_earlier_session_is_asked_about(world, visit):
    """A page that stayed open over a new sign-in is stale: its decision is shown, and can be sent."""
    seen = visit("reviewer")
    old = seen.page
    old.goto("/posts/5")
    token = world.token("reviewer")
    old.context.add_cookies(
        [{"name": world.cookie, "value": token, "domain": "127.0.0.1", "path": "/", "secure": True}]
    )
    old.keyboard.press("t")
    old.get_by_role("heading", name="Keputusan belum terkirim").wait_for()
    assert state(world, 5).status == "open"
    old.get_by_role("button", name="Kirim sekarang").click()
    old.wait_for_url("**/posts/*")
    assert state(world, 5).status == "taken_up"


def test_numbers_are_shown_for_a_reason_that_is_logged(world, visit):
    """Masked at first, shown after a reason, masked again on reload; the reason is in the history."""
    page = visit("reviewer").page
    page.goto("/posts/1")
    assert "0812-0000-0199" not in page.content()
    page.get_by_text("Tampilkan nomor").click()
    page.get_by_label("Untuk apa nomor ini diperlukan?").fill("menelepon keluarga")
    page.get_by_role("button", name="Tampilkan", exact=True).click()
    page.get_by_text("0812-0000-0199").first.wait_for()
    assert page.get_by_text("menelepon keluarga").count() == 1
    page.goto("/posts/1")
    assert "0812-0000-0199" not in page.content()
    page.goto("/queue")
    assert "0812-0000-0199" not in page.content()


def test_who_may_need_help_is_no_suspect(world, visit):
    """A plea has no level, no risk in the list, and a sentence of care on its page."""
    page = visit("reader").page
    page.goto("/queue?lane=assistance")
    line = page.get_by_role("listitem").filter(has_text="tolong saya").text_content()
    assert "risiko" not in line and "Kerja paksa" not in line
    page.goto("/posts/1")
    assert page.get_by_text("Orang ini bukan terduga.").count() == 1
    assert page.get_by_text("Tingkat").count() == 0


def test_grave_posts_are_folded_until_they_are_opened(world, visit):
    """In the queue and on the page; in the settings this can be changed."""
    page = visit("reviewer").page
    page.goto("/queue?lane=high")
    assert page.get_by_text("bayi diadopsi").count() == 0
    page.goto(f"/posts/{len(POSTS)}")
    assert not page.locator(".text").is_visible()
    page.get_by_text("Isi berat. Buka bila siap membaca.").click()
    assert page.locator(".text").is_visible()
    page.goto("/settings")
    page.get_by_label("Lipat teks yang paling berat").uncheck()
    page.get_by_role("button", name="Simpan").click()
    page.get_by_text("Pengaturan disimpan.").wait_for()
    page.goto(f"/posts/{len(POSTS)}")
    assert page.locator(".text").is_visible()


def test_after_long_reading_a_break_is_proposed(world, visit):
    """Not before some posts and some time; said once it was taken, it is gone."""
    page = visit("reviewer").page
    for alert_id in range(1, 12):
        page.goto(f"/posts/{alert_id}")
    assert page.get_by_text("Bacaan ini berat").count() == 0
    world.clock.forward(minutes=46)
    page.goto("/posts/12")
    page.get_by_text("Bacaan ini berat").wait_for()
    page.get_by_role("button", name="Saya sudah istirahat").click()
    page.get_by_text("Selamat bekerja lagi").wait_for()
    assert page.get_by_text("Bacaan ini berat").count() == 0


def test_everything_works_without_script(world, visit):
    """Pages, menus, decisions and undo are plain HTML; the script only adds speed."""
    page = visit("reviewer", java_script_enabled=False).page
    page.goto("/queue")
    page.get_by_role("link", name="Mulai meninjau").click()
    here = number(page)
    page.locator("summary", has_text="Bukan TPPO").click()
    page.get_by_role("button", name="berita").click()
    assert number(page) != here
    assert state(world, here).reason == "news"
    page.get_by_role("button", name="Urungkan").first.click()
    assert number(page) == here
    assert state(world, here).status == "open"


def test_shortcuts_leave_those_alone_who_type_or_switch_them_off(world, visit):
    """Letters in a field are letters; in the settings shortcuts can be switched off; Escape closes a menu."""
    page = visit("reviewer").page
    page.goto("/posts/2")
    page.locator("#note").fill("")
    page.locator("#note").press_sequentially("tbhrsa")
    assert page.locator("#note").input_value() == "tbhrsa"
    assert state(world, 2).status == "open"
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    assert page.locator("[data-menu=b]").get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert page.locator("[data-menu=b]").get_attribute("open") is None
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.goto("/settings")
    page.get_by_label("Tombol pintas satu huruf").uncheck()
    page.get_by_role("button", name="Simpan").click()
    page.get_by_text("Pengaturan disimpan.").wait_for()
    page.goto("/posts/2")
    page.keyboard.press("t")
    assert page.locator("kbd").count() == 0
    assert state(world, 2).status == "open"


@pytest.mark.parametrize(
    "word", ["", "take_up:x", "not_trafficking", "refer:tiada", "snooze:5", "assign:-1", "x" * 99]
)
def test_a_decision_that_no_button_sends_is_refused(world, word):
    """In the reader's language, with nothing decided."""
    from urllib.parse import urlencode

    client = world.client("reviewer")
    token = re.search(r'name="token" value="([^"]+)"', client.get("/posts/2").text)[1]
    body = urlencode({"token": token, "decision": word, "version": "0", "note": "catatan"})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/posts/2/decide", content=body, headers=headers)
    assert answer.status_code == 422
    assert "bukan pilihan yang ada" in answer.text and "catatan" in answer.text
    assert state(world, 2).version == 0


def test_views_decisions_and_exports_are_in_the_audit_log(world, visit):
    """Every page with personal data leaves a row that names who, what and when; a lead reads it."""
    page = visit("reviewer").page
    page.goto("/posts/2")
    page.keyboard.press("t")
    left(page, 2)
    with page.expect_download():
        page.get_by_role("link", name="Berkas rujukan (JSON)").click()
    log = visit("lead").page
    log.goto("/audit")
    rows = [row.inner_text() for row in log.get_by_role("row").all()]
    for what in ("membuka", "menindaklanjuti", "mengekspor JSON", "masuk"):
        assert any("reviewer" in row and what in row for row in rows), what


def test_pictures_come_after_a_reason_and_blurred(world, visit):
    """What a picture shows cannot be masked: none of it leaves before a reason, nor without leave."""
    shot = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(shot, "PNG")
    found = Picture(hashlib.sha256(shot.getvalue()).hexdigest(), "image/png", shot.getvalue(), "")
    with world.watch._store.write() as connection:
        pictures.attach(connection, world.watch.alert(2).post_id, [found], now=world.clock())
    seen = visit("reviewer")
    page = seen.page
    page.goto("/posts/2")
    assert page.locator("img").count() == 0
    page.get_by_text("Tampilkan nomor").click()
    page.get_by_label("Untuk apa nomor ini diperlukan?").fill("bukti gambar")
    page.get_by_role("button", name="Tampilkan", exact=True).click()
    image = page.locator("img")
    image.wait_for()
    image.scroll_into_view_if_needed()
    assert "blur" in image.evaluate("(image) => getComputedStyle(image).filter")
    page.get_by_label("Tampilkan tanpa kabur").check()
    assert image.evaluate("(image) => getComputedStyle(image).filter") == "none"
    address = image.get_attribute("src")
    client = world.client("reviewer")
    assert client.get(address).headers["content-type"] == "image/png"
    assert world.client("lead").get(address).status_code == 404
    assert client.get(address.partition("?")[0]).status_code == 404
    world.clock.forward(minutes=11)
    assert client.get(address).status_code == 404
    assert seen.harm == []


def test_people_change_their_own_password(world, visit):
    """With the present one; what is wrong is said beside the form; the next sign-in needs the new one."""
    seen = visit("reader", lang="en")
    page = seen.page
    other = world.client("reader")

    def change(old: str, new: str, again: str) -> None:
        page.goto("/settings")
        page.get_by_label("Present password").fill(old)
        page.get_by_label("New password, at least").fill(new)
        page.get_by_label("New password, once more").fill(again)
        page.get_by_role("button", name="Change password").click()

    change("bukan kata sandi", "tiga ekor kucing", "tiga ekor kucing")
    page.get_by_text("That is not the present password.").wait_for()
    change(PASSWORD, "tiga ekor kucing", "empat ekor kucing")
    page.get_by_text("the two new passwords differ").wait_for()
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/settings")
    assert other.get("/queue").status_code == 200
    change(PASSWORD, "tiga ekor kucing", "tiga ekor kucing")
    page.get_by_text("Password changed.").wait_for()
    assert other.get("/queue").status_code == 303
    world.watch.accounts.sign_in("reader", "tiga ekor kucing", client="test", now=world.clock())
    assert seen.harm == []


def test_a_choice_that_changed_before_it_was_confirmed_is_not_applied(world, visit):
    """Somebody decided on one of the counted posts meanwhile: the page says so, and the others stay open."""
    page = visit("reviewer").page
    page.goto("/queue?lane=medium")
    for box in page.locator("[name=alert]").all()[:2]:
        box.check()
    chosen = [
        int(box.get_attribute("value").split(":")[0]) for box in page.locator("[name=alert]:checked").all()
    ]
    page.get_by_role("button", name="Periksa dan terapkan").click()
    page.get_by_text("Tepat 2 kiriman").wait_for()
    lead = world.watch.accounts.named("lead")
    seen = state(world, chosen[0]).version
    decision = Decision("not_trafficking", reason="lawful")
    world.watch.desk.decide(lead, chosen[0], decision, seen=seen, now=world.clock())
    page.get_by_role("button", name="Terapkan ke 2 kiriman").click()
    page.get_by_role("heading", name="Pilihan sudah berubah").wait_for()
    assert [state(world, one).status for one in chosen] == ["dismissed", "open"]


def test_a_third_person_decides_where_two_differ(world, visit):
    """Both findings stand on the page; the keys of a verdict settle it, and the list is empty again."""
    late = ReviewSettings(second_share=1.0)
    desk = Desk(world.watch._store, late, world.watch.settings.audit.anchor)
    world.watch.accounts.add(None, "Budi", "reviewer", PASSWORD, now=world.clock())
    world.watch.accounts.add(None, "Citra", "reviewer", PASSWORD, now=world.clock())
    for name, decision in (
        ("Budi", Decision("take_up")),
        ("Citra", Decision("not_trafficking", reason="news")),
    ):
        who = world.watch.accounts.named(name)
        seen = desk.open(who, 3, now=world.clock()).item.state.version
        desk.decide(who, 3, decision, seen=seen, now=world.clock())
    assert state(world, 3).is_disputed
    seen = visit("reviewer")
    page = seen.page
    page.goto("/queue?view=disputed")
    page.locator("[data-item]").first.click()
    said = page.get_by_text("Dua peninjau berbeda pendapat.").locator("..").text_content()
    assert "Budi: ditindaklanjuti" in said and "Citra: bukan TPPO (berita)" in said
    assert page.get_by_role("button", name="Rujuk").count() == 0
    page.locator("#note").fill("lowongannya tidak ada di SISKOP2MI")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.get_by_text("Tidak ada yang menunggu").wait_for()
    found = state(world, 3)
    assert (found.status, found.is_disputed, found.is_settled) == ("taken_up", False, True)
    assert seen.harm == []
    own = visit("Budi").page
    own.goto("/posts/3")
    assert own.get_by_text("Dua peninjau berbeda pendapat.").count() == 0


def test_a_missing_font_is_said_in_words_and_the_decision_stays(world, visit):
    """The dossier cannot be made: the page says why, in the reader's language, and nothing else is lost."""
    page = visit("reviewer", lang="en").page
    page.goto("/posts/2")
    page.keyboard.press("t")
    left(page, 2)
    with mock.patch.object(paper, "fonts", side_effect=InputError("no font", item="x.ttf", why="font")):
        answer = world.client("reviewer", lang="en").get("/posts/2/dossier.pdf")
    assert answer.status_code == 422
    assert "the font of printed pages cannot be read" in answer.text
    assert state(world, 2).status == "taken_up"


def test_a_lead_lets_messages_be_repeated_or_silenced(world, visit):
    """Each rule has a reason, an author and an end, and can be ended; a call for help is never silenced."""
    page = visit("lead").page
    page.goto("/deliveries")
    silence = page.get_by_role("form", name="Diamkan")
    assert "Pertolongan" not in silence.get_by_label("Jalur").inner_text()
    silence.get_by_label("Jalur").select_option("medium")
    silence.get_by_label("Alasan").fill("terlalu banyak")
    silence.get_by_role("button", name="Diamkan").click()
    page.get_by_text("Aturan berlaku.").wait_for()
    repeat = page.get_by_role("form", name="Ulangi")
    repeat.get_by_label("Nomor kiriman").fill("1")
    repeat.get_by_label("Setiap").select_option("4")
    repeat.get_by_label("Alasan").fill("keluarga menunggu kabar")
    repeat.get_by_role("button", name="Ulangi").click()
    page.get_by_text("keluarga menunggu kabar").wait_for()
    rules = world.watch.deliveries.rules(at=world.clock())
    assert [(rule.kind, rule.lane, rule.alert_id) for rule in rules] == [
        ("silence", "medium", None), ("repeat", None, 1),
    ]  # fmt: skip
    page.get_by_role("button", name="akhiri").first.click()
    page.get_by_text("Aturan diakhiri.").wait_for()
    assert len(world.watch.deliveries.rules(at=world.clock())) == 1
