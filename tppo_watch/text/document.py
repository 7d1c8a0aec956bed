"""A text read once, for every room that looks at it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate

from .normalise import normalise
from .offsets import OffsetMap
from .vocabulary import SLANG

# A word keeps inner hyphens and apostrophes (`anak-anak`, `ta'`), a number its separators (`12.500,50`).
# Joiners and variation selectors of emoji are no tokens.
_TOKEN = re.compile(r"(\d+(?:[.,]\d+)*|[^\W\d_]+(?:['-][^\W\d_]+)*|[^\s\ufe0f\u200d])")
# Where a sentence or an item of a list may end or begin. A mark inside a number or an address is none.
_BREAK = re.compile(
    r"\n|[.!?…‼⁉;]+(?![\w.,!?…‼⁉;/-])|[•●○▪▫■□◦◆◇➤➢►▶✓✔✅☑❖✦✧★☆📌📍👉➡→|¦]| [-~*»>] "
)
_MARKS = frozenset(".!?…‼⁉;")
# After these a full stop only shortens.
_SHORTENED = frozenset(
    "pt cv jl jln no nmr bpk sdr sdri dr drs dra ir hj tn ny kab kec kel kp ds dsn gg rp tgl telp tlp tel ext st mr mrs "
    "ms prof kpt min max maks jam pkl pk alm ust kh dkk ttd up cq an hal lt blok".split()
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its normalised form, tokens and the way back.

    Attributes
    ----------
    text : str
        As given.
    normal : str
        Folded and lower-cased; what patterns and models read.
    tokens : list of str
        Words, numbers and single punctuation marks of `normal` in reading order, words in canonical form
        (slang and abbreviations resolved), so ``tokens[i]`` may differ from ``normal[starts[i]:ends[i]]``.
    starts, ends : list of int
        Half-open spans of the tokens in `normal`.
    sentences : list of int
        Number of the sentence, line or list item each token stands in; never decreasing.
    words : list of str
        The tokens as they stand in `normal`.
    """

    text: str
    normal: str
    offsets: OffsetMap
    tokens: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    words: list[str]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Span in `text` of ``normal[start:end]``."""
        return self.offsets.original(start, end)

    def token_span(self, first: int, last: int) -> tuple[int, int]:
        """Span in `text` of the tokens `first` to `last`, both included."""
        return self.offsets.original(self.starts[first], self.ends[last])


def read(text: str) -> Document:
    """Normalise and tokenise `text`."""
    normal, offsets = normalise(text)
    parts = _TOKEN.split(normal)  # what is between, token, what is between, token, ..., what is left
    words = parts[1::2]
    borders = list(accumulate(map(len, parts)))
    starts, ends = borders[:-1:2], borders[1::2]
    tokens = list(map(SLANG.get, words, words))
    return Document(text, normal, offsets, tokens, starts, ends, _sentences(normal, starts), words)


def _sentences(normal: str, starts: list[int]) -> list[int]:
    numbers: list[int] = []
    sentence = done = 0
    for found in _BREAK.finditer(normal):
        start, end = found.span()
        if normal[start] in _MARKS:
            if normal[start:end] == "." and _shortens(normal[max(0, start - 12) : start]):
                continue
            border = end
        elif end - start == 3:
            if normal[start - 1 : start].isdigit() and normal[end : end + 1].isdigit():
                continue  # `18 - 25`
            border = start + 1
        else:
            border = start
        first = bisect_left(starts, border, done)
        if first > done:
            numbers += [sentence] * (first - done)
            sentence += 1
            done = first
    numbers += [sentence] * (len(starts) - done)
    return numbers


def _shortens(before: str) -> bool:
    """Whether a full stop after `before` belongs to an abbreviation: `pt.`, `a.n.`, an initial."""
    word = re.split(r"[\s(/,:]", before)[-1]
    if word in _SHORTENED:
        return True
    return bool(word) and word[-1].isalpha() and all(len(piece) <= 2 for piece in word.split(".")) and (
        "." in word or len(word) == 1
    )
