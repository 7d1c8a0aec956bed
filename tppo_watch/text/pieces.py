"""The stretches between the spaces of a text, each read once and remembered.

Most words of a text have stood in one before it. What a piece is made of, and which folds may change it, does
not depend on its neighbours, so it is worked out once; a text is then put together from its pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter, or_

from .characters import masked
from .vocabulary import canonical
from .words import fold_chunks, may_be_dialled, may_be_spaced

#: Folds that may change a piece, or a text because of it: letters in disguise, telephone numbers in words or
#: with letters, letters with something between each, single words.
MASKED, DIALLED, SPACED, FOLDED = 1, 2, 4, 8
EVERY_FOLD = MASKED | DIALLED | SPACED | FOLDED

# A word keeps inner hyphens and apostrophes (`anak-anak`, `ta'`), a number its separators (`12.500,50`).
# Joiners and variation selectors of emoji are no tokens.
TOKEN = re.compile(
    r"([a-z]+(?:['-][a-z]+)*(?![^\W\d_])|[^\W\d_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*|[^\s\ufe0f\u200d])"
)
_MOST_KEPT = 50_000  # pieces; as many as stand in some ten thousand posts, and bounded for hostile ones
_LONGEST_KEPT = 40  # characters


@dataclass(eq=False, slots=True)
class Piece:
    """A stretch without a space, folded but for what `folds` names.

    Attributes
    ----------
    words, tokens : tuple of str
        As they stand, and in canonical form. What is left behind the last word, or a piece without one,
        counts as an empty word.
    lengths : tuple of int
        In characters: of what stands before a word, the space included, then of the word, and so on.
    folds : int
        Which folds may have something to do.
    """

    words: tuple[str, ...]
    tokens: tuple[str, ...]
    lengths: tuple[int, ...]
    folds: int


_folds = attrgetter("folds")
_kept: dict[str, Piece] = {}


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text in lower case, which stand one space or line end apart."""
    written = text.replace("\n", " ").split(" ")
    pieces = list(map(_kept.get, written))
    if None in pieces:
        return [piece or _piece(word) for piece, word in zip(pieces, written, strict=True)]
    return pieces  # type: ignore[return-value]


def folds_of(pieces: Sequence[Piece]) -> int:
    """Which folds may have something to do in a text of `pieces`."""
    return reduce(or_, set(map(_folds, pieces)))


def _piece(written: str) -> Piece:
    parts = TOKEN.split(written)  # what is between, a word, what is between, a word, …, what is left
    if parts[-1] or len(parts) == 1:
        parts.append("")
    else:
        del parts[-1]
    words = tuple(parts[1::2])
    lengths = list(map(len, parts))
    lengths[0] += 1
    piece = Piece(words, tuple(map(canonical, words)), tuple(lengths), _possible_folds(written))
    if len(written) <= _LONGEST_KEPT:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[written] = piece
    return piece


def _possible_folds(written: str) -> int:
    if len(written.split()) > 1 or written != written.strip():
        return EVERY_FOLD  # white space of another kind: what is beside it is not known
    folds = MASKED * masked(written) | DIALLED * may_be_dialled(written) | SPACED * may_be_spaced(written)
    return folds | FOLDED * (fold_chunks(written)[0] != written)
