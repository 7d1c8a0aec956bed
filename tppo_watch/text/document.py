"""A text read once, for every room that looks at it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .normalise import normalise
from .offsets import OffsetMap

# A word keeps inner hyphens and apostrophes (`anak-anak`, `ta'`), a number its separators (`12.500,50`).
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’-][^\W\d_]+)*|\S")
_SENTENCE_END = frozenset(".!?…‼⁉;")


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
        Number of the sentence (or line) each token stands in; never decreasing.
    """

    text: str
    normal: str
    offsets: OffsetMap
    tokens: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Span in `text` of ``normal[start:end]``."""
        return self.offsets.original(start, end)

    def token_span(self, first: int, last: int) -> tuple[int, int]:
        """Span in `text` of the tokens `first` to `last`, both included."""
        return self.offsets.original(self.starts[first], self.ends[last])


def read(text: str) -> Document:
    """Normalise and tokenise `text`."""
    normal, offsets = normalise(text)
    tokens: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[int] = []
    sentence, last = 0, 0
    for found in _TOKEN.finditer(normal):
        start, end = found.span()
        if start > last and "\n" in normal[last:start]:
            sentence += 1
        token = found.group()
        tokens.append(token)
        starts.append(start)
        ends.append(end)
        sentences.append(sentence)
        if token in _SENTENCE_END:
            sentence += 1
        last = end
    return Document(text, normal, offsets, tokens, starts, ends, sentences)
