"""A text cut where its marks begin and end, so that a page can show every mark, overlapping ones too."""

from __future__ import annotations

from dataclasses import dataclass

from ..text.showing import shown
from ..types import Assessment, Match

# Nobody reads on after this much of a post, and pieces grow with text times marks.
SHOWN_CHARACTERS = 20_000
SHOWN_MATCHES = 200
SHOWN_ENTITIES = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A match with the number under which text and list show it."""

    number: int
    match: Match
    kind: str  #: its element, ``counter`` for what speaks for innocence, ``unasserted``


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same marks."""

    text: str
    kind: str  #: of the mark that began last; empty where there is none
    is_entity: bool
    ending: tuple[int, ...]  #: numbers of the marks that end here


@dataclass(frozen=True, slots=True)
class Marked:
    """A text ready to be shown, with the list of its marks."""

    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    unshown_characters: int
    unshown_matches: int


def marked(assessment: Assessment) -> Marked:
    """Cut the text of an assessment at its marks, numbered in reading order."""
    text = assessment.text[:SHOWN_CHARACTERS]
    marks = _numbered(assessment)
    entities = [
        (entity.start, min(entity.end, len(text)))
        for entity in assessment.entities[:SHOWN_ENTITIES]
        if entity.start < len(text)
    ]
    every = {*assessment.indicators, *assessment.counter}
    return Marked(
        pieces=tuple(_pieces(text, marks, entities)),
        marks=tuple(marks),
        unshown_characters=len(assessment.text) - len(text),
        unshown_matches=len(every) - len(marks),
    )


def _numbered(assessment: Assessment) -> list[Mark]:
    counter = set(assessment.counter)
    matches = sorted(
        {*assessment.indicators, *counter}, key=lambda match: (match.end, match.start, match.id)
    )
    matches = [match for match in matches[:SHOWN_MATCHES] if match.end <= SHOWN_CHARACTERS]
    return [
        Mark(number, match, _kind(match, match in counter)) for number, match in enumerate(matches, start=1)
    ]


def _kind(match: Match, is_counter: bool) -> str:
    if match.scope != "asserted":
        return "unasserted"
    return "counter" if is_counter else match.element


def _pieces(text: str, marks: list[Mark], entities: list[tuple[int, int]]) -> list[Piece]:
    cuts = {0, len(text), *(at for span in entities for at in span)}
    cuts |= {at for mark in marks for at in (mark.match.start, mark.match.end)}
    edges = sorted(cuts)
    pieces = []
    for start, end in zip(edges, edges[1:], strict=False):
        over = [mark for mark in marks if mark.match.start <= start and end <= mark.match.end]
        last = max(over, key=lambda mark: (mark.match.start, -mark.match.end), default=None)
        pieces.append(
            Piece(
                text=shown(text[start:end]),
                kind=last.kind if last else "",
                is_entity=any(first <= start and end <= after for first, after in entities),
                ending=tuple(mark.number for mark in over if mark.match.end == end),
            )
        )
    return pieces
