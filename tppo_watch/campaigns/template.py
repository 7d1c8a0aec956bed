"""What the posts of a campaign have in common, and what varies: a template with its fillings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_WORDS = 200  # of a post that are compared; the time grows with their square
MAX_POSTS = 20  # that are compared
_ALIKE = 0.5  # share of words in common from which a post is of this template
_FILLINGS = 8  # shown of a slot
# A word with its punctuation, a line end, or space; joined again they are the text.
_PIECE = re.compile(r"\n|[^\S\n]+|[\w@#$%&+'’•.,:/-]*\w|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with numbered slots, such as ``Loker {1} di {2}, gaji {3}``."""

    text: str
    fillings: tuple[tuple[tuple[str, int], ...], ...]  #: of each slot, with how often; "" is nothing
    posts: int  #: how many were compared and found to have it


def template_of(texts: Iterable[str]) -> Template | None:
    """The template of texts that share their wording; None where no two do.

    The first text that another one resembles gives the wording; what differs from it anywhere becomes a slot.
    Texts beyond `MAX_POSTS`, and words beyond `MAX_WORDS`, are not looked at.
    """
    known = list(dict.fromkeys(texts))[:MAX_POSTS]
    pieces = [_PIECE.findall(text)[: 2 * MAX_WORDS] for text in known]
    words = [[piece for piece in one if not piece.isspace()] for one in pieces]
    for at, base in enumerate(words):
        matches = []
        for other in words[at + 1 :]:
            match = SequenceMatcher(None, base, other, autojunk=False)
            if match.real_quick_ratio() >= _ALIKE and match.ratio() >= _ALIKE:
                matches.append((other, match.get_opcodes()))
        if matches:
            return _drawn(pieces[at], base, matches)
    return None


Codes = Sequence[tuple[str, int, int, int, int]]


def _drawn(
    pieces: Sequence[str], base: Sequence[str], matches: Sequence[tuple[Sequence[str], Codes]]
) -> Template:
    """The template in the words of `base`; what another text replaces or adds to is in a slot."""
    varies = [False] * len(base)
    for _, codes in matches:
        for kind, start, end, _, _ in codes:
            if kind == "insert":  # what is added belongs to the word before it
                varies[max(start - 1, 0)] = True
            elif kind != "equal":
                varies[start:end] = [True] * (end - start)
    slots = _runs(varies)
    fillings = []
    for start, end in slots:
        found = Counter([" ".join(base[start:end])])
        found.update(" ".join(other[_image(codes, start, False):_image(codes, end, True)])
                     for other, codes in matches)  # fmt: skip
        fillings.append(tuple(found.most_common(_FILLINGS)))
    return Template(_written(pieces, slots), tuple(fillings), 1 + len(matches))


def _runs(varies: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for at, is_open in enumerate(varies):
        if is_open and runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        elif is_open:
            runs.append((at, at + 1))
    return runs


def _image(codes: Codes, at: int, is_end: bool) -> int:
    """Where the border before word `at` lies in the other text; of two places the later where it `is_end`."""
    place = 0
    for kind, start, end, other_start, other_end in codes:
        if start > at or (start == at and not (is_end and kind == "insert") and place):
            break
        if kind == "equal" and start <= at <= end:
            place = other_start + at - start
        elif start <= at:
            place = other_end if at >= end else other_start
    return place


def _written(pieces: Sequence[str], slots: Sequence[tuple[int, int]]) -> str:
    """The text with its slots numbered from 1."""
    out: list[str] = []
    number, word = 0, -1
    for piece in pieces:
        if piece.isspace():
            out.append(piece)
            continue
        word += 1
        while number < len(slots) and word >= slots[number][1]:
            number += 1
        if number < len(slots) and slots[number][0] <= word:
            if word == slots[number][0]:
                out.append(f"{{{number + 1}}}")
            elif out and out[-1].isspace():
                out.pop()  # between the words of one slot
        else:
            out.append(piece)
    return "".join(out).strip()
