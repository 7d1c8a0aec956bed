"""An office some weeks into its work: the samples that ship with the product, people, decisions, messages.

For pictures and for looking at every page; nothing in it is about anybody.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy import update

from tests.console.world import PASSWORD, World, console, fill, offer_term, raise_signal
from tppo_watch.alerts.channels import channels
from tppo_watch.alerts.delivery import MOST_ATTEMPTS, deliver
from tppo_watch.alerts.outbox import note_alert
from tppo_watch.cli.scan import copy_samples
from tppo_watch.config import NotifySettings, ReviewSettings, load_settings
from tppo_watch.errors import DeliveryError
from tppo_watch.review import Decision, Desk, User
from tppo_watch.storage import pictures, runs
from tppo_watch.storage.schema import alerts
from tppo_watch.types import Assessment, Picture
from tppo_watch.watch import Watch

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PEOPLE = (("Ratna Dewi", "admin"), ("Budi Santoso", "reviewer"), ("Maria Lasut", "reviewer"),
          ("Hasan Basri", "lead"), ("Dinas DP3A", "reader"))  # fmt: skip
#: Ads of two recruiters, beside the samples: one repeats his number, the other his words.
_GROUP = (
    "Dicari admin kantor di Poipet, gaji 14 juta bersih, mes dan makan gratis, berangkat visa turis, "
    "paspor kami pegang dulu. Minat WA 0812-0000-0311",
    "Masih butuh 6 orang operator komputer Kamboja! Tiket ditanggung, utang dipotong gaji. "
    "Chat 0812-0000-0311",
    "Bro yang mau kerja enak di Sihanoukville, usia 18-30, tidak perlu bahasa. Langsung 0812-0000-0311",
    "Loker CS game online Kamboja, kontrak 1 tahun, keluar sebelum selesai denda 40 juta. WA 0812-0000-0311",
    "Butuh pekerja kebun di Tawau, jalur belakang lewat Nunukan, KTP saja cukup, ongkos potong gaji tiga "
    "bulan, berangkat tiap Rabu malam. Hubungi 0812-0000-0322",
    "Butuh pekerja kebun di Sandakan, jalur belakang lewat Nunukan, KTP saja cukup, ongkos potong gaji empat "
    "bulan, berangkat tiap Rabu malam. Hubungi 0812-0000-0322",
    "Butuh pekerja ladang di Keningau, jalur belakang lewat Sebatik, KTP saja cukup, ongkos potong gaji dua "
    "bulan, berangkat tiap Rabu malam. Hubungi 0812-0000-0333",
)
#: What a level of "medium" looks like: some of the signs, and something that speaks for innocence.
_MEDIUM = (
    "Lowongan ART Singapura, gaji 7 juta, proses cepat dua minggu, biaya ditanggung dulu oleh kantor. "
    "Hubungi Ibu Sri 0812-0000-0341",
    "Dibutuhkan ABK kapal ikan, tidak perlu pengalaman, berangkat dari Benoa, dokumen kami bantu urus. "
    "WA 0812-0000-0342",
    "Magang ke Jepang untuk lulusan SMK, uang saku 12 juta, kelas bahasa di asrama kami. Info 0812-0000-0343",
    "Info kerja kebun di Malaysia, kontrak dua tahun, paspor diurus agen, potong gaji enam bulan. "
    "Chat 0812-0000-0344",
    "Cari 10 orang untuk pabrik di Taiwan, ada kontrak, biaya 25 juta bisa dicicil. 0812-0000-0345",
)
_TOWNS = ("Balikpapan", "Samarinda", "Bontang", "Tarakan", "Nunukan", "Berau", "Paser", "Kutai")
_AGES_MINUTES = (91, 31, 47, 1_640, 51, 730, 1_610, 215, 3_900, 88, 1_020, 640, 5_200, 12, 330)


@contextmanager
def lived_in(folder: Path) -> Iterator[World]:
    """A console of an office at work; the users are `PEOPLE`, their password is that of the other tests."""
    settings = load_settings(_sources(folder / "office"))
    settings = settings.model_copy(update={"review": ReviewSettings(second_share=0.0)})
    with console(folder, now=NOW - timedelta(weeks=9), roles=(), settings=settings) as world:
        watch = world.watch
        people = {
            name: watch.accounts.add(None, name, role, PASSWORD, now=world.clock()) for name, role in PEOPLE
        }
        world.clock.now = NOW - timedelta(days=1)
        watch.scan(is_everything=True)
        _fill(watch)
        _settle(watch, world, people)
        world.clock.now = NOW
        _arrive(watch)
        _today(watch, people)
        _messages(watch)
        open_posts = [record.post_id for record in watch.alerts(limit=9)]
        raise_signal(watch, open_posts[:5], now=NOW)
        raise_signal(watch, open_posts[3:6], now=NOW, series="kind:scam_compound")
        offer_term(watch, open_posts[:3], now=NOW, text="jalur khusus")
        for name in ("Budi Santoso", "Maria Lasut", "Hasan Basri", "Ratna Dewi"):
            watch.accounts.sign_in(name, PASSWORD, client="kantor", now=NOW - timedelta(hours=2))
        yield world


def _sources(folder: Path) -> Path:
    """The samples, and a group in which two recruiters write."""
    file = copy_samples(folder)
    rows = "".join(f'{number},"{text}"\n' for number, text in enumerate(_GROUP))
    (folder / "grup-kerja.csv").write_text(f"no,isi\n{rows}")
    source = 'id = "grup-kerja"\nkind = "csv"\npath = "grup-kerja.csv"\ntext_field = "isi"\nid_field = "no"\n'
    file.write_text(f"{file.read_text()}\n[[sources]]\n{source}")
    return file


def _fill(watch: Watch) -> None:
    """Posts of earlier weeks, and some of the middle level."""

    def medium(text: str) -> Assessment:
        found = watch._assessor.assess(text)
        return replace(found, level="medium", risk=0.64, interval=(0.51, 0.74), assistance=False)

    def high(text: str) -> Assessment:
        return replace(watch._assessor.assess(text), level="high", assistance=False)

    fill(watch, _MEDIUM, now=NOW - timedelta(days=1), source="iklan-medsos", assess=medium)
    for week in range(9):
        of_week = [
            f"{text} Bisa jemput di {town}, nomor {week}."
            for place, town in enumerate(_TOWNS)
            for text in (_GROUP[0], _GROUP[4], _GROUP[5])[: 1 + (week * 7 + place) % 3]
        ]
        at = NOW - timedelta(days=2 + 7 * week)
        fill(watch, of_week, now=at, source="telegram-loker", assess=high)
        with watch._store.write() as connection:
            runs.add(connection, started=at, finished=at, report={})
    fill(
        watch,
        [f"{text} ({town})" for text, town in zip(_MEDIUM, _TOWNS, strict=False)],
        now=NOW - timedelta(days=9),
        source="wa-rt-05",
        assess=medium,
    )
    watch.campaign_desk.suggestions()  # groups what no scan has grouped


def _settle(watch: Watch, world: World, people: dict[str, User]) -> None:
    """Decisions of the weeks before, two people on each, who mostly agree."""
    seen_by_two = Desk(watch._store, ReviewSettings(second_share=1.0), watch.settings.audit.anchor)
    first, second = people["Budi Santoso"], people["Maria Lasut"]
    settled = [record.id for record in watch.alerts() if record.source_id in ("telegram-loker", "wa-rt-05")]
    settled = [alert_id for alert_id in settled if watch.alert(alert_id).lane != "assistance"]
    for number, alert_id in enumerate(settled):
        at = NOW - timedelta(days=2 + number * 3 % 56)
        with watch._store.write() as connection:
            connection.execute(
                update(alerts).where(alerts.c.id == alert_id).values(first_seen=at - timedelta(hours=6))
            )
        is_good = number % 5 != 0
        found = Decision("take_up") if is_good else Decision("not_trafficking", reason="lawful")
        other = Decision("not_trafficking", reason="warning") if number % 7 == 3 else found
        for who, decision in ((first, found), (second, other)):
            seen = seen_by_two.open(who, alert_id, now=at).item.state.version
            seen_by_two.decide(who, alert_id, decision, seen=seen, now=at)


def _arrive(watch: Watch) -> None:
    """What waits came at different times of the last days."""
    waiting = [record.id for record in watch.alerts()]
    with watch._store.write() as connection:
        for number, alert_id in enumerate(waiting):
            age = timedelta(minutes=_AGES_MINUTES[number % len(_AGES_MINUTES)])
            connection.execute(update(alerts).where(alerts.c.id == alert_id).values(first_seen=NOW - age))


def _today(watch: Watch, people: dict[str, User]) -> None:
    """One case with a history, one post in other hands, one put off, evidence, a campaign decision."""
    budi, maria = people["Budi Santoso"], people["Maria Lasut"]
    waiting = [record for record in watch.alerts() if record.lane == "high"]
    case, held, later = waiting[0], waiting[2], waiting[3]
    early = NOW - timedelta(hours=3)
    watch.desk.open(budi, case.id, now=early)
    note = Decision("note", note="P3MI yang disebut tidak ada di SISKOP2MI; sudah ditanyakan ke BP3MI.")
    watch.desk.decide(budi, case.id, note, seen=10**6, now=early + timedelta(minutes=4))
    watch.exhibits.add(
        budi, case.id, "tangkapan layar.png", screenshot(), note="dari keluarga pelapor",
        now=early + timedelta(minutes=9),
    )  # fmt: skip
    watch.desk.open(maria, held.id, now=NOW)
    watch.desk.open(budi, later.id, now=early)
    snooze = Decision("snooze", until=NOW + timedelta(days=1))
    watch.desk.decide(budi, later.id, snooze, seen=10**6, now=early)
    shot = screenshot()
    poster = Picture(hashlib.sha256(shot).hexdigest(), "image/png", shot, "LOKER")
    with watch._store.write() as connection:
        pictures.attach(connection, case.post_id, [poster], now=NOW)
    first, *_, last = watch.campaign_desk.listed()
    watch.campaign_desk.merge(maria, f"c{first.first}", f"c{last.first}")


def _messages(watch: Watch) -> None:
    """Two that went out, and one that was given up."""
    tables = [NotifySettings(webhook="https://kasus.example.org/masuk", secret_file=Path("k"), name=name)
              for name in ("sistem-kasus", "piket")]  # fmt: skip
    where, first = channels(tables), watch.alerts(limit=4)

    def send(channel, message, now) -> None:
        if channel.name == "sistem-kasus":
            raise DeliveryError(channel.name, "the server answered 503")

    with watch._store.write() as connection:
        for record in first:
            note_alert(
                connection, where, record.id, lane=record.lane, level="high", now=NOW - timedelta(days=3)
            )
    for attempt in range(MOST_ATTEMPTS):
        at = NOW - timedelta(days=3) + timedelta(hours=6 * attempt)
        deliver(watch._store, where, send, clock=lambda at=at: at)


def screenshot() -> bytes:
    """A picture as a reviewer may bring one; what it says is ours."""
    image = Image.new("RGB", (360, 200), "#e6ddd3")
    pen = ImageDraw.Draw(image)
    lines = ("Kak, jadi berangkat hari apa?", "Senin. Paspor nanti kami pegang",
             "Bisa lihat kontraknya dulu?", "Kontrak di sana saja")  # fmt: skip
    for number, said in enumerate(lines):
        left, fill = ((16, "#ffffff"), (90, "#d9f5c8"))[number % 2]
        top = 16 + 48 * number
        pen.rounded_rectangle((left, top, left + 250, top + 34), 8, fill=fill)
        pen.text((left + 10, top + 11), said, fill="#222222")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
