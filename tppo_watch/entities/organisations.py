"""Who offers the work and under which licence: employers, agencies, licence numbers."""

from __future__ import annotations

import re
from typing import Any

from ..text.document import Document
from ..types import Entity
from .phrases import Hit

_MAX_NAME = 7  # tokens
_NEAR = 7  # tokens around a name in which a word makes it an agency
_QUOTES = frozenset("\"“”«»")
_INSIDE = frozenset(("&", "-", "."))
_LICENCE_NUMBER = re.compile(
    r"[\s:.,#(=-]{0,3}(?:(?:no|nomor|nomer|number|num|nmr)\b[\s:.#]{0,3})?((?:[a-z]{1,4}[.\-/])?\d[\w./\-]{0,40})", re.I
)


def organisation_entities(
    document: Document, hits: list[Hit], agency_hits: list[Hit], name_ends: frozenset[str]
) -> list[Entity]:
    """Employers and agencies in reading order. `hits` are the words a name begins with and what they say of it."""
    found: list[Entity] = []
    done = -1
    for k, (first, stop, kind) in enumerate(hits):
        if first < done:
            continue
        last = _name_end(document, first, stop, name_ends)
        describes = kind == "agency" and not _is_part(document, first)
        if last < stop or (describes and k + 1 < len(hits) and hits[k + 1][0] <= last):  # `penyalur PRT Yayasan …`
            continue
        done = last + 1
        start, end = document.token_span(stop if describes else first, last)
        name = document.text[start:end].strip("\"“”«» ")
        kind = _kind(kind, first, last, agency_hits)
        found.append(Entity(kind, start, end, document.text[start:end], {"name": name}))
    return found


def _is_part(document: Document, first: int) -> bool:
    """Whether the word before a name is part of it (`LPK Sakura`), not a description (`agensi Sakura`)."""
    return document.tokens[first] in ("lpk", "bkk")


def _kind(kind: str, first: int, last: int, agency_hits: list[Hit]) -> str:
    if kind != "either":
        return kind
    near = any(first - _NEAR <= start <= last + _NEAR for start, _, _ in agency_hits)
    return "agency" if near else "employer"


def _name_end(document: Document, first: int, stop: int, name_ends: frozenset[str]) -> int:
    """Last token of the name that goes on after token `stop`, or `stop` - 1 where there is none."""
    text, tokens = document.text, document.tokens
    last, i = stop - 1, stop
    quoted = False
    sentence = document.sentences[first]
    while i < len(tokens) and i < stop + _MAX_NAME:
        token = tokens[i]
        if token == "." and i == stop and token not in _QUOTES:  # `PT. Maju`
            i += 1
            sentence = document.sentences[i] if i < len(tokens) else sentence
            continue
        if document.sentences[i] != sentence:
            break
        if token in _QUOTES:
            if quoted:
                return i
            if last >= stop:
                break
            quoted, i = True, i + 1
            continue
        start, _ = document.original(document.starts[i], document.ends[i])
        letter = text[start]
        if not quoted and (token in name_ends or not (letter.isupper() or letter.isdigit() or token in _INSIDE)):
            break
        if token not in _INSIDE:
            last = i
        i += 1
    return last


def licence_entities(document: Document, hits: list[Hit]) -> list[Entity]:
    """Licences in reading order; one that is named without a number has none in its value."""
    found = []
    for first, stop, kind in hits:
        start, end = document.token_span(first, stop - 1)
        number = _LICENCE_NUMBER.match(document.text, end, end + 70)
        if number is None and kind == "other":
            continue
        value = {"type": kind}
        if number is not None:
            written = number.group(1).rstrip("./-")
            if sum(c.isdigit() for c in written) < 2:
                continue
            value["number"] = written
            end = number.start(1) + len(written)
        found.append(Entity("licence", start, end, document.text[start:end], value))
    return found
