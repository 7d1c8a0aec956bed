"""Whom an ad wants, and which papers it names: ages, genders, documents."""

from __future__ import annotations

from typing import Any

from ..text.document import Document
from ..types import Entity
from .amounts import Amount, AmountParser
from .phrases import Hit

_YOUNGEST, _OLDEST = 3, 75  # years
_REACH = 6  # tokens between a number and the word that makes it an age
_MARKS = frozenset((",", ";", "(", ")", "|", "•", "▪", "✔", "✅", "."))
_OTHER_UNITS = frozenset(("minggu", "bulan", "hari", "jam", "pekan", "wulan", "juta", "ribu"))
_BETWEEN = frozenset(
    ("/", "&", "dan", "atau", "-", "–", ",", "maupun", "or", "and", "sama", "karo", "+", "|")
)
_TO = frozenset(("-", "–", "—", "sampai", "sampe", "hingga", "sd", "to"))
_LEAST = frozenset(("min", "minimal", "minimum", "diatas", "over", "above", ">", "≥"))
_MOST = frozenset(("maks", "max", "maksimal", "maksimum", "dibawah", "under", "below", "<", "≤"))
_FILLERS = (
    _LEAST
    | _MOST
    | frozenset(
        (
            ":",
            ".",
            ",",
            "-",
            "dari",
            "antara",
            "mulai",
            "sekitar",
            "di",
            "bawah",
            "atas",
            "paling",
            "sudah",
            "masih",
            "baru",
            "bebas",
            "asal",
            "kisaran",
            "=",
            "calon",
            "tua",
            "muda",
            "boleh",
            "harus",
            "wajib",
            "cukup",
            "kurang",
            "lebih",
            "kerja",
            "ti",
            "sampai",
            "nganti",
            "hingga",
        )
    )
)


def age_entities(
    document: Document, parser: AmountParser, amounts: list[Amount], hits: dict[str, list[Hit]]
) -> tuple[list[Entity], set[int]]:
    """Ages in reading order, and the first tokens of the numbers they used."""
    found: list[Entity] = []
    used: set[int] = set()
    marks: dict[int, tuple[str, Any]] | None = None
    for k, amount in enumerate(amounts):
        if not amount.plain or amount.first in used or amount.period not in (None, "year"):
            continue
        if not (_may_be_age(amount.low) and _may_be_age(amount.high)):
            continue
        if marks is None:
            marks = {
                i: (kind, value)
                for kind in ("person", "gender", "year", "not_age", "age")
                for start, stop, value in hits.get(kind, ())
                for i in range(start, stop)
            }
        low, high, last, in_years, other = _extent(document, parser, amounts, k, marks)
        cue, bound = _before(document, amount.first, marks)
        if low == high and bound is not None:
            low, high = (low, None) if bound == "min" else (None, high)
        if not _is_age(document, amount.first, low, high, last, in_years, cue, marks):
            continue
        used.update((amount.first, other))
        start, end = document.token_span(amount.first, last)
        value = {name: int(end) for name, end in (("min", low), ("max", high)) if end is not None}
        found.append(Entity("age", start, end, document.text[start:end], value))
    return found, used


def _may_be_age(end: float | None) -> bool:
    return end is None or (_YOUNGEST <= end <= _OLDEST and end == int(end))


def _extent(
    document: Document, parser: AmountParser, amounts: list[Amount], k: int, marks: dict[int, tuple[str, Any]]
) -> tuple[float | None, float | None, int, bool, int]:
    """(low, high, last token, whether `tahun` follows, first token of a second number) of an age.

    `18 thn - 27 thn` and `17 thn ke atas` go on behind the unit, where the grammar of sums ends.
    """
    amount = amounts[k]
    low, high, last = amount.low, amount.high, amount.last
    if marks.get(last + 1, ("",))[0] != "year":
        return low, high, last, False, amount.first
    last += 1
    if low == high and k + 1 < len(amounts):
        other = amounts[k + 1]
        joined = other.first == last + 2 and document.tokens[last + 1] in _TO
        if (
            joined
            and other.plain
            and other.high is not None
            and low is not None
            and low < other.high <= _OLDEST
        ):
            end = other.last + (marks.get(other.last + 1, ("",))[0] == "year")
            return low, other.high, end, True, other.first
    if low == high and (upward := parser.upward(last + 1)):
        return low, None, last + upward, True, amount.first
    return low, high, last, True, amount.first


def _is_age(
    document: Document,
    first: int,
    low: float | None,
    high: float | None,
    last: int,
    in_years: bool,
    cue: str | None,
    marks: dict[int, tuple[str, Any]],
) -> bool:
    following = document.tokens[last + 1] if last + 1 < len(document.tokens) else ""
    after = marks.get(last + 1, ("",))[0]
    if cue == "age":
        return in_years or following not in _OTHER_UNITS
    if cue == "not_age" or after == "not_age":
        return False
    oldest = max(end for end in (low, high) if end is not None)
    spread = low is None or high is None or low < high
    if in_years:
        return oldest >= 12 and (spread or cue is not None)
    if (
        high is None
        and document.tokens[last] in ("+", "up")
        and 15 <= oldest <= 45
        and not following.isdigit()
    ):
        return True
    if not spread or oldest < 12:
        return False
    return cue is not None or after == "gender" or _stands_alone(document, first, last, low, high)


def _stands_alone(document: Document, first: int, last: int, low: float | None, high: float | None) -> bool:
    """Whether a range between marks of its own reads as an age (`SMA, 18-30, sehat`)."""
    if low is None or high is None or not (12 <= low and high <= 60 and high - low >= 2):
        return False
    tokens = document.tokens
    before = tokens[first - 1] if first else "\n"
    after = tokens[last + 1] if last + 1 < len(tokens) else "\n"
    new_line = first == 0 or document.sentences[first - 1] != document.sentences[first]
    ends_line = last + 1 == len(tokens) or document.sentences[last + 1] != document.sentences[last]
    return (new_line or before in _MARKS) and (ends_line or after in _MARKS)


def _before(
    document: Document, first: int, marks: dict[int, tuple[str, Any]]
) -> tuple[str | None, str | None]:
    """(kind of the telling word before a number, bound that a word before it sets)."""
    bound: str | None = None
    for i in range(first - 1, max(-1, first - 1 - _REACH), -1):
        token = document.tokens[i]
        if document.sentences[i] != document.sentences[first] and token != ".":
            break
        if bound is None and token in _MOST:
            bound = "max"
        elif bound is None and token in _LEAST:
            bound = "min"
        kind, value = marks.get(i, (None, None))
        if kind == "age":
            return kind, bound or value
        if kind is not None and kind != "year":
            return kind, bound
        if token not in _FILLERS:
            break
    return None, bound


def gender_entities(document: Document, hits: list[Hit]) -> list[Entity]:
    """Genders in reading order; both named together are `any`."""
    spans: list[Hit] = []
    for first, stop, value in hits:
        if value == "none":
            continue
        if spans:
            start, end, earlier = spans[-1]
            gap = document.tokens[end:first]
            if len(gap) <= 1 and all(token in _BETWEEN for token in gap) and earlier != value:
                spans[-1] = (start, stop, "any")
                continue
        spans.append((first, stop, value))
    return [_entity(document, "gender", first, stop, {"value": value}) for first, stop, value in spans]


def document_entities(
    document: Document, hits: list[Hit], kk: list[Hit], beside: frozenset[str]
) -> list[Entity]:
    """Papers, in no order. `kk` are the bare abbreviations, which count next to the words of `beside`."""
    tokens = document.tokens
    papers = [hit for hit in hits if hit[2] != "none"]
    for first, stop, _ in kk:
        if any(token in beside for token in tokens[max(0, first - 3) : first] + tokens[stop : stop + 3]):
            papers.append((first, stop, "kk"))
    return [_entity(document, "document", first, stop, {"name": name}) for first, stop, name in papers]


def _entity(document: Document, kind: str, first: int, stop: int, value: dict[str, Any]) -> Entity:
    start, end = document.token_span(first, stop - 1)
    return Entity(kind, start, end, document.text[start:end], value)
