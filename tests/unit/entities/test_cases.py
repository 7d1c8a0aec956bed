"""The cases that were written before the parser."""

from __future__ import annotations

import json
from pathlib import Path

from tppo_watch.entities import find_entities
from tppo_watch.text.document import read

CASES = Path(__file__).parents[2] / "cases"


def _meets(entity, expected: dict, text: str) -> bool:
    start = text.find(expected["text"])
    value = dict(entity.value)
    if entity.kind in ("destination", "origin") and "place" not in expected["value"]:
        value.pop("place", None)
    return entity.start < start + len(expected["text"]) and start < entity.end and value == expected["value"]


def _rows(name: str) -> list[dict]:
    return [
        json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def test_salaries_are_right_in_value_and_period():
    """At least 95 of 100 salary cases are right: every pay found, nothing else called pay."""
    rows = _rows("salary.jsonl")
    wrong = []
    for row in rows:
        found = [e for e in find_entities(read(row["text"])) if e.kind == "salary"]
        expected = [
            {"text": s["text"], "value": {k: v for k, v in s.items() if k != "text"}} for s in row["salary"]
        ]
        if len(found) != len(expected) or not all(
            any(_meets(e, s, row["text"]) for e in found) for s in expected
        ):
            wrong.append(row["id"])
    assert len(wrong) <= 0.05 * len(rows), wrong


def test_other_entities_are_found_and_none_invented():
    """At least 95 of 100 expected entities are found, and 95 of 100 excluded kinds stay away."""
    missed, invented, expected, excluded = [], [], 0, 0
    for row in _rows("entities.jsonl"):
        found = find_entities(read(row["text"]))
        expected += len(row["entities"])
        excluded += len(row["absent"])
        for item in row["entities"]:
            if not any(e.kind == item["kind"] and _meets(e, item, row["text"]) for e in found):
                missed.append((row["id"], item["kind"]))
        invented += [(row["id"], kind) for kind in row["absent"] if any(e.kind == kind for e in found)]
    assert len(missed) <= 0.05 * expected, missed
    assert len(invented) <= 0.05 * excluded, invented
