"""A text read once, for every room that looks at it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import accumulate, chain, compress
from operator import attrgetter

from .normalise import folded_pieces
from .offsets import OffsetMap

# Where a sentence or an item of a list may end or begin. A mark inside a number or an address is none.
_BULLETS = "•●○▪▫■□◦◆◇➤➢►▶✓✔✅☑❖✦✧★☆📌📍👉➡→|¦"
_BREAK = re.compile(
    rf"[\n.!?…‼⁉;{_BULLETS}~*»>-]"
    rf"(?:(?<=[\n{_BULLETS}])|(?<=[.!?…‼⁉;])[.!?…‼⁉;]*+(?![\w.,/-])|(?<= [-~*»>])(?= ))"
)
_MARKS = frozenset(".!?…‼⁉;")
# After these a full stop only shortens.
_SHORTENED = frozenset(
    "pt cv jl jln no nmr bpk sdr sdri dr drs dra ir hj tn ny kab kec kel kp ds dsn gg rp tgl telp tlp tel "
    "ext st mr mrs ms prof kpt min max maks jam pkl pk alm ust kh dkk ttd up cq an hal lt blok".split()
)


_chained = chain.from_iterable
_words, _tokens = attrgetter("words"), attrgetter("tokens")
_lengths = attrgetter("lengths")


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
    normal, offsets, pieces = folded_pieces(text)
    words, tokens = list(_chained(map(_words, pieces))), list(_chained(map(_tokens, pieces)))
    # No space stands before the first piece.
    borders = list(accumulate(_chained(map(_lengths, pieces)), initial=-1))
    starts, ends = borders[1::2], borders[2::2]
    if "" in words:
        words, tokens, starts, ends = (list(compress(row, words)) for row in (words, tokens, starts, ends))
    sentences = _sentences(normal, words, starts)
    return Document(text, normal, offsets, tokens, starts, ends, sentences, words)


def _sentences(normal: str, words: list[str], starts: list[int]) -> list[int]:
    numbers: list[int] = []
    sentence = done = 0
    for found in _BREAK.finditer(normal):
        start, end = found.span()
        mark = normal[start]
        at = bisect_left(starts, start, done)  # the token that is the mark; a line end is none
        if mark in _MARKS:
            if mark == "." and at and _shortens(words, starts, at):
                continue
            at += end - start
        elif mark == "-" and (normal[start - 2 : start - 1] + normal[start + 2 : start + 3]).isdigit():
            continue  # `18 - 25`
        if at > done:
            numbers += [sentence] * (at - done)
            sentence += 1
            done = at
    numbers += [sentence] * (len(starts) - done)
    return numbers


def _shortens(words: list[str], starts: list[int], at: int) -> bool:
    """Whether the full stop at token `at` belongs to an abbreviation: `pt.`, `a.n.`, an initial."""
    word = words[at - 1]
    if starts[at - 1] + len(word) != starts[at]:
        return False
    if word in _SHORTENED or (len(word) == 1 and word.isalpha()):
        return True
    # `s.pd.`
    return len(word) == 2 and at > 1 and words[at - 2] == "." and starts[at - 2] + 1 == starts[at - 1]
