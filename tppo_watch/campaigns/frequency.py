"""In how many wordings a shingle was seen, counted in bounded memory."""

from __future__ import annotations

import numpy as np

_BITS = 22
_WIDTH = 1 << _BITS  # cells a row: 100,000 wordings of 60 shingles fill them about once
_FACTORS = np.array([0x9E3779B1, 0x85EBCA6B], np.uint32)[:, None]
_ROWS = np.array([0, _WIDTH], np.uint32)[:, None]


class ShingleCounts:
    """A count-min sketch with conservative update: never below the true count, 32 MiB however much is read.

    References
    ----------
    Estan & Varghese (2002), SIGCOMM, 323-336; Cormode & Muthukrishnan (2005), J. Algorithms 55, 58-75.
    """

    def __init__(self) -> None:
        self._cells = np.zeros(2 * _WIDTH, np.uint32)  # pages of memory are taken as they are touched
        self.total = 0  #: wordings counted

    def of(self, shingles: np.ndarray) -> np.ndarray:
        """How many wordings had each of `shingles`."""
        one, other = _places(shingles)
        return np.minimum(self._cells[one], self._cells[other])

    def add(self, shingles: np.ndarray) -> None:
        """Count the shingles of one more wording."""
        raised = self.of(shingles) + np.uint32(1)
        for row in _places(shingles):  # one by one: of a table of places `at` of numpy 2.4 takes some only
            np.maximum.at(self._cells, row, raised)
        self.total += 1

    def weights(self, shingles: np.ndarray) -> np.ndarray:
        """How much each of `shingles` says, at least log 2: a wording of everybody links nobody.

        The inverse document frequency, ``log(1 + total / count)``, with unseen ones counted as seen once.
        """
        return np.log1p((self.total + 1) / np.maximum(self.of(shingles), 1))


def _places(shingles: np.ndarray) -> np.ndarray:
    return (shingles * _FACTORS >> np.uint32(32 - _BITS)) + _ROWS  # the product keeps its lower 32 bits
