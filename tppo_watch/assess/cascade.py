"""The second reading: which posts the encoder is asked about, and what it changes in their reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..classifiers.transformer.runtime import Encoder
from ..indicators.finder import Finder
from ..indicators.seen import Seen, SignLimits
from .evidence import Reading


@dataclass(frozen=True, slots=True)
class Band:
    """Posts that the student does not rule out; below both limits its word is the last.

    Attributes
    ----------
    risk : float
        Lowest uncalibrated sum of the student's evidence.
    assistance : float
        Lowest log-odds that somebody needs help.
    """

    risk: float
    assistance: float

    def holds(self, sums: np.ndarray, assistance: np.ndarray) -> np.ndarray:
        """Which texts to ask about, bool of shape (n,)."""
        return (sums >= self.risk) | (assistance >= self.assistance)


class DeepReader:
    """Reads texts again with an encoder."""

    def __init__(self, encoder: Encoder, band: Band, limits: SignLimits, finder: Finder) -> None:
        self.band = band
        self._encoder, self._limits, self._finder = encoder, limits, finder

    def read(self, readings: Sequence[Reading]) -> tuple[np.ndarray, list[Reading]]:
        """Log-odds of the heads, (n, n_heads), and the readings with the signs that stand."""
        values, again = [], []
        for reading in readings:
            heads, words = self._encoder.read(reading.document.tokens)
            values.append(heads)
            again.append(reread(reading, Seen(words, self._limits), self._finder))
        return np.array(values), again


def reread(reading: Reading, seen: Seen, finder: Finder) -> Reading:
    """The reading with the signs that stand once an encoder has seen the words."""
    return replace(reading, signs=finder.find_with(reading.document, reading.entities, seen))
