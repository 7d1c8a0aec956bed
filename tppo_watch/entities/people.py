"""Whom an ad wants, and which papers it names: ages, genders, documents."""

from __future__ import annotations

from typing import Any

from ..text.document import Document
from ..types import Entity
from .amounts import Amount

Hit = tuple[int, int, Any]  #: first token, one past the last, value

_YOUNGEST, _OLDEST = 3, 75
_BETWEEN = frozenset(("/", "&", "dan", "atau", "-", "–", ",", "maupun", "or", "and", "sama", "karo", "+", "|"))
_AGE_FILLERS = frozenset(
    (":", ".", "-", "min", "maks", "max", "minimal", "maksimal", "minimum", "maksimum", "dari", "antara", "mulai", "sekitar", "di", "bawah", "atas", "dibawah",
     "diatas", "paling", "sudah", "masih", "baru", "bebas", "asal", "kisaran", "nya", "=", "ideal", "rata-rata", "ya", "kerja", "calon", "tua", "muda", "s", "/", "d", "up", "to", "<", ">", "under", "kurang", "lebih", "ga", "tidak", "berapa", "boleh", "yang", "harus", "wajib", "ne", "cukup", "masuk")
)
_MOST_BEFORE = frozenset(("maks", "max", "maksimal", "maksimum", "dibawah", "under", "below", "<", "≤"))
_LEAST_BEFORE = frozenset(("min", "minimal", "minimum", "diatas", "over", "above", ">", "≥"))
_NEVER_AFTER = frozenset(
    ("orang", "org", "kg", "cm", "jam", "hari", "bulan", "bln", "minggu", "juta", "jt", "rb", "ribu", "k", "%", "x", "kali", "menit", "km", "meter", "gt", "unit", "pcs", "kamar",
     "slot", "kursi", "wib", "wita", "siswa", "peserta", "lembar", "ekor", "ton", "am", "pm", "subuh", "pagi", "siang", "sore", "malam", "usd", "rm", "dolar", "ringgit", "riyal", "tahap", "item", "ruko", "box", "dus", "liter")
)


def age_entities(document: Document, amounts: list[Amount], hits: dict[str, list[Hit]]) -> tuple[list[Entity], set[int]]:
    """Ages in reading order, and the first tokens of the numbers they used."""
    if not amounts or not ("age" in hits or "year" in hits or "gender" in hits or "person" in hits):
        plus = any(amount.plain and amount.high is None for amount in amounts)
        if not plus:
            return [], set()
    marks = {i: kind for kind in ("person", "gender", "year", "not_age", "age") for start, stop, _ in hits.get(kind, ()) for i in range(start, stop)}
    found: list[Entity] = []
    used: set[int] = set()
    for amount in amounts:
        value = _age(document, amount, marks)
        if value is None:
            continue
        last = amount.last
        if marks.get(last + 1) == "year":
            last += 1
        start, end = document.token_span(amount.first, last)
        found.append(Entity("age", start, end, document.text[start:end], value))
        used.add(amount.first)
    return found, used


def _age(document: Document, amount: Amount, marks: dict[int, str]) -> dict[str, int] | None:
    low, high = amount.low, amount.high
    ends = [end for end in (low, high) if end is not None]
    if not amount.plain or any(not _YOUNGEST <= end <= _OLDEST or end != int(end) for end in ends):
        return None
    if amount.period not in (None, "year"):
        return None
    tokens = document.tokens
    following = tokens[amount.last + 1] if amount.last + 1 < len(tokens) else ""
    in_years = marks.get(amount.last + 1) == "year"
    if following in _NEVER_AFTER and not in_years:
        return None
    cue, bound = _before(document, amount, marks)
    if low == high and bound is not None:
        low, high = (low, None) if bound == "min" else (None, high)
    is_range, is_open = low is not None and high is not None and low < high, low is None or high is None
    if cue == "not_age":
        return None
    oldest = max(ends)
    by_year = in_years and ((is_range and oldest >= 10) or (is_open and oldest >= 15) or cue in ("gender", "person"))
    by_range = (is_range or is_open) and oldest >= 12 and (cue in ("gender", "person") or marks.get(amount.last + 1) == "gender")
    by_plus = high is None and tokens[amount.last] == "+" and low is not None and 15 <= low <= 45
    if cue != "age" and not (by_year or by_range or by_plus) and following not in ("tahunan",):
        return None
    value = {}
    if low is not None:
        value["min"] = int(low)
    if high is not None:
        value["max"] = int(high)
    return value


def _before(document: Document, amount: Amount, marks: dict[int, str]) -> tuple[str | None, str | None]:
    """(kind of the nearest telling word before a number, bound that a word before it sets)."""
    tokens, sentence = document.tokens, document.sentences[amount.first]
    bound: str | None = None
    i = amount.first - 1
    weak: str | None = None
    while i >= 0 and i >= amount.first - 6:
        token = tokens[i]
        if document.sentences[i] != sentence and token != ".":
            break
        if bound is None and token in _MOST_BEFORE:
            bound = "max"
        elif bound is None and token in _LEAST_BEFORE:
            bound = "min"
        kind = marks.get(i)
        if kind in ("age", "not_age"):
            return kind, bound
        if kind in ("gender", "person"):
            weak = weak or kind
        elif token not in _AGE_FILLERS and token != ",":
            if amount.first - i > 3:
                break
            if weak is None and i < amount.first - 2:
                break
        i -= 1
    return weak, bound


def gender_entities(document: Document, hits: list[Hit]) -> list[Entity]:
    """Genders in reading order; both named together are `any`."""
    spans: list[tuple[int, int, str]] = []
    for first, stop, value in hits:
        if spans:
            start, end, earlier = spans[-1]
            gap = document.tokens[end:first]
            if len(gap) <= 1 and all(token in _BETWEEN for token in gap) and earlier != value:
                spans[-1] = (start, stop, "any")
                continue
        spans.append((first, stop, value))
    found = []
    for first, stop, value in spans:
        start, end = document.token_span(first, stop - 1)
        found.append(Entity("gender", start, end, document.text[start:end], {"value": value}))
    return found


def document_entities(document: Document, hits: list[Hit], kk: list[Hit], beside: frozenset[str]) -> list[Entity]:
    """Papers, in no order. `kk` are the bare abbreviations, which count next to the words of `beside`."""
    found = []
    tokens = document.tokens
    papers = list(hits)
    for first, stop, _ in kk:
        if any(token in beside for token in tokens[max(0, first - 3) : first] + tokens[stop : stop + 3]):
            papers.append((first, stop, "kk"))
    for first, stop, name in papers:
        start, end = document.token_span(first, stop - 1)
        found.append(Entity("document", start, end, document.text[start:end], {"name": name}))
    return found
