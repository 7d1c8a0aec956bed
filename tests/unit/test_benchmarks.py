"""The benchmark runs, and compares like with like."""

from __future__ import annotations

from pathlib import Path

import pytest

import tppo_watch
from benchmarks import console, load, peers, same, samples, scan, schedule, speed


def test_every_sample_holds_ads_of_one_length() -> None:
    """All contenders read ads of 240 characters; offers are no larger a sample than was asked for."""
    drawn = samples.samples(samples.records(), 40)
    assert {name: len(ads) for name, ads in drawn.items()} == {"daily mix": 40, "offers": 40}
    assert {len(ad) for ads in drawn.values() for ad in ads} == {samples.CHARACTERS}
    assert drawn == samples.samples(samples.records(), 40)


def test_a_stream_of_ads_is_the_same_each_time_and_seldom_repeats_itself() -> None:
    """Hardly an ad comes twice, so that nothing is answered from memory."""
    corpus = samples.records()
    drawn = list(samples.stream(corpus, 2_000))
    assert drawn == list(samples.stream(corpus, 2_000))
    assert len(set(drawn)) > 1_980
    assert sum(abs(len(ad) - samples.CHARACTERS) > 40 for ad in drawn) == 0


def test_a_tiny_run_gives_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ratios stand beside the times they come from, and a peer that is not installed is named."""

    def missing(*arguments) -> peers.Cost:
        raise ImportError("No module named 'peer'")

    for peer in ("presidio", "outside", "spacy_textcat", "floor", "aho_corasick"):
        monkeypatch.setattr(peers, peer, missing)
    monkeypatch.setattr(peers, "sklearn", lambda corpus: lambda ads: 1.0)
    results = speed.run(tppo_watch.load("student"), ads=20, rounds=1)
    assert set(results) == {"daily mix", "offers"}
    assert all(value > 0 for times in results.values() for value in times.values())
    assert "left out: presidio-analyzer" in capsys.readouterr().err
    first = speed.table(results).splitlines()[2]
    assert first.startswith("| daily mix | tppo_watch, full explained scoring | 1.00 |")


def test_the_peer_has_a_recogniser_for_each_kind() -> None:
    """Presidio is given the 21 patterns that the table states."""
    assert len(peers.PATTERNS) == 21


def test_every_page_and_act_of_the_console_is_measured_on_a_real_server() -> None:
    """A tiny queue gives a time for each page and act of a round, and a table with the ratio to the file."""
    took = console.run(40, rounds=1)
    assert {*console.PAGES, *console.PAGES_OF_ADMIN, "undo one", "write a note", "show numbers"} <= {*took}
    assert console.table(took, 20).splitlines()[2].startswith("| next post | ")


def test_the_schedule_keeps_its_promises() -> None:
    """On simulated feeds it asks once without validators and saves requests; active feeds wait little."""
    feeds = list(schedule.simulated(60, days=6, seed=3))
    schedule.run(feeds, days=6)
    found = schedule.figures(feeds, days=6)
    assert schedule.is_as_promised(found), found
    assert min(feed.requests for feed in feeds) > 3 * 6  # a quiet feed is not forgotten


def test_under_load_nothing_is_left_and_memory_stays_flat() -> None:
    """Each scan reads all that is due, and hours of scans take no more memory than the first."""
    hours = list(load.run(load.World(sources=20, items_a_day=600), hours=2))
    assert [left for _, _, left, _, _ in hours] == [0, 0]
    assert hours[-1][4] > hours[0][4] > 20
    assert hours[-1][1] < hours[0][1] + 32


def test_a_scan_is_timed_beside_scoring_alone() -> None:
    """All posts of all three files are kept, and both speeds are there."""
    found = scan.measured(scan.texts(90), tppo_watch.load())
    assert found["posts kept"] >= 90
    assert min(found["scan"], found["scoring alone"]) > 0


def test_an_answer_that_changed_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Kept answers are those of a second run; where the code answers otherwise, the text is named."""
    ads = ["Loker kasir di Depok, gaji UMK", "Butuh cewek 17 th ke Tawau, paspor dipegang bos"]
    monkeypatch.setattr(same, "texts", lambda public: iter(ads))
    kept = tmp_path / "answers.gz"
    assert same.keep(kept, "student", None) == 2
    assert list(same.differing(kept, "student", None)) == [None, None]
    monkeypatch.setattr("tppo_watch.assessor.language", lambda document: document.words[0])
    assert [found and found[0] for found in same.differing(kept, "student", None)] == ads
