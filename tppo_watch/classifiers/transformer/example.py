"""What an encoder learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """One text to learn from; what is not known of it is None and teaches nothing."""

    words: Sequence[str]
    flags: tuple[float, float, float]  #: trafficking, fraud, assistance: 0, 1, or NaN where unknown
    stance: int | None
    types: tuple[float, ...] | None  #: of cases only
    spans: tuple[tuple[int, int, int], ...] | None  #: sign, first word, last word; all that are in the text
    ignored: tuple[tuple[int, int, int], ...] = ()  #: signs that may stand there as well
    weight: float = 1.0
    pair: str | None = None
