"""What an encoder sees of each word, held against what the rules found.

A rule knows words, not what is meant: a hit that the encoder thinks unlikely is dropped, and a run of words
that it is sure of becomes a hit of its own. Places and sums stay entities whatever becomes of the sign they
carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..knowledge import rules
from .matcher import Hit

BRIDGE = 1  # words a run may skip: an inner `yang` or comma breaks no clause


@dataclass(frozen=True, slots=True)
class SignLimits:
    """Log-odds of a sign: below `keep` a hit is dropped, at `add` and above a run of words becomes one."""

    keep: float
    add: float


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
        column = {indicator.id: i for i, indicator in enumerate(rules.indicators())}
        kept = [hit for hit in hits if hit.rule not in column or self._stands(hit, column[hit.rule])]
        there: dict[str, list[Hit]] = {}
        for hit in kept:
            there.setdefault(hit.rule, []).append(hit)
        for id, i in column.items():
            for first, last in self._runs(i):
                if not any(first <= hit.last and hit.first <= last for hit in there.get(id, ())):
                    kept.append(Hit(id, first, last))
        return sorted(kept, key=lambda hit: (hit.first, hit.last, hit.rule))

    def _stands(self, hit: Hit, column: int) -> bool:
        read = self.log_odds[hit.first : hit.last + 1, column]
        return not read.size or bool(read.max() >= self.limits.keep)

    def _runs(self, column: int) -> list[tuple[int, int]]:
        """Runs of words at or above the limit, first and last word included."""
        runs: list[tuple[int, int]] = []
        for word in np.flatnonzero(self.log_odds[:, column] >= self.limits.add).tolist():
            if runs and word - runs[-1][1] <= 1 + BRIDGE:
                runs[-1] = (runs[-1][0], word)
            else:
                runs.append((word, word))
        return runs
