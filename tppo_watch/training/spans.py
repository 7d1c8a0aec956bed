"""How well found spans fit marked ones.

``python -m tppo_watch.training.spans FILE… [--id ID] [--half 0|1] [--misses] [--extra]`` prints recall and
precision per indicator over the texts labelled trafficking, and on demand what was missed and what was found
unasked.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..entities import find_entities
from ..indicators.finder import default_finder
from ..text.document import read
from ..types import Match
from .corpus import Record, Span, half_of, load_corpus

ENOUGH_OVERLAP = 0.3  # intersection over union; borders of clauses are a matter of taste


@dataclass
class SpanScores:
    """Counts by id. A found span may be right for several marked ones and is counted once."""

    marked: Counter[str] = field(default_factory=Counter)
    recalled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[str, str, str]] = field(default_factory=list)  #: record, id, text
    extras: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.recalled.total() / max(self.marked.total(), 1)

    @property
    def precision(self) -> float:
        return self.right.total() / max(self.found.total(), 1)


def overlap(a_start: int, a_end: int, b_start: int, b_end: int) -> float:
    """Intersection over union of two half-open spans, in [0, 1]."""
    shared = max(0, min(a_end, b_end) - max(a_start, b_start))
    return shared / ((a_end - a_start) + (b_end - b_start) - shared)


def score_spans(
    records: Iterable[Record], find: Callable[[str], Sequence[Match]], kind: str = "indicator"
) -> SpanScores:
    """Compare the asserted matches of `find` with the marked spans of `records`."""
    scores = SpanScores()
    for record in records:
        marked = [span for span in record.spans if span.kind == kind]
        found = [match for match in find(record.text) if match.scope == "asserted"]

        def fits(span: Span, match: Match) -> bool:
            if match.id != span.id and match.id not in span.alt:
                return False
            return overlap(span.start, span.end, match.start, match.end) >= ENOUGH_OVERLAP

        for span in marked:
            scores.marked[span.id] += 1
            if any(fits(span, match) for match in found):
                scores.recalled[span.id] += 1
            else:
                scores.misses.append((record.id, span.id, record.text[span.start : span.end]))
        for match in found:
            scores.found[match.id] += 1
            if any(fits(span, match) for span in marked):
                scores.right[match.id] += 1
            else:
                scores.extras.append((record.id, match.id, match.text))
    return scores


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tppo_watch.training.spans")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--id", action="append", help="only this indicator (repeatable)")
    parser.add_argument("--kind", choices=("indicator", "counter"), default="indicator")
    parser.add_argument(
        "--half", type=int, choices=(0, 1), help="only that half of the records, by a hash of the id"
    )
    parser.add_argument("--all", action="store_true", help="all records, not only those labelled trafficking")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--extra", action="store_true")
    options = parser.parse_args(arguments)
    finder = default_finder()

    def find(text: str) -> Sequence[Match]:
        document = read(text)
        signs = finder.find(document, find_entities(document))
        return signs.indicators if options.kind == "indicator" else signs.counter

    records = [
        r
        for r in load_corpus(options.files)
        if (options.all or r.label == "trafficking")
        and (options.half is None or half_of(r.id) == options.half)
    ]
    scores = score_spans(records, find, options.kind)
    wanted = options.id or sorted(set(scores.marked) | set(scores.found))
    for id in wanted:
        marked, found = scores.marked[id], scores.found[id]
        print(
            f"{id:40} marked {marked:4} recall {scores.recalled[id] / max(marked, 1):5.2f}"
            f"   found {found:4} precision {scores.right[id] / max(found, 1):5.2f}"
        )
    print(f"{len(records)} records: recall {scores.recall:.3f}, precision {scores.precision:.3f}")
    if options.misses:
        for record, id, text in scores.misses:
            if id in wanted:
                print(f"missed  {record:8} {id:32} {text!r}")
    if options.extra:
        for record, id, text in scores.extras:
            if id in wanted:
                print(f"unasked {record:8} {id:32} {text!r}")


if __name__ == "__main__":
    main()
