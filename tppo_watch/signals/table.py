"""A file of daily counts as a table: what each row says, and what is plainly wrong with it.

A day without a row is an outage and stays unknown; a row that says 0 is a calm day.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..io.rows import Row
from .baseline import GUARD_DAYS, HISTORY_DAYS, MIN_HISTORY_DAYS

COLUMNS = ("date", "series", "count")
MAX_CELLS = 50_000_000  # series times days: 400 MB
MAX_COUNT = 1e9
# Nothing is learnt across a longer gap than this, so what lies behind it is a table of its own.
GAP_DAYS = HISTORY_DAYS + GUARD_DAYS
NOTED_GAP_DAYS = 30
RUN_DAYS = 7  # stray rows of the future never fill a week

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


@dataclass(frozen=True, eq=False)
class Table:
    """Counts of some series over days in a row."""

    start: date
    names: tuple[str, ...]
    counts: NDArray[np.float64]  #: (n_series, n_days), NaN where there is no row


@dataclass
class Gathered:
    """What a file came to."""

    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  #: what a user should know, one line each
    rows: int = 0
    bad: int = 0  #: rows that could not be used, each complained of as it was met
    future: int = 0  #: rows that were left out because their day has not come


def gather(rows: Iterable[Row], *, today: date, complain: Callable[[int, str], None]) -> Gathered:
    """Tables from rows of which the text is the series, and the fields are `date` and `count`.

    Order does not matter. A row that stands twice counts once; two that contradict each other count not.

    Parameters
    ----------
    today : date
        Rows of later days are left out, unless a whole week is later: then it is the clock that is wrong.
    complain : callable
        Told the line of each row that cannot be used, and why.

    Raises
    ------
    InputError
        If there are more series and days than fit into memory.
    """
    gathered, heap = Gathered(), _Heap()
    for row in rows:
        gathered.rows += 1
        try:
            heap.add(row)
        except ValueError as exc:
            gathered.bad += 1
            complain(row.line, str(exc))
    for line, reason in heap.settle():
        gathered.bad += 1
        complain(line, reason)
    if heap.repeated:
        gathered.notes.append(f"{heap.repeated} rows stand there twice; each was counted once")
    _leave_out_the_future(heap, today, gathered)
    gathered.tables = heap.tables(gathered.notes)
    return gathered


def _leave_out_the_future(heap: _Heap, today: date, gathered: Gathered) -> None:
    is_future = heap.days > today.toordinal()
    number = int(is_future.sum())
    if not number:
        return
    last = date.fromordinal(int(heap.days.max()))
    if _runs_on(heap, is_future):
        gathered.notes.append(
            f"the days run on into the future of this machine's clock, which says {today}; judged as they are"
        )
        return
    gathered.future = number
    gathered.notes.append(f"{number} rows lie in the future, the last on {last}; they were left out")
    heap.keep(~is_future)


def _runs_on(heap: _Heap, is_future: NDArray[np.bool_]) -> bool:
    """Whether it is the clock that is wrong: half of all series have a whole week in a row of such days."""
    days, n_series = np.unique(heap.days[is_future], return_counts=True)
    full = days[2 * n_series >= len(np.unique(heap.series))]
    runs = np.split(full, np.flatnonzero(np.diff(full) > 1) + 1)
    return max(map(len, runs)) >= RUN_DAYS


class _Heap:
    """Rows as arrays: of some bytes each, however many there are."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}  # of the series, in the order they were met
        self._days, self._series = array("i"), array("i")
        self._counts, self._lines = array("d"), array("q")
        self.repeated = 0

    def add(self, row: Row) -> None:
        """Take a row. Raises ValueError with what is wrong with it."""
        if row.error is not None or row.text is None:
            raise ValueError(row.error or "no series")
        name = row.text.strip()
        if not name:
            raise ValueError("no name of a series")
        day, count = _day(row.fields.get("date")), _count(row.fields.get("count"))
        self._days.append(day.toordinal())
        self._series.append(self._numbers.setdefault(name, len(self._numbers)))
        self._counts.append(count)
        self._lines.append(row.line)

    def settle(self) -> Iterator[tuple[int, str]]:
        """Make one row of those of a day and series; yields those that contradict each other."""
        days, series = np.array(self._days, dtype=np.int64), np.array(self._series, dtype=np.int64)
        counts, lines = np.array(self._counts), np.array(self._lines)
        order = np.lexsort((lines, days, series))
        days, series, counts, lines = days[order], series[order], counts[order], lines[order]
        is_first = np.ones(len(days), dtype=bool)
        is_first[1:] = (days[1:] != days[:-1]) | (series[1:] != series[:-1])
        first = np.flatnonzero(is_first)[np.cumsum(is_first) - 1] if len(days) else np.array([], dtype=int)
        is_same = (counts == counts[first]) | (np.isnan(counts) & np.isnan(counts[first]))
        self.repeated = int((is_same & ~is_first).sum())
        names = list(self._numbers)
        for at in np.flatnonzero(~is_same).tolist():
            counts[first[at]] = np.nan
            where = f"{date.fromordinal(int(days[at]))}, {names[series[at]]!r}"
            yield (
                int(lines[at]),
                f"contradicts line {lines[first[at]]} ({where}); the day is taken as unknown",
            )
        self.days, self.series, self.counts = days[is_first], series[is_first], counts[is_first]

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Forget all other rows."""
        self.days, self.series, self.counts = self.days[chosen], self.series[chosen], self.counts[chosen]

    def tables(self, notes: list[str]) -> list[Table]:
        """The rows as tables, the earliest first, of the series long enough to be judged."""
        long_enough = np.bincount(self.series, minlength=len(self._numbers)) > MIN_HISTORY_DAYS
        if short := int(len(long_enough) - long_enough.sum()):
            least = MIN_HISTORY_DAYS + 1
            notes.append(
                f"{short} of {len(long_enough)} series have fewer than {least} days: nothing to judge by"
            )
        self.keep(long_enough[self.series])
        days = np.unique(self.days)
        if not len(days):
            return []
        gaps = np.diff(days)
        for at in np.flatnonzero(gaps > NOTED_GAP_DAYS).tolist():
            after, before = date.fromordinal(int(days[at])), date.fromordinal(int(days[at + 1]))
            notes.append(f"no rows between {after} and {before}: {gaps[at] - 1} days unknown")
        pieces = np.split(days, np.flatnonzero(gaps > GAP_DAYS) + 1)
        return [self._table(int(piece[0]), int(piece[-1])) for piece in pieces]

    def _table(self, first: int, last: int) -> Table:
        inside = (self.days >= first) & (self.days <= last)
        present, rows = np.unique(self.series[inside], return_inverse=True)
        n_days = last - first + 1
        if len(present) * n_days > MAX_CELLS:
            raise InputError(
                f"{len(present):,} series over {n_days:,} days are too many; give fewer of either"
            )
        counts = np.full((len(present), n_days), np.nan)
        counts[rows, self.days[inside] - first] = self.counts[inside]
        names = list(self._numbers)
        order = sorted(range(len(present)), key=lambda at: names[present[at]])
        chosen = tuple(names[present[at]] for at in order)
        return Table(date.min + timedelta(days=first - 1), chosen, counts[order])


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date()
        except ValueError:
            pass
    raise ValueError(f"{_shown(value)} is no date; write it as 2026-03-21")


def _count(value: Any) -> float:
    """A count; NaN for an empty cell, which is a day that is not known."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return math.nan
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= MAX_COUNT:
        raise ValueError(f"{_shown(value)} is no count; write a number from 0 on, without separators")
    return float(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
