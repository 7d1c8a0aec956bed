"""Fold what is disguised, touch nothing else, and remember where everything stood."""

from __future__ import annotations

from .characters import undress, unmask
from .offsets import Edit, OffsetMap
from .pieces import DIALLED, FOLDED, MASKED, SPACED, Piece, folds_of, pieces_of
from .words import dial, fold_chunks, join_spaced

_ROUNDS = 16
_UNMOVED = OffsetMap()
_STEPS = ((DIALLED, dial), (SPACED, join_spaced), (FOLDED, fold_chunks))


def normalise(text: str) -> tuple[str, OffsetMap]:
    """Lower-case and fold `text`; return it with the map back to `text`.

    Letters in other dress, look-alikes, clutter, flags, digits and signs for letters, spaced and stretched
    letters and spoken telephone numbers are folded. Every span of the result maps to a span of `text`.

    Returns
    -------
    tuple of (str, OffsetMap)
        Normalising the result again changes nothing.
    """
    folded, offsets, _ = folded_pieces(text)
    return folded, offsets


def folded_pieces(text: str) -> tuple[str, OffsetMap, list[Piece]]:
    """What :func:`normalise` gives, and the pieces of the result."""
    folded = undress(text)
    pieces = pieces_of(folded)
    folds = folds_of(pieces)
    passes: list[list[Edit]] = []
    # Folding one thing can bare another. Every fold takes disguise away for good, so this ends: after at most
    # three rounds in all that was tried.
    for _ in range(_ROUNDS if folds else 0):
        before = folded
        if folds & MASKED:
            unmasked, edits = unmask(folded)
            passes += edits
            unmasked = undress(unmasked)
            if unmasked != folded:
                folded, pieces = unmasked, pieces_of(unmasked)
                folds = folds_of(pieces)
        for fold, step in _STEPS:
            if folds & fold:
                stepped, moved = step(folded)
                if moved:
                    passes.append(moved)
                if stepped != folded:
                    folded, pieces = stepped, pieces_of(stepped)
                    folds = folds_of(pieces)
        if folded == before:
            break
    return folded, OffsetMap(passes) if passes else _UNMOVED, pieces
