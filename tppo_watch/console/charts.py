"""Measures of the small drawings: numbers for attributes of SVG, since the pages allow no inline style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 200  # units of a bar's drawing, zero in its middle
_LEAST = 1.5  # units: no part of the sum is invisible


@dataclass(frozen=True, slots=True)
class Bar:
    """One signed part of the sum."""

    name: str
    value: float  #: log-odds
    x: float
    width: float

    @property
    def is_up(self) -> bool:
        return self.value > 0


def bars(parts: Sequence[tuple[str, float]]) -> list[Bar]:
    """Signed bars on one scale: the largest fills its half."""
    largest = max((abs(value) for _, value in parts), default=0.0) or 1.0
    out = []
    for name, value in parts:
        width = max(_LEAST, abs(value) / largest * WIDTH / 2)
        out.append(Bar(name, value, round(WIDTH / 2 - (width if value < 0 else 0), 2), round(width, 2)))
    return out


def dial(share: float, radius: float = 8.0) -> str:
    """The dash of a circle of `radius` that shows a share from 0 to 1 of its round."""
    round_ = 2 * math.pi * radius
    return f"{min(1.0, max(0.0, share)) * round_:.2f} {round_:.2f}"
