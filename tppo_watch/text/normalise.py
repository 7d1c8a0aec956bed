"""Fold what is disguised, touch nothing else, and remember where everything stood."""

from __future__ import annotations

import re

from .characters import MASKED, undress, unmask
from .offsets import Edit, OffsetMap
from .words import dial, fold_chunks, join_spaced

# Where one of these stands, a pass over the words is worth its time. It must let nothing through that a pass
# would change (tests/property/test_text.py compares), and be quick on an ordinary advertisement.
_ODD_WORD = re.compile(
    # a digit or sign that touches a letter, unless it is a sum, a measure or an age (`12jt`, `2x`, `17th`)
    r"[0-9@$!|*#%€£¥¢](?:(?<=[a-z].)(?![!|*#%\s.,)?]|$)|(?=[a-z])(?!(?<=[0-9 ].)(?:jt|juta|rb|ribu|th|thn|tahun|x|k|orang|jam)\b))"
)
_SOUNDS_DIALLED = ("nol", "kosong", "zero", "nul", "ziro", "enam", "lapan")
_ROUNDS = 16


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
    # Folding one thing can bare another. Every fold removes disguise for good, so this ends; after two rounds
    # at most in all that was tried.
    for _ in range(_ROUNDS):
        before = folded
        if not folded.isascii() and MASKED.search(folded):
            folded, edits = unmask(folded)
            passes += edits
            folded = undress(folded)
        for step in (dial, join_spaced, fold_chunks):
            folded, moved = step(folded)
            if moved:
                passes.append(moved)
        if folded == before:
            break
    return folded, OffsetMap(passes)
