"""Places: where work is offered, and where people are sought."""

from __future__ import annotations

from collections.abc import Set

from ..knowledge.places import Place
from ..text.document import Document
from ..types import Entity
from .phrases import Hit

_REACH = 4  # tokens between a short name and the word that makes it a place
_JOINS = frozenset(
    (",", "&", "/", "dan", "-", "–", "atau", "sama", "karo", "jeung", "jo", "deng", "and", "|", "+", "serta")
)
_BESIDE = frozenset((",", "(", "-", "–", "/", ":", "di", "|"))  # between a town and its country
_FILLERS = frozenset(
    (
        ":",
        "ke",
        "di",
        "kota",
        "kab",
        ".",
        "kabupaten",
        "daerah",
        "desa",
        "pulau",
        "kec",
        "negara",
        "nya",
        "provinsi",
        "area",
        '"',
        "“",
        "(",
    )
)
_FINER = {"region": 0, "country": 1, "province": 2, "place": 3, "district": 3}


def place_entities(document: Document, hits: list[Hit], cues: list[Hit], near: Set[str]) -> list[Entity]:
    """Destinations and origins in reading order.

    `hits` are the names of the gazetteer found in the document, each with (place, needs a cue); `cues` the
    words that say what a place is to the text; `near` the words of work, travel and pay.
    """
    before = {stop: role for _, stop, role in cues}
    found: list[Entity] = []
    spans: list[tuple[int, int, Place, str]] = []
    for first, stop, (place, needs_cue) in hits:
        role = _role(document, first, before, spans)
        if role == "none":
            spans.append(
                (first, stop, place, role)
            )  # `bahasa Arab dan Inggris`: what is joined to it is none either
            continue
        if needs_cue and role is None and not _is_named(document, first, stop, near):
            continue
        if (
            role is None or place.country != "ID"
        ):  # a foreign country people come from is one they were sent to
            role = "destination"
        if spans and spans[-1][3] != "none" and _same(document, spans[-1], first, place):
            earlier = spans.pop()
            finer = max(earlier[2], place, key=lambda p: _FINER[p.level])
            spans.append((earlier[0], stop, finer, earlier[3]))
        else:
            spans.append((first, stop, place, role))
    for first, stop, place, role in spans:
        if role == "none":
            continue
        start, end = document.token_span(first, stop - 1)
        found.append(Entity(role, start, end, document.text[start:end], _value(place)))
    return found


def _role(
    document: Document, first: int, before: dict[int, str], spans: list[tuple[int, int, Place, str]]
) -> str | None:
    """What the words before a name make of it; None where they say nothing."""
    tokens, sentences = document.tokens, document.sentences
    i = first
    for _ in range(3):
        if i <= 0 or sentences[i - 1] != sentences[first]:
            return None
        role = before.get(i)
        if role == "none" and i < first:
            return None
        if role == "destination" and before.get(i - 1) == "origin":  # `tinggal di`, `dari kota`
            return "origin"
        if role is not None:
            return role
        if spans and spans[-1][1] == i - 1 and tokens[i - 1] in _JOINS:
            return spans[-1][3]
        if tokens[i - 1] not in _FILLERS:
            return None
        i -= 1
    return None


def _is_named(document: Document, first: int, stop: int, near: Set[str]) -> bool:
    """Whether a short or ambiguous name stands near a word of work, travel or pay."""
    tokens, sentences = document.tokens, document.sentences
    return any(
        tokens[i] in near and sentences[i] == sentences[first] and not first <= i < stop
        for i in range(max(0, first - _REACH), min(len(tokens), stop + _REACH))
    )


def _same(document: Document, earlier: tuple[int, int, Place, str], first: int, place: Place) -> bool:
    """Whether a name says again, finer or coarser, what the one right before it says (`Poipet, Kamboja`)."""
    gap = document.tokens[earlier[1] : first]
    if len(gap) > 1 or any(token not in _BESIDE for token in gap):
        return False
    other = earlier[2]
    if place.country != other.country or place.country is None:
        return False
    if "country" in (place.level, other.level) or place == other:
        return True
    return place.province == other.province and "province" in (place.level, other.level)


def _value(place: Place) -> dict[str, str]:
    value = {} if place.country is None else {"country": place.country}
    if place.level != "country":
        value["place"] = place.name
    return value
