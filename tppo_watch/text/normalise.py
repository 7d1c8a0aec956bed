"""Fold what is disguised, touch nothing else, and remember where everything stood."""

from __future__ import annotations

from functools import partial

from .characters import masked, undress, unmask
from .offsets import Edit, OffsetMap
from .words import dial, fold_chunks, join_spaced

_ROUNDS = 16
_UNMOVED = OffsetMap()


def normalise(text: str) -> tuple[str, OffsetMap]:
    """Lower-case and fold `text`; return it with the map back to `text`.

    Letters in other dress, look-alikes, clutter, flags, digits and signs for letters, spaced and stretched
    letters and spoken telephone numbers are folded. Every span of the result maps to a span of `text`.

    Returns
    -------
    tuple of (str, OffsetMap)
        Normalising the result again changes nothing.
    """
    folded = undress(text)
    passes: list[list[Edit]] = []
    steps = (dial, join_spaced, partial(fold_chunks, seen={}))
    # Folding one thing can bare another. Every fold takes disguise away for good, so this ends: after at most
    # three rounds in all that was tried.
    for _ in range(_ROUNDS):
        before = folded
        if masked(folded):
            folded, edits = unmask(folded)
            passes += edits
            folded = undress(folded)
        for step in steps:
            folded, moved = step(folded)
            if moved:
                passes.append(moved)
        if folded == before:
            break
    return folded, OffsetMap(passes) if passes else _UNMOVED
