from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.scanning import NOW, KeywordAssessor
from tppo_watch.config import FetchSettings, ReviewSettings, SourceSettings
from tppo_watch.review import Desk
from tppo_watch.scan import ScanOptions, scan
from tppo_watch.storage import alerts, open_store, schema

HOT = "Loker Kamboja, gaji 12jt, WA 0812-0000-0001"


class Bench:
    """A database, some JSONL sources and a clock that is moved by hand."""

    def __init__(self, folder, store) -> None:
        self.folder, self.now, self.store = folder, NOW, store
        self.assessor = KeywordAssessor()

    def write(self, *texts: str | tuple[str, str], source: str = "a") -> None:
        rows = [(str(n), row) if isinstance(row, str) else row for n, row in enumerate(texts)]
        lines = [json.dumps({"id": id, "text": text}) for id, text in rows]
        (self.folder / f"{source}.jsonl").write_text("\n".join(lines) + "\n")

    def scan(self, *ids: str, **options):
        sources = [
            SourceSettings(id=id, kind="jsonl", path=self.folder / f"{id}.jsonl", id_field="id")
            for id in ids or "a"
        ]
        self.now += timedelta(hours=2)
        return scan(
            self.store, sources, self.assessor, fetch=FetchSettings(), key=b"k" * 32,
            clock=lambda: self.now, options=ScanOptions(**options),
        )  # fmt: skip

    def alerts(self):
        with self.store.read() as connection:
            return alerts.listed(connection, lanes=("assistance", "high", "medium"))

    def count(self, table: str) -> int:
        with self.store.read() as connection:
            return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()


@pytest.fixture
def bench(tmp_path, store_url):
    with open_store(store_url) as store:
        yield Bench(tmp_path, store)


def test_new_posts_are_kept_and_alerts_raised(bench):
    """Each lane gets what belongs to it, and what is ordinary only stays searchable."""
    bench.write(HOT, "kebun sawit", "TOLONG SAYA", "jual motor")
    report = bench.scan()
    assert (report.total("new"), report.total("alerts")) == (4, 3)
    assert report.alerts_by_lane == {"high": 1, "medium": 1, "assistance": 1}
    assert [alert.lane for alert in bench.alerts()] == ["assistance", "high", "medium"]
    assert not report.has_failures


def test_a_second_scan_adds_nothing(bench):
    """Neither an unchanged source nor one that grew gives a post twice."""
    bench.write(HOT, "a")
    bench.scan()
    assert bench.scan().sources[0].status == "unchanged"
    bench.write(HOT, "a", "b")
    report = bench.scan()
    assert (report.total("items"), report.total("new"), report.total("alerts")) == (3, 1, 0)
    assert bench.count("posts") == 3


def test_the_same_words_again_are_a_copy(bench):
    """Copies from any source are linked and counted, are not assessed again and raise no alert."""
    bench.write(HOT, HOT.upper(), source="a")
    bench.write(HOT + " ", "lain", source="b")
    report = bench.scan("a", "b")
    assert (report.total("copies"), report.total("alerts")) == (2, 1)
    (alert,) = bench.alerts()
    assert alert.copies == 2
    assert len(bench.assessor.texts) == 2


def test_an_edit_is_kept_beside_what_it_replaced(bench):
    """A harmless edit does not withdraw the alert nor change what it shows, and raises no second one."""
    bench.write(HOT)
    bench.scan()
    bench.write("sudah terisi, terima kasih")
    report = bench.scan()
    assert (report.total("new"), report.total("alerts")) == (1, 0)
    (alert,) = bench.alerts()
    assert alert.text == HOT
    assert alert.last_seen > alert.first_seen


def test_an_edit_for_the_worse_moves_the_alert(bench):
    """The alert follows the more urgent version, and opens again if it was closed."""
    bench.write("kebun sawit")
    bench.scan()
    desk = Desk(bench.store, ReviewSettings(), bench.folder / "anchor")
    desk.set_closed([bench.alerts()[0].id], True, now=NOW)
    bench.write("kebun sawit lewat Kamboja")
    bench.scan()
    (alert,) = bench.alerts()
    assert (alert.lane, alert.state, alert.text) == ("high", "open", "kebun sawit lewat Kamboja")
    bench.write("lowongan biasa")
    bench.scan()
    bench.write(("5", "kebun sawit"))
    assert bench.scan().total("alerts") == 0


def test_an_innocent_post_that_turns_raises_an_alert(bench):
    """A post that had no alert gets one when an edit calls for it."""
    bench.write("lowongan toko")
    bench.scan()
    bench.write(HOT)
    assert bench.scan().total("alerts") == 1


def test_a_closed_alert_stays_closed_when_copies_come(bench):
    """Copies are counted and wake nobody."""
    bench.write(HOT)
    bench.scan()
    desk = Desk(bench.store, ReviewSettings(), bench.folder / "anchor")
    desk.set_closed([bench.alerts()[0].id], True, now=NOW)
    bench.write(HOT, HOT)
    bench.scan()
    assert bench.alerts() == []


def test_a_post_that_breaks_the_assessor_costs_itself_only(bench):
    """All others are kept, the failure is told, and the post is tried again next time."""
    bench.write("a", "meledak", HOT)
    report = bench.scan()
    assert (report.total("new"), report.total("failed_items"), report.has_failures) == (2, 1, True)
    assert report.sources[0].failures[0].step == "assess"
    bench.assessor.assess_many = lambda texts: (
        KeywordAssessor().assess(t.text.replace("meledak", "")) for t in texts
    )
    report = bench.scan()
    assert (report.total("new"), report.has_failures) == (1, False)


def test_a_source_that_fails_leaves_the_others_alone(bench):
    """The broken one is named with its reason, here and in the database, and stays due on schedule."""
    bench.write("a", source="b")
    report = bench.scan("tiada", "b")
    assert [source.status for source in report.sources] == ["failed", "read"]
    assert "No such file" in report.sources[0].failures[0].reason
    assert report.has_failures
    with bench.store.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT failures_in_row, last_error FROM sources WHERE id = 'tiada'"
        ).one()
    assert row[0] == 1
    assert "No such file" in row[1]


def test_bad_rows_are_counted_and_told(bench):
    """Every good row goes in; failures beyond the listed ones are counted."""
    rows = ['{"id": "1", "text": "baik"}', *["rusak"] * 200, '{"id": "2", "text": "baik juga"}']
    (bench.folder / "a.jsonl").write_text("\n".join(rows))
    report = bench.scan()
    assert (report.total("new"), report.total("failed_items")) == (2, 200)
    assert 0 < len(report.sources[0].failures) <= 50


def test_a_dry_run_keeps_nothing(bench):
    """It says what would be new, and the scan after it finds the same."""
    bench.write(HOT, "a")
    dry = bench.scan(is_dry_run=True)
    assert (dry.total("new"), dry.total("alerts"), dry.is_dry_run) == (2, 1, True)
    assert [bench.count(table) for table in ("posts", "alerts", "sources", "runs")] == [0, 0, 0, 0]
    assert bench.scan().total("new") == 2


def test_only_due_sources_are_read(bench):
    """A source read a moment ago waits its turn, unless everything is asked for."""
    bench.write("a")
    bench.scan()
    bench.now -= timedelta(hours=2)
    assert (bench.scan().not_due, bench.scan(is_everything=True).not_due) == (1, 0)


def test_a_scan_told_to_stop_finishes_its_batch(bench):
    """What was begun is kept, the source stays due, and the next scan does the rest."""
    bench.write(*(f"teks {n}" for n in range(600)))
    done = []
    report = bench.scan(should_stop=lambda: bool(done), on_progress=lambda source, posts: done.append(posts))
    assert report.is_stopped
    assert bench.count("posts") == 256
    bench.now -= timedelta(hours=2)
    assert bench.scan().total("new") == 344


def test_nothing_that_names_an_author_is_stored(bench):
    """Only the keyed hash of an author is kept, nowhere the name, and the same name gives the same hash."""
    rows = [{"id": n, "text": f"teks {n}", "akun": "Siti Rahasia"} for n in range(2)]
    (bench.folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    source = SourceSettings(
        id="a", kind="jsonl", path=bench.folder / "a.jsonl", id_field="id", author_field="akun"
    )
    scan(bench.store, [source], bench.assessor, fetch=FetchSettings(), key=b"k" * 32, clock=lambda: NOW)
    with bench.store.read() as connection:
        keys = connection.exec_driver_sql("SELECT DISTINCT author_key FROM posts").scalars().all()
        connection.exec_driver_sql("SELECT 1")
    assert len(keys) == 1
    bench.store.close()
    for file in bench.folder.glob("a.db*"):
        assert b"Siti" not in file.read_bytes()


def test_text_no_database_can_hold_is_kept_as_far_as_it_goes(bench):
    """Half pairs, NUL and a hundred thousand signs too many do not stop a scan."""
    bench.write("a\ud800b\0c", "x" * 150_000)
    assert bench.scan().total("new") == 2
    with bench.store.read() as connection:
        lengths = connection.exec_driver_sql("SELECT length(text) FROM posts ORDER BY id").scalars().all()
    assert lengths == [5, 100_000]


def test_the_report_is_kept_and_holds_no_text(bench):
    """Each scan leaves its counts, and nothing of what people wrote."""
    bench.write(HOT)
    report = bench.scan()
    with bench.store.read() as connection:
        kept = connection.execute(select(schema.runs.c.report)).scalar()
    assert kept == report.to_dict()
    assert "Kamboja" not in json.dumps(kept)
