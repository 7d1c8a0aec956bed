"""Dates that a text states in full: a day without its year names no day for a reader a week later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from ..text.document import Document
from ..types import Entity
from .phrases import Hit

_NUMERIC = re.compile(
    r"(?<![\d./-])(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})([/.-])(\d{1,2})\5(\d{4}|\d{2}))(?![\d/]|[.-]\d)"
)
_WRITTEN_ON = re.compile(
    r"\b(?:hari ini|hr ini|dini(?:nten)? iki|today|ditulis|diposting|diunggah)\b[\w\s,:]{0,25}\Z", re.I
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def date_entities(
    document: Document, numbers: list[int], months: Mapping[str, int], has_month: bool, relative: list[Hit]
) -> list[Entity]:
    """Dates and ranges of dates, in no order.

    `numbers` are the tokens that begin with a digit; `relative` are the words such as `besok` with
    their days; they count where the text dates itself (`hari ini, 4 Mei 2026`).
    """
    normal = document.normal
    found: list[Entity] = []
    for i in numbers:
        if not _may_be_date(document, i) or (hit := _NUMERIC.match(normal, document.starts[i])) is None:
            continue
        year, month, day, day2, _, month2, year2 = hit.groups()
        if year2 is not None and len(year2) == 2:
            year2 = "20" + year2
        stated = _iso(int(year or year2), int(month or month2), int(day or day2))
        if stated is not None:
            _add(document, found, hit.span(), {"date": stated})
    if has_month and _YEAR.search(normal):
        for hit in _written(tuple(months)).finditer(normal):
            value = _read(hit, months)
            if value is not None:
                _add(document, found, hit.span(), value)
    if relative and found and (today := _today(document, found)):
        for first, stop, days in relative:
            stated = (today + timedelta(days=days)).isoformat()
            _add(document, found, (document.starts[first], document.ends[stop - 1]), {"date": stated})
    return found


def _may_be_date(document: Document, i: int) -> bool:
    """Whether a number looks like the beginning of a date in digits: spares the pattern."""
    token = document.tokens[i]
    if token.count(".") == 2:
        return True
    return len(token) in (1, 2, 4) and document.tokens[i + 1 : i + 2] in (["/"], ["-"])


def _today(document: Document, found: list[Entity]) -> date | None:
    """The day a text says it was written, or None."""
    for entity in found:
        if "date" in entity.value and _WRITTEN_ON.search(
            document.text, max(0, entity.start - 40), entity.start
        ):
            return date.fromisoformat(entity.value["date"])
    return None


@lru_cache(maxsize=1)
def _written(months: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(sorted(months, key=len, reverse=True))
    between = r"\s{0,2}(?:-|–|—|s/d|s\.?d\.?|sd|sampai|sampe|hingga|to)\s{0,2}"
    month = rf"\s{{0,2}}({names})\.?"
    year = r"\s{0,2},?\s{0,2}((?:19|20)\d\d)"
    return re.compile(
        rf"(?<![\d.,/])(\d{{1,2}})(?:(?:{month}(?:{year})?)?{between}(\d{{1,2}}))?{month}{year}(?!\d)"
        rf"|\b({names})\.?\s{{1,2}}(\d{{1,2}})(?:st|nd|rd|th)?{year}(?!\d)"
    )


def _read(hit: re.Match[str], months: Mapping[str, int]) -> dict[str, str] | None:
    day, month, year, day2, month2, year2, english_month, english_day, english_year = hit.groups()
    if english_month is not None:
        stated = _iso(int(english_year), months[english_month], int(english_day))
        return {"date": stated} if stated else None
    end_year, end_month = int(year2), months[month2]
    if day2 is None:
        stated = _iso(end_year, end_month, int(day))
        return {"date": stated} if stated else None
    start = _iso(int(year) if year else end_year, months[month] if month else end_month, int(day))
    end = _iso(end_year, end_month, int(day2))
    return {"start": start, "end": end} if start and end and start <= end else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _add(document: Document, found: list[Entity], span: tuple[int, int], value: dict[str, str]) -> None:
    start, end = document.original(*span)
    found.append(Entity("date", start, end, document.text[start:end], value))
