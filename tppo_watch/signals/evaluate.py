"""How good a method is on series of which the truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .detect import weekdays_from
from .methods import Scores, judge
from .simulate import REPORTED, Outbreak, Panel

AFTER_DAYS = 7  #: after an outbreak in which an alarm counts neither for nor against
EPISODE_DAYS = 7  #: alarms of a series that lie no further apart are one
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Found:
    """An outbreak, and when it was found."""

    outbreak: Outbreak
    mean: float  #: posts on an ordinary day
    delay: int | None  #: days from its first one to the first alarm, 0 for that day; None: not found


@dataclass(frozen=True, slots=True)
class Measures:
    """What a method did on one or more panels."""

    found: tuple[Found, ...]
    false_alarms: int  #: episodes, away from every outbreak
    months: float

    @property
    def sensitivity(self) -> float:
        """Share of outbreaks with an alarm while they last."""
        return sum(one.delay is not None for one in self.found) / len(self.found) if self.found else np.nan

    @property
    def precision(self) -> float:
        """Share of alarms, each episode one, that were raised by an outbreak."""
        right = sum(one.delay is not None for one in self.found)
        return right / (right + self.false_alarms) if right + self.false_alarms else np.nan

    @property
    def median_delay(self) -> float:
        """Days to detection, an outbreak that was not found being later than any other; maybe infinite."""
        delays = [np.inf if one.delay is None else one.delay for one in self.found]
        return float(np.median(delays)) if delays else np.nan

    @property
    def false_alarms_a_month(self) -> float:
        return self.false_alarms / self.months

    def within(self, low: float, high: float) -> Measures:
        """The same for outbreaks of series with a mean of at least `low` and less than `high` posts a day."""
        kept = tuple(one for one in self.found if low <= one.mean < high)
        return Measures(kept, self.false_alarms, self.months)


def scores_of(panel: Panel, methods: Sequence[str], *, is_replay: bool = False) -> dict[str, Scores]:
    """What methods say of each evaluated day of a panel.

    With `is_replay`, each day is judged at its end, by what had been read by then; else by complete counts.
    """
    weekdays = weekdays_from(panel.start, panel.n_days)
    if not is_replay:
        return judge(panel.counts(), weekdays, methods, first=panel.first_evaluated)
    shape = panel.is_out.shape
    found = {name: Scores(np.full(shape, np.nan), np.full(shape, np.nan)) for name in methods}
    read_by_age = np.cumsum(REPORTED)
    for day, known in panel.replay():
        ages = np.minimum(np.arange(day, -1, -1), len(REPORTED) - 1)
        on_day = judge(known, weekdays[: day + 1], methods, first=day, completeness=read_by_age[ages])
        for name, scores in on_day.items():
            found[name].expected[:, day] = scores.expected[:, day]
            found[name].p[:, day] = scores.p[:, day]
    return found


def judged_counts(panel: Panel, *, is_replay: bool = False) -> NDArray[np.float64]:
    """The count of each evaluated day as it was when that day was judged."""
    if not is_replay:
        return panel.counts()
    counts = np.full(panel.is_out.shape, np.nan)
    for day, known in panel.replay():
        counts[:, day] = known[:, day]
    return counts


def measure(panel: Panel, is_alarm: NDArray[np.bool_]) -> Measures:
    """Compare alarms, (n_series, n_days), with the outbreaks that were planted."""
    is_clear = np.ones(is_alarm.shape, dtype=bool)
    is_clear[:, : panel.first_evaluated] = False
    found = []
    for outbreak in panel.outbreaks:
        is_clear[outbreak.series, outbreak.start : outbreak.end + AFTER_DAYS] = False
        if outbreak.start >= panel.first_evaluated:
            hits = np.flatnonzero(is_alarm[outbreak.series, outbreak.start : outbreak.end])
            delay = int(hits[0]) if len(hits) else None
            found.append(Found(outbreak, float(panel.means[outbreak.series]), delay))
    false_alarms = sum(_episodes(np.flatnonzero(row)) for row in is_alarm & is_clear)
    return Measures(tuple(found), false_alarms, (panel.n_days - panel.first_evaluated) / DAYS_A_MONTH)


def together(measures: Sequence[Measures]) -> Measures:
    """Measures of several panels as one."""
    return Measures(
        tuple(one for each in measures for one in each.found),
        sum(each.false_alarms for each in measures),
        sum(each.months for each in measures),
    )


def _episodes(days: NDArray[np.int64]) -> int:
    return int(len(days) > 0) + int((np.diff(days) > EPISODE_DAYS).sum())
