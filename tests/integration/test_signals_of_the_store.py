"""``tppo-watch signals`` on a real database: what rose, with the posts behind it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.watch import open_watch

NOW = datetime(2026, 6, 1, 5, tzinfo=UTC)
SETTINGS = '[[sources]]\nid = "a"\nkind = "jsonl"\npath = "a.jsonl"\ntime_field = "time"\n'


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """Four posts a day for a hundred days, twenty on two of them, read by one scan."""
    lines, folder = [], tmp_path_factory.mktemp("scanned")
    for day in range(100):
        for number in range(24 if day in (96, 97) else 4):
            time = NOW - timedelta(days=100 - day, minutes=number)
            text = f"Loker Kamboja nomor {day} {number}, admin"
            lines.append(json.dumps({"text": text, "id": f"{day}-{number}", "time": time.isoformat()}))
    (folder / "a.jsonl").write_text("\n".join(lines))
    (folder / "tppo.toml").write_text(SETTINGS)
    with open_watch(folder / "tppo.toml", assessor=KeywordAssessor(), clock=lambda: NOW) as watch:
        watch.scan()
    return folder


@pytest.fixture
def folder(scanned, tmp_path, monkeypatch):
    """A copy of it, to work in."""
    shutil.copytree(scanned, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def test_a_rise_names_its_posts(folder):
    """The two days on which six times the usual came, in each series, with ids of posts that exist."""
    with open_watch("tppo.toml", clock=lambda: NOW) as watch:
        found, notes = watch.signals()
    assert notes == []
    assert {each.signal.series for each in found} >= {"source:a", "indicator:visitor_visa_for_work"}
    assert {each.signal.date.isoformat() for each in found} == {"2026-05-28", "2026-05-29"}
    line = found[0].to_dict()
    assert len(line["posts"]) == 5 and all(isinstance(id, int) for id in line["posts"])
    assert line["count"] == pytest.approx(24 * 0.95)


def test_a_scan_keeps_what_rose(folder, capsys):
    """Each series once, with its days and posts; the next scan of the same window keeps nothing new."""
    with open_watch("tppo.toml", assessor=KeywordAssessor(), clock=lambda: NOW) as watch:
        items = watch.signal_desk.listed(None)
        case = watch.signal_desk.open(None, items[0].record.id, now=NOW)
        again = watch.scan(is_everything=True)
        assert [item.record for item in watch.signal_desk.listed(None)] == [item.record for item in items]
    series = [item.record.series for item in items]
    assert len(set(series)) == len(series) > 2 and again.signals == 0
    assert [day["date"] for day in case.item.record.days] == ["2026-05-28", "2026-05-29"]
    assert case.item.record.days[0]["count"] > case.item.record.days[0]["expected"]
    assert all("Kamboja" in post.text for post in case.posts) and len(case.posts) == 40


def test_signals_are_judged_anew_some_hours_later(folder):
    """The days that are there are brought up to date, none is added."""
    later = NOW + timedelta(hours=7)
    with open_watch("tppo.toml", assessor=KeywordAssessor(), clock=lambda: later) as watch:
        before = [item.record.id for item in watch.signal_desk.listed(None)]
        assert watch.scan(is_everything=True).signals == 0
        after = [item.record for item in watch.signal_desk.listed(None)]
    assert [record.id for record in after] == before
    assert {record.judged for record in after} == {later}


def test_a_purged_post_leaves_the_signal(folder):
    """Its row goes, the signal stays: it holds counts and ids, no text."""
    with open_watch("tppo.toml", assessor=KeywordAssessor(), clock=lambda: NOW) as watch:
        (item, *_) = watch.signal_desk.listed(None)
        case = watch.signal_desk.open(None, item.record.id, now=NOW)
        removed = watch.upkeep.purge_post(case.posts[0].id)
        left = watch.signal_desk.open(None, item.record.id, now=NOW)
    assert removed["signal_posts"] >= 1
    assert len(left.posts) == len(case.posts) - 1 and left.item.record.days == case.item.record.days


def test_signals_are_decided_on_the_command_line(folder, capsys):
    """Listed, shown, taken up, dismissed, taken back, counted."""
    assert main(["signals", "list", "--json"]) == 0
    (first, second, *_) = [line["id"] for line in json.loads(capsys.readouterr().out)]
    assert main(["signals", "show", str(first), "--lang", "en"]) == 0
    assert "waiting" in capsys.readouterr().out
    assert main(["signals", "take-up", str(first), "--note", "telepon dinas"]) == 0
    assert main(["signals", "dismiss", str(second), "--reason", "season"]) == 0
    assert "signals undo 2" in capsys.readouterr().err
    assert main(["signals", "undo", "2"]) == 0
    assert main(["signals", "list", "--view", "dismissed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["signals", "feedback", "--json"]) == 0
    assert [figure["taken_up"] for figure in json.loads(capsys.readouterr().out)] == [1]
    assert main(["signals", "dismiss", "999", "--reason", "season"]) == 1
    assert main(["audit", "verify"]) == 0


def test_an_empty_database_says_so(tmp_path, monkeypatch, capsys):
    """No posts: nothing is judged, and exit code 0."""
    (tmp_path / "tppo.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    assert main(["signals"]) == 0
    out, err = capsys.readouterr()
    assert out == "" and "no posts of the last half year" in err
    assert main(["signals", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
