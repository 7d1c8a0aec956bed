"""Rules as weak labels, counted by hand; and labels in doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tppo_watch.training import noise, weak
from tppo_watch.training.corpus import load_corpus, record_from

CORPUS = Path(__file__).parents[3] / "models" / "corpus"
HELD, VISA = "document_confiscation", "visitor_visa_for_work"


def record(id: str, text: str, label: str = "trafficking"):
    return record_from({"id": id, "text": text, "label": label, "stance": "offer"}, "here")


def test_votes_are_counted() -> None:
    """Coverage, overlap, conflict and agreement with the labels are what a hand counts."""
    found = {
        label.id: label
        for label in weak.weak_labels(
            [
                record("a", "paspor ditahan bos"),
                record("b", "paspor ditahan bos, berangkat visa turis"),
                record("c", "paspor ditahan bos, pulang tiap hari", "benign"),
                record("d", "hujan lagi hari ini", "benign"),
            ]
        )
    }
    held = found[HELD]
    assert held.votes_case and held.coverage == 0.75
    assert held.right == pytest.approx(2 / 3)
    assert found[VISA].coverage == 0.25 and found[VISA].overlap == 1
    assert held.conflict == pytest.approx(1 / 3), "the post with counter-evidence"
    assert [label.coverage for label in found.values()] == sorted(
        (label.coverage for label in found.values()), reverse=True
    )


def test_a_denied_sign_does_not_vote() -> None:
    """What a post says is not so is no vote for a case."""
    found = weak.weak_labels([record("a", "paspor tidak ditahan", "benign")])
    assert {label.id: label.coverage for label in found}[HELD] == 0


def test_the_report_names_every_rule(tmp_path, capsys) -> None:
    """The command prints a line for each rule, also for one that never fires."""
    file = tmp_path / "posts.jsonl"
    row = {"id": "a", "text": "paspor ditahan", "label": "trafficking", "stance": "offer"}
    file.write_text(json.dumps(row))
    weak.main([str(file)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(weak.votes_of([])[0]) and lines[1].startswith(HELD)


def test_a_wrong_label_is_doubted() -> None:
    """Of records whose labels were turned, most are named; of the others few are."""
    records = [r for r in load_corpus([CORPUS])[::6] if r.label != "fraud"]
    turned = {r.id for r in records[::40]}
    other = {"trafficking": "benign", "benign": "trafficking"}
    found = noise.doubts(records, lambda r: other[r.label] if r.id in turned else r.label, seed=1)
    named = {doubt.id for doubt in found}
    assert len(named & turned) > len(turned) / 2
    assert len(named - turned) < len(records) / 15
