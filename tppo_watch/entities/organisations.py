"""Who offers the work and under which licence: employers, agencies, licence numbers."""

from __future__ import annotations

import re
from collections.abc import Set

from ..text.document import Document
from ..types import Entity
from .phrases import Hit

_MAX_NAME = 7  # tokens
_NEAR = 7  # tokens around a name in which a word makes it an agency
_QUOTES = frozenset('"“”«»')
_INSIDE = frozenset(("&", "-"))
_COMPANY = frozenset(("pt", "cv", "ud"))  # what is written with a full stop and without capitals
_PART_OF_NAME = frozenset(
    ("lpk", "bkk", "yayasan", "lembaga", "biro", "travel")
)  # the others describe: `agensi Sakura`
_LICENCE_NUMBER = re.compile(
    r"[\s:.,#(=-]{0,3}(?:(?:no|nomor|nomer|number|num|nmr)\b[\s:.#]{0,3})?((?:[a-z]{1,4}[.\-/])?\d[\w./\-]{0,40})",
    re.I,
)


def organisation_entities(
    document: Document,
    hits: list[Hit],
    agency: list[Hit],
    places: list[Hit],
    name_ends: Set[str],
    employer_words: Set[str],
) -> list[Entity]:
    """Employers and agencies in reading order.

    `hits` are the words a name begins with and what they say of it; `agency` the words that make a name near
    them an agency. A word followed by nothing but a place (`warung Madura`) is no name.
    """
    found: list[Entity] = []
    named = {first: stop for first, stop, _ in places}
    done = -1
    for k, (first, stop, kind) in enumerate(hits):
        head = document.tokens[first]
        describes = kind == "agency" and head not in _PART_OF_NAME
        if first < done or not (describes or head in _COMPANY or _is_capital(document, first)):
            continue
        begin = stop + 1 if head in _COMPANY and document.tokens[stop : stop + 1] == ["."] else stop
        last = _name_end(document, begin, name_ends)
        if last < begin or (
            describes and k + 1 < len(hits) and hits[k + 1][0] <= last
        ):  # `penyalur PRT Yayasan …`
            continue
        if head not in _COMPANY and named.get(begin, -1) > last:
            continue
        done = last + 1
        start, end = document.token_span(begin if describes else first, last)
        name = document.text[start:end].strip('"“”«» ')
        words = document.tokens[first : last + 1]
        kind = _kind(kind, first, last, agency) if employer_words.isdisjoint(words) else "employer"
        found.append(Entity(kind, start, end, document.text[start:end], {"name": name}))
    return found


def _kind(kind: str, first: int, last: int, agency: list[Hit]) -> str:
    if kind != "either":
        return kind
    near = any(first - _NEAR <= start <= last + _NEAR for start, _, _ in agency)
    return "agency" if near else "employer"


def _is_capital(document: Document, i: int) -> bool:
    return document.text[document.token_span(i, i)[0]].isupper()


def _name_end(document: Document, begin: int, name_ends: Set[str]) -> int:
    """Last token of the name that begins at token `begin`, or `begin` - 1 where none does."""
    tokens = document.tokens
    last, i = begin - 1, begin
    quoted = False
    while i < len(tokens) and i < begin + _MAX_NAME and document.sentences[i] == document.sentences[begin]:
        token = tokens[i]
        if token in _QUOTES:
            if quoted:
                return i if last >= begin else begin - 1
            if i > begin:
                break
            quoted = True
        elif token in _INSIDE and i > begin:
            pass
        elif not quoted and (token in name_ends or not _is_name_word(document, i, begin)):
            break
        elif token[0].isalnum():
            last = i
        i += 1
    return begin - 1 if quoted else last  # a quotation that is not closed is none


def _is_name_word(document: Document, i: int, begin: int) -> bool:
    return _is_capital(document, i) or (i > begin and document.tokens[i][0].isdecimal())


def licence_entities(document: Document, hits: list[Hit]) -> list[Entity]:
    """Licences in reading order; one that is named without a number has none in its value."""
    found = []
    for first, stop, kind in hits:
        start, end = document.token_span(first, stop - 1)
        number = _LICENCE_NUMBER.match(document.text, end, end + 70)
        value = {"type": kind}
        if number is not None:
            written = number.group(1).rstrip("./-")
            if sum(c.isdecimal() for c in written) >= 2:
                value["number"] = written
                end = number.start(1) + len(written)
        if "number" in value or kind != "other":
            found.append(Entity("licence", start, end, document.text[start:end], value))
    return found
