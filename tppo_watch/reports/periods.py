"""Weeks and months as a province counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Literal

from ..errors import InputError

Rhythm = Literal["week", "month"]
_WRITTEN = re.compile(r"(\d{4})-(?:W(\d{2})|(\d{2}))", re.ASCII)
_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday to Sunday (ISO 8601), or a month."""

    rhythm: Rhythm
    first: date
    last: date  #: inclusive

    @property
    def name(self) -> str:
        """As it is asked for: 2026-W47 or 2026-11."""
        if self.rhythm == "month":
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self, count: int = 1) -> Period:
        """The period of the same rhythm `count` earlier."""
        period = self
        for _ in range(count):
            period = _holding(period.first - timedelta(days=1), self.rhythm)
        return period

    def bounds(self, zone: timezone) -> tuple[datetime, datetime]:
        """Its first moment and the first after it, in UTC, by the clock of `zone`."""
        start = datetime.combine(self.first, time(), zone).astimezone(UTC)
        return start, datetime.combine(self.last + timedelta(days=1), time(), zone).astimezone(UTC)


def _holding(day: date, rhythm: Rhythm) -> Period:
    if rhythm == "week":
        monday = day - timedelta(days=day.weekday())
        return Period("week", monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    return Period("month", first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def last_ended(rhythm: Rhythm, now: datetime, zone: timezone) -> Period:
    """The latest period that is over at `now`."""
    return _holding(now.astimezone(zone).date(), rhythm).before()


def read_period(written: str, now: datetime, zone: timezone) -> Period:
    """A period as 2026-W47 or 2026-11.

    Raises
    ------
    InputError
        If there is no such week or month, or it has not ended by `now`.
    """
    found = _WRITTEN.fullmatch(written)
    if not found or int(found[1]) not in _YEARS:
        raise InputError(
            "not a week such as 2026-W47 or a month such as 2026-11", item=written[:20], why="choice"
        )
    try:
        if found[2]:
            period = _holding(date.fromisocalendar(int(found[1]), int(found[2]), 1), "week")
        else:
            period = _holding(date(int(found[1]), int(found[3]), 1), "month")
    except ValueError as exc:
        raise InputError("the calendar has no such week or month", item=written, why="choice") from exc
    if period.bounds(zone)[1] > now:
        raise InputError(f"ends on {period.last}, which is not over yet", item=written, why="choice")
    return period
