"""What an encoder sees of each word, held against what the rules found.

A rule knows words, not what is meant: a hit that the encoder thinks unlikely is dropped, and a run of words
that it is sure of becomes a hit of its own. A run begins where it is sure and goes on while it is not
unlikely (hysteresis, as edges are followed in pictures: Canny 1986); a hit in one is as wide as the run.
Places and sums stay entities whatever becomes of the sign they carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..knowledge import rules
from .matcher import Hit

BRIDGE = 1  # words a run may skip: an inner `yang` or comma breaks no clause


@dataclass(frozen=True, slots=True)
class SignLimits:
    """Log-odds of a sign: below `keep` a hit is dropped; from `add` on a run of words that are all at `grow`
    or above becomes one."""

    keep: float
    add: float
    grow: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Log-odds of each indicator at each word of a document, float64 of shape (n_words read, n_indicators).

    Columns are those of :func:`tppo_watch.knowledge.rules.indicators`. Words behind the last one read say
    nothing.
    """

    log_odds: np.ndarray
    limits: SignLimits

    def judged(self, hits: Sequence[Hit]) -> list[Hit]:
        """The hits that stand, and those of the encoder's own, in reading order."""
        column = _columns()
        kept = [hit for hit in hits if hit.rule not in column or self._stands(hit, column[hit.rule])]
        there: dict[str, list[Hit]] = {}
        for hit in kept:
            there.setdefault(hit.rule, []).append(hit)
        for id, i in column.items():
            for first, last in self._runs(i):
                is_sure = self.log_odds[first : last + 1, i].max() >= self.limits.add
                if is_sure and not any(_touch(hit, first, last) for hit in there.get(id, ())):
                    kept.append(Hit(id, first, last))
        return sorted(kept, key=lambda hit: (hit.first, hit.last, hit.rule))

    def widened(self, hit: Hit) -> tuple[int, int]:
        """First and last word of a hit with the runs of its sign that it touches."""
        i = _columns().get(hit.rule)
        runs = [] if i is None else [run for run in self._runs(i) if _touch(hit, *run)]
        return min([hit.first, *(run[0] for run in runs)]), max([hit.last, *(run[1] for run in runs)])

    def _stands(self, hit: Hit, column: int) -> bool:
        read = self.log_odds[hit.first : hit.last + 1, column]
        return not read.size or bool(read.max() >= self.limits.keep)

    def _runs(self, column: int) -> list[tuple[int, int]]:
        """Runs of words that are not unlikely, first and last word included."""
        runs: list[tuple[int, int]] = []
        for word in np.flatnonzero(self.log_odds[:, column] >= self.limits.grow).tolist():
            if runs and word - runs[-1][1] <= 1 + BRIDGE:
                runs[-1] = (runs[-1][0], word)
            else:
                runs.append((word, word))
        return runs


@lru_cache(maxsize=1)
def _columns() -> dict[str, int]:
    return {indicator.id: i for i, indicator in enumerate(rules.indicators())}


def _touch(hit: Hit, first: int, last: int) -> bool:
    return first <= hit.last and hit.first <= last
