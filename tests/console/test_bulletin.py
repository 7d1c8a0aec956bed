"""The bulletin in the console: the numbers of the printed one, its files, and nobody's words."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.console.world import AD, PLEA, console, fill
from tppo_watch.reports import BULLETIN_FORMS


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A console with posts of the week before."""
    with console(tmp_path_factory.mktemp("bulletin")) as running:
        past = running.clock() - timedelta(days=3)
        fill(running.watch, [*(f"{AD} nomor {i}" for i in range(7)), PLEA], now=past)
        yield running


def test_the_bulletin_of_a_province_is_chosen_and_read(world, visit):
    """The week that is over comes first; another time without posts says so; no post is quoted."""
    seen = visit("reader")
    page = seen.page
    page.goto("/bulletin")
    page.get_by_role("heading", name="Kalimantan Timur").wait_for()
    tiles = page.locator(".tiles").inner_text()
    assert "8" in tiles and "<5" in tiles
    assert "0812" not in page.content() and "Loker" not in page.content()
    page.get_by_label("Masa").select_option("2026-09")
    page.get_by_role("button", name="Tampilkan").click()
    page.get_by_text("tidak ada pemindaian").wait_for()
    assert seen.harm == []


def test_every_form_is_saved_and_logged(world):
    """HTML, PDF and the page for the public, as `tppo-watch brief` makes them; a row in the log each."""
    client = world.client("reader")
    starts = {"html": b"<!doctype html>", "pdf": b"%PDF-", "public.pdf": b"%PDF-", "public.png": b"\x89PNG"}
    assert len(starts) == len(BULLETIN_FORMS)
    for form, start in starts.items():
        answer = client.get(f"/bulletin/ID-KI/2026-W47/{form}")
        assert answer.status_code == 200 and answer.content.startswith(start), form
        assert 'attachment; filename="brief-ID-KI-2026-W47-id' in answer.headers["content-disposition"]
    log = world.watch.lists.log(world.watch.accounts.named("lead"))
    rows = [row.object for row in log if row.action == "export_bulletin"]
    assert rows == ["bulletin:ID-KI/2026-W47"] * 4


def test_the_page_tells_no_more_than_the_printed_bulletin(world):
    """Every count of the page is one that the file tells, small ones hidden."""
    found = world.watch.bulletin(period="2026-W47").to_dict()
    page = world.client("reader").get("/bulletin").text
    for row in (*found["types"], *found["methods"], *found["destinations"]):
        assert f">{row['count']}<".replace("><5<", ">&lt;5<") in page, row
    assert json.dumps(found).count("0812") == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/bulletin?province=ID-XX", 422),
        ("/bulletin?period=2026-W60", 422),
        ("/bulletin?period=2027-W01", 422),
        ("/bulletin?province=<script>", 404),
        ("/bulletin/ID-KI/2026-W47/exe", 404),
        ("/bulletin/ID-KI/2026-W10/pdf", 422),
    ],
)
def test_what_there_is_not_is_said_in_words(world, path, status):
    """No province, no week, no form: a page in the reader's language, no fault."""
    answer = world.client("reader").get(path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text and "tppo-watch" in answer.text


def test_a_bulletin_is_kept_for_some_minutes(world):
    """What was read is what is saved, though posts arrive between; later it is made anew."""
    client, period = world.client("reader"), "/bulletin/ID-KI/2026-W47/html"
    before = client.get(period).content
    fill(world.watch, [f"{AD} lagi {i}" for i in range(40)], now=world.clock() - timedelta(days=3))
    assert client.get(period).content == before
    world.clock.forward(minutes=6)
    assert client.get(period).content != before
