"""New terms on a real database: found by a scan, accepted as a rule, told in the bulletin, taken back."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanning import KeywordAssessor
from tppo_watch.cli.main import main
from tppo_watch.errors import NotAllowedError, ReviewError
from tppo_watch.indicators.finder import Finder
from tppo_watch.knowledge.rules import local_indicators
from tppo_watch.review import Decision, User
from tppo_watch.text.document import read
from tppo_watch.watch import open_watch

NOW = datetime(2026, 6, 1, 5, tzinfo=UTC)
SETTINGS = """
[model]
rules = "rules"
[[sources]]
id = "a"
kind = "jsonl"
path = "a.jsonl"
time_field = "time"
author_field = "author"
province = "Kalimantan Timur"
"""
SAYING = "Loker Kamboja, ikut paket senyap {}, hubungi Mbak Sukinah Tarwiyah 0812-0000-0{:03}"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """Twelve weeks of offers and of everyday posts; in the last one seven authors speak of a new thing."""
    lines, folder = [], tmp_path_factory.mktemp("scanned")

    def add(days: float, text: str, author: str) -> None:
        time = (NOW - timedelta(days=days)).isoformat()
        lines.append(json.dumps({"text": text, "id": str(len(lines)), "time": time, "author": author}))

    for week in range(12):
        for at in range(8):
            add(7 * week + 3, f"Loker Kamboja admin lama, hubungi kami {week} {at}", f"w{week}-{at}")
        for at in range(20):
            add(7 * week + 3, f"Dijual motor bekas mulus {week} {at}", f"o{week}-{at}")
    for at in range(7):
        add(4, SAYING.format("dari kebun " * at, at), f"n{at}")
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


def test_a_scan_offers_what_rises(folder, capsys):
    """With examples that hold neither number nor name, and as YAML that the loader of rules takes."""
    assert main(["signals", "terms", "--json"]) == 0
    out = capsys.readouterr().out
    (first, *_) = json.loads(out)
    assert first["term"] == "ikut paket senyap"
    assert first["voices"] == 7 and first["others"] == 0 and len(first["examples"]) == 3
    assert all(word not in out.lower() for word in ("sukinah", "tarwiyah", "0812"))
    assert main(["signals", "terms", "show", str(first["id"])]) == 0
    (folder / "rules").mkdir()
    (folder / "rules" / "x.yaml").write_text(capsys.readouterr().out)
    (rule,) = local_indicators(folder / "rules")
    assert rule.id.startswith("term_")


def test_an_accepted_term_is_an_indicator_and_news_of_the_bulletin(folder, capsys):
    """Its rule holds at once; undo takes the file away, its undo brings it back; the log holds it all."""
    with open_watch("tppo.toml", clock=lambda: NOW) as watch:
        (item, *_) = watch.term_desk.listed(None)
        act = watch.term_desk.decide(None, item.record.id, "accept", now=NOW, note="beberapa kampanye")
        assert watch.term_desk.listed(None) == [] or watch.term_desk.listed(None)[0] != item
        found = Finder(watch.rules).find(read(f"mau {item.record.text} besok")).indicators
        assert [match.id for match in found] == [item.rule.id]
        assert watch.bulletin(period="2026-W22").terms == (item.record.text,)
        path = folder / "rules" / f"{item.rule.id}.yaml"
        assert "#" not in path.read_text()  # no word of a post, which may be purged
        path.write_text(path.read_text().replace("low", "medium"))  # somebody says more of it
        undo = watch.term_desk.undo(None, act.id, now=NOW)
        assert watch.rules == () and watch.bulletin(period="2026-W22").terms == ()
        watch.term_desk.undo(None, undo.id, now=NOW)
        assert [rule.standalone_specificity for rule in watch.rules] == ["medium"]
        assert watch.verify_audit() == 3


def test_a_refused_term_is_not_offered_again(folder, capsys):
    """Whatever it does later."""
    with open_watch("tppo.toml", clock=lambda: NOW) as watch:
        before = watch.term_desk.listed(None)
        watch.term_desk.decide(None, before[0].record.id, "refuse", now=NOW)
        watch.find_terms(is_forced=True)
        assert [item.record.text for item in watch.term_desk.listed(None)] == [
            item.record.text for item in before[1:]
        ]
        assert [item.record.status for item in watch.term_desk.listed(None, is_decided=True)] == ["refused"]


def test_dismissed_posts_are_not_flagged(folder):
    """What reviewers found to be lawful brings up no term."""
    later = NOW + timedelta(hours=1)
    with open_watch("tppo.toml", clock=lambda: later) as watch:
        lead = watch.accounts.add(None, "lead", "lead", "kuda nil makan rumput", now=later)
        chosen = [alert.id for alert in watch.alerts() if "paket senyap" in alert.text]
        for alert_id in chosen:
            seen = watch.desk.open(lead, alert_id, now=later).item.state.version
            decision = Decision("not_trafficking", reason="lawful")
            watch.desk.decide(lead, alert_id, decision, seen=seen, now=later)
        assert len(chosen) >= 5 and watch.find_terms(is_forced=True) == 0
        assert watch.term_desk.listed(None) == []


def test_only_a_lead_makes_rules(folder):
    """They change which alerts appear."""
    with open_watch("tppo.toml", clock=lambda: NOW) as watch:
        (item, *_) = watch.term_desk.listed(None)
        reviewer = User(1, "r", "reviewer", True, NOW)
        with pytest.raises(NotAllowedError):
            watch.term_desk.decide(reviewer, item.record.id, "accept", now=NOW)


def test_without_a_folder_nothing_is_accepted(folder):
    """It is said where to name one, and nothing was done."""
    (folder / "tppo.toml").write_text(SETTINGS.replace('rules = "rules"', ""))
    with open_watch("tppo.toml", clock=lambda: NOW) as watch:
        (item, *_) = watch.term_desk.listed(None)
        with pytest.raises(ReviewError, match=r"\[model\] rules"):
            watch.term_desk.decide(None, item.record.id, "accept", now=NOW)
        assert watch.term_desk.get(None, item.record.id) == item
        assert watch.verify_audit() == 0


def test_what_no_longer_rises_is_no_longer_offered(folder):
    """Half a year later nothing is left of it."""
    later = NOW + timedelta(days=180)
    with open_watch("tppo.toml", clock=lambda: later) as watch:
        assert watch.term_desk.listed(None) != []
        assert watch.find_terms() == 0
        assert watch.term_desk.listed(None) == []


def test_an_empty_database_has_no_terms(tmp_path, monkeypatch, capsys):
    """No post: nothing, and exit code 0."""
    (tmp_path / "tppo.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    assert main(["signals", "terms", "--find"]) == 0
    assert "no new term rises" in capsys.readouterr().err
