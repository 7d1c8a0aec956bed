"""Fold what is disguised, touch nothing else, and remember where everything stood."""

from __future__ import annotations

from .offsets import OffsetMap


def normalise(text: str) -> tuple[str, OffsetMap]:
    """Lower-case and fold `text`; return it with the map back to `text`.

    Returns
    -------
    tuple of (str, OffsetMap)
        Normalising the result again changes nothing.
    """
    folded = text.lower()
    if len(folded) != len(text):  # a few letters grow when lowered ('İ'); keep those as they are
        folded = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return folded, OffsetMap()
