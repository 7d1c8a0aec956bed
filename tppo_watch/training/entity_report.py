"""How well entities are found: precision and recall by kind against annotated spans.

Run as ``python -m tppo_watch.training.entity_report FILE.jsonl …`` on files annotated by the guideline.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..entities import find_entities
from ..text.document import read

_LEAST_OVERLAP = 0.5  # intersection over union at which a found span is the annotated one


def report(records: Iterable[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Counts, precision and recall of spans by kind.

    Returns
    -------
    dict
        By kind: `expected` and `found` spans, `hit` (found ones that overlap an expected one by half),
        `recalled` (the other way round), `touched` (expected ones that a found one touches), `precision`
        and `recall`.
    """
    counts: dict[str, Counter[str]] = {}
    for record in records:
        expected = [(s["id"], s["start"], s["end"]) for s in record.get("spans", ()) if s["kind"] == "entity"]
        found = [(e.kind, e.start, e.end) for e in find_entities(read(record["text"]))]
        for kind in {kind for kind, _, _ in expected + found}:
            there = [span[1:] for span in expected if span[0] == kind]
            here = [span[1:] for span in found if span[0] == kind]
            count = counts.setdefault(kind, Counter())
            count["expected"] += len(there)
            count["found"] += len(here)
            count["hit"] += sum(any(_overlap(a, b) >= _LEAST_OVERLAP for b in there) for a in here)
            count["recalled"] += sum(any(_overlap(a, b) >= _LEAST_OVERLAP for b in here) for a in there)
            count["touched"] += sum(any(_overlap(a, b) > 0 for b in here) for a in there)
    return {
        kind: {
            **count,
            "precision": count["hit"] / max(count["found"], 1),
            "recall": count["recalled"] / max(count["expected"], 1),
        }
        for kind, count in sorted(counts.items())
    }


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    common = min(a[1], b[1]) - max(a[0], b[0])
    return common / (max(a[1], b[1]) - min(a[0], b[0])) if common > 0 else 0.0


def _records(paths: Iterable[str]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with Path(path).open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


if __name__ == "__main__":
    print(f"{'kind':<12}{'expected':>9}{'found':>7}{'precision':>11}{'recall':>8}{'touched':>9}")
    for name, row in report(_records(sys.argv[1:])).items():
        share = row["touched"] / max(row["expected"], 1)
        counts = f"{row['expected']:>9}{row['found']:>7}"
        print(f"{name:<12}{counts}{row['precision']:>11.3f}{row['recall']:>8.3f}{share:>9.3f}")
