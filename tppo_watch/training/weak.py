"""The rules as weak labels: what each covers, where it overlaps with others, and where it is contradicted.

A rule that fires votes: an asserted indicator for a case, asserted counter-evidence and a sign in another
scope against one. The report is the one of data programming (Ratner et al. 2016, NeurIPS; Ratner et al. 2017,
VLDB), with the labels as a check: where a rule covers much and is contradicted often, its pattern is too
wide; where it covers nothing, the corpus lacks posts that show it.

``python -m tppo_watch.training.weak FILE…`` prints the report.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..assess.evidence import Reading
from ..assessor import read_texts
from ..knowledge import rules
from .corpus import Record, load_corpus


@dataclass(frozen=True, slots=True)
class WeakLabel:
    """One rule over a corpus; shares in [0, 1], NaN where the rule never fires.

    Attributes
    ----------
    coverage : float
        Share of posts in which it votes.
    overlap : float
        Share of its votes in posts where another rule votes too.
    conflict : float
        Share of its votes in posts where some rule votes the other way.
    right : float
        Share of its votes that agree with the label.
    """

    id: str
    votes_case: bool
    coverage: float
    overlap: float
    conflict: float
    right: float


def votes_of(readings: Sequence[Reading]) -> tuple[list[str], np.ndarray]:
    """Names of the rules, and their votes, int8 of shape (n_posts, n_rules): 1 for a case, -1 against."""
    names = [indicator.id for indicator in rules.indicators()] + [counter.id for counter in rules.counters()]
    column = {name: i for i, name in enumerate(names)}
    votes = np.zeros((len(readings), len(names)), dtype=np.int8)
    for row, reading in zip(votes, readings, strict=True):
        for match in reading.signs.indicators:
            if match.scope == "asserted":
                row[column[match.id]] = 1
        for match in reading.signs.counter:
            if match.scope == "asserted":
                row[column[match.id]] = -1
    return names, votes


def weak_labels(records: Sequence[Record]) -> list[WeakLabel]:
    """Each rule over `records`, the widest first."""
    names, votes = votes_of(read_texts([record.text for record in records]))
    is_case = np.array([record.label == "trafficking" for record in records])
    spoken = votes != 0
    several = spoken.sum(axis=1) > 1
    against = {1: (votes < 0).any(axis=1), -1: (votes > 0).any(axis=1)}
    counters = {counter.id for counter in rules.counters()}
    out = []
    for i, name in enumerate(names):
        at, side = spoken[:, i], -1 if name in counters else 1
        if at.any():
            right = is_case[at] if side == 1 else ~is_case[at]
            shares = (several[at].mean(), against[side][at].mean(), right.mean())
        else:
            shares = (np.nan, np.nan, np.nan)
        out.append(WeakLabel(name, side == 1, float(at.mean()), *map(float, shares)))
    return sorted(out, key=lambda label: (-label.coverage, label.id))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tppo_watch.training.weak")
    parser.add_argument("files", nargs="+", type=Path)
    records = load_corpus(parser.parse_args(arguments).files)
    print(f"{'rule':40} {'votes':>6} {'coverage':>9} {'overlap':>8} {'conflict':>9} {'right':>6}")
    for label in weak_labels(records):
        side = "case" if label.votes_case else "not"
        print(
            f"{label.id:40} {side:>6} {label.coverage:9.4f} {label.overlap:8.2f} {label.conflict:9.2f}"
            f" {label.right:6.2f}"
        )


if __name__ == "__main__":
    main()
