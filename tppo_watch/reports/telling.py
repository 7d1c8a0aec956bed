"""How counts and what they count are told, on paper and on pages alike."""

from __future__ import annotations

from .bulletin import Row, place_of_key
from .phrases import Phrases
from .suppress import THRESHOLD, Hidden, Shown


def told_as(shown: Shown | None, words: Phrases) -> str:
    """A count as it is printed."""
    if shown is None:
        return "–"
    if isinstance(shown, Hidden):
        return f"<{THRESHOLD}" if shown is Hidden.FEW else f"≥{THRESHOLD}"
    return words.number(shown)


def name_of(row: Row, words: Phrases) -> str:
    """What a row counts, by name."""
    return words.place(place_of_key(row.id)) if row.kind == "destination" else words.rule(row.id)


def length_of(shown: Shown | None) -> float:
    """How long the bar is: hidden ones all alike."""
    if isinstance(shown, Hidden):
        return float(THRESHOLD - 1 if shown is Hidden.FEW else THRESHOLD)
    return float(shown or 0)
