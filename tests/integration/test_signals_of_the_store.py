"""``tppo-watch signals`` on a real database: what rose, with the posts behind it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.watch import open_watch

NOW = datetime(2026, 6, 1, 5, tzinfo=UTC)
SETTINGS = '[[sources]]\nid = "a"\nkind = "jsonl"\npath = "a.jsonl"\ntime_field = "time"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Four posts a day for a hundred days, twenty on two of them, read by one scan."""
    lines = []
    for day in range(100):
        for number in range(24 if day in (96, 97) else 4):
            time = NOW - timedelta(days=100 - day, minutes=number)
            text = f"Loker Kamboja nomor {day} {number}, admin"
            lines.append(json.dumps({"text": text, "id": f"{day}-{number}", "time": time.isoformat()}))
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "tppo.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    with open_watch("tppo.toml", assessor=KeywordAssessor(), clock=lambda: NOW) as watch:
        watch.scan()
    return tmp_path


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


def test_an_empty_database_says_so(tmp_path, monkeypatch, capsys):
    """No posts: nothing is judged, and exit code 0."""
    (tmp_path / "tppo.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    assert main(["signals"]) == 0
    out, err = capsys.readouterr()
    assert out == "" and "no posts of the last half year" in err
    assert main(["signals", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
