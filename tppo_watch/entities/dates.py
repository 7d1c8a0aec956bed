"""Dates that a text states in full; `besok` and a day without its year name no day for a reader a week later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from ..text.document import Document
from ..types import Entity

_NUMERIC = re.compile(r"(?<![\d./-])(?:(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})([/.-])(\d{1,2})\5(\d{4}|\d{2}))(?![\d/]|[.-]\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def date_entities(document: Document, months: Mapping[str, int], has_month: bool) -> list[Entity]:
    """Dates and ranges of dates, in no order."""
    normal = document.normal
    found: list[Entity] = []
    for hit in _NUMERIC.finditer(normal):
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
    return found


@lru_cache(maxsize=1)
def _written(months: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(sorted(months, key=len, reverse=True))
    between = r"\s{0,2}(?:-|–|—|s/d|s\.?d\.?|sd|sampai|sampe|hingga|to)\s{0,2}"
    month = rf"\s{{0,2}}({names})\.?"
    year = r"\s{0,2},?\s{0,2}((?:19|20)\d\d)"
    return re.compile(
        rf"(?<![\d.,/])(\d{{1,2}})(?:(?:{month}(?:{year})?)?{between}(\d{{1,2}}))?{month}{year}(?!\d)"
    )


def _read(hit: re.Match[str], months: Mapping[str, int]) -> dict[str, str] | None:
    day, month, year, day2, month2, year2 = hit.groups()
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
