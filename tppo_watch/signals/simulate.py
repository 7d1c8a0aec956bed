"""Series with planted outbreaks to measure detectors on: weekdays, Lebaran, outages, late reports, few posts.

The shapes, sizes and rates below were fixed before any detector was written, and none is tuned to one. They
are assumptions of ours, not measurements: real series of posts are too few to fit them to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Shape = Literal["step", "ramp", "spike", "hump"]
SHAPES: tuple[Shape, ...] = ("step", "ramp", "spike", "hump")
DURATIONS = (7, 14, 21)  # days
RATIO = 3.0  #: mean count during an outbreak over that of the same days without it

START = date(2025, 1, 1)
HISTORY_DAYS = 181  #: nothing is asked of a detector before
EVALUATED_DAYS = 365
SERIES_PER_SOURCE = 10
LOW_MEANS, HIGH_MEANS = (0.1, 5.0), (5.0, 20.0)  # posts a day, log-uniform
SHARE_HIGH = 0.2
DISPERSION = (1.0, 1.6)  # variance over mean of a series, uniform
WEEKDAYS = (1.15, 1.10, 1.10, 1.05, 0.95, 0.85, 0.80)  # Monday first
WEEKDAY_SD = 0.10  # of the logarithm: how far a series departs from the common week
YEARLY_TREND_SD = 0.20  # of the logarithm
SOURCE_SD, SOURCE_MEMORY = 0.10, 0.90  # a source's volume wanders: a first-order process in the logarithm
#: First day of Idul Fitri as the government of Indonesia set it, or foresees it for 2027.
LEBARAN = (date(2024, 4, 10), date(2025, 3, 31), date(2026, 3, 21), date(2027, 3, 10))
HOLIDAY_DAYS, HOLIDAY_FACTOR = range(-3, 7), 0.35
RETURN_DAYS, RETURN_FACTOR = range(7, 21), 1.30  # the wave of those who go back to work, or look for it
OUTAGE_RATE, OUTAGE_DAYS = 1 / 90, 3.0  # a source's outages a day, and their mean length (geometric)
REPORTED = (0.70, 0.18, 0.08, 0.04)  #: share of a day's posts that is read on that day, the next one, …
SHARE_WITH_OUTBREAK, SHARE_WITH_PAST_OUTBREAK = 0.5, 0.25


@dataclass(frozen=True, slots=True)
class Outbreak:
    """A rise that was planted."""

    series: int
    start: int  #: its first day, as an index
    days: int
    shape: Shape
    ratio: float

    @property
    def end(self) -> int:
        """The first day after it."""
        return self.start + self.days


@dataclass(frozen=True, eq=False)
class Panel:
    """Daily counts of many series over the same days, with the truth about them."""

    start: date
    reports: NDArray[np.int64]  #: (n_series, n_days, n_lags): posts of a day, by days until read
    is_out: NDArray[np.bool_]  #: (n_series, n_days): the source was not read
    baseline: NDArray[np.float64]  #: (n_series, n_days): posts to be expected without an outbreak
    dispersion: NDArray[np.float64]  #: (n_series,): variance over mean
    means: NDArray[np.float64]  #: (n_series,): of an ordinary day
    outbreaks: tuple[Outbreak, ...]
    first_evaluated: int
    names: tuple[str, ...]

    @property
    def n_days(self) -> int:
        return self.reports.shape[1]

    def counts(self) -> NDArray[np.float64]:
        """What is known in the end: (n_series, n_days), NaN where the source was not read."""
        return np.where(self.is_out, np.nan, self.reports.sum(axis=2))

    def known_on(self, day: int) -> NDArray[np.float64]:
        """What is known at the end of `day`: (n_series, day + 1); its last days are still incomplete."""
        lags = np.arange(self.reports.shape[2])
        ages = day - np.arange(day + 1)
        is_read = lags[None, :] <= ages[:, None]
        return np.where(self.is_out[:, : day + 1], np.nan, (self.reports[:, : day + 1] * is_read).sum(axis=2))

    def replay(self) -> Iterator[tuple[int, NDArray[np.float64]]]:
        """Each evaluated day with what was known at its end, oldest first."""
        for day in range(self.first_evaluated, self.n_days):
            yield day, self.known_on(day)

    def day(self, index: int) -> date:
        """The date of a day."""
        return self.start + timedelta(days=index)

    def events(self, seed: int = 0) -> list[tuple[str, datetime, datetime]]:
        """Every post as (series, published, read), in the order they were read; times in UTC."""
        rng = np.random.default_rng(seed)
        found: list[tuple[str, datetime, datetime]] = []
        for series, day, lag in np.argwhere((self.reports > 0) & ~self.is_out[:, :, None]).tolist():
            midnight = datetime.combine(self.day(day), datetime.min.time(), UTC)
            for moment, later in rng.random((int(self.reports[series, day, lag]), 2)).tolist():
                published = midnight + timedelta(days=moment)
                # On the day itself a post is read after it was published; on a later one at any time.
                shift = moment + later * (1 - moment) if lag == 0 else lag + later
                found.append((self.names[series], published, midnight + timedelta(days=shift)))
        return sorted(found, key=lambda event: (event[2], event[0], event[1]))


def outbreak_shape(shape: Shape, days: int) -> NDArray[np.float64]:
    """How an outbreak of mean 1 spreads over its days.

    ``step`` stays where it jumps to, ``ramp`` rises in a line, ``spike`` halves every two days, ``hump``
    rises and falls as half a sine wave does.
    """
    at = np.arange(days) + 0.5
    forms = {
        "step": np.ones(days),
        "ramp": at,
        "spike": 0.5 ** (at / 2),
        "hump": np.sin(np.pi * at / days),
    }
    return forms[shape] / forms[shape].mean()


def lebaran_factor(day: date) -> float:
    """What Idul Fitri makes of the number of posts on `day`: few during the holiday, many after it."""
    for first in LEBARAN:
        distance = (day - first).days
        if distance in HOLIDAY_DAYS:
            return HOLIDAY_FACTOR
        if distance in RETURN_DAYS:
            return RETURN_FACTOR
    return 1.0


def simulate(
    seed: int,
    *,
    n_series: int = 200,
    means: tuple[float, float] | None = None,
    ratio: float = RATIO,
    with_outbreaks: bool = True,
) -> Panel:
    """A panel of `n_series` over a year and a half of real dates. The same seed gives the same panel.

    Parameters
    ----------
    means : (float, float), optional
        Bounds of the mean count of an ordinary day, in posts, log-uniform; without it four in five series lie
        between 0.1 and 5, the others between 5 and 20.
    ratio : float
        Mean count during an outbreak over that of the same days without it.
    with_outbreaks : bool
        False plants none, neither in the history nor in the year that is evaluated.
    """
    rng = np.random.default_rng(seed)
    n_days = HISTORY_DAYS + EVALUATED_DAYS
    level = _means(rng, n_series, means)
    week = np.exp(rng.normal(0, WEEKDAY_SD, (n_series, 7))) * WEEKDAYS
    week /= week.mean(axis=1, keepdims=True)
    dates = [START + timedelta(days=index) for index in range(n_days)]
    trend = np.exp(rng.normal(0, YEARLY_TREND_SD, n_series)[:, None] * (np.arange(n_days) - n_days / 2) / 365)
    n_sources = -(-n_series // SERIES_PER_SOURCE)
    source = np.arange(n_series) // SERIES_PER_SOURCE
    baseline = (
        level[:, None]
        * week[:, [day.weekday() for day in dates]]
        * trend
        * np.array([lebaran_factor(day) for day in dates])
        * _volumes(rng, n_sources, n_days)[source]
    )
    outbreaks = _outbreaks(rng, n_series, ratio) if with_outbreaks else ()
    mean = baseline.copy()
    for outbreak in outbreaks:
        spread = outbreak_shape(outbreak.shape, outbreak.days)
        mean[outbreak.series, outbreak.start : outbreak.end] *= 1 + (outbreak.ratio - 1) * spread
    dispersion = rng.uniform(*DISPERSION, n_series)
    counts = _negative_binomial(rng, mean, dispersion[:, None])
    return Panel(
        start=START,
        reports=rng.multinomial(counts, REPORTED),
        is_out=_outages(rng, n_sources, n_days)[source],
        baseline=baseline,
        dispersion=dispersion,
        means=level,
        outbreaks=outbreaks,
        first_evaluated=HISTORY_DAYS,
        names=tuple(f"s{index:03d}" for index in range(n_series)),
    )


def _means(
    rng: np.random.Generator, n_series: int, bounds: tuple[float, float] | None
) -> NDArray[np.float64]:
    if bounds is not None:
        return np.exp(rng.uniform(*np.log(bounds), n_series))
    low, high = (np.exp(rng.uniform(*np.log(b), n_series)) for b in (LOW_MEANS, HIGH_MEANS))
    return np.where(rng.random(n_series) < SHARE_HIGH, high, low)


def _volumes(rng: np.random.Generator, n_sources: int, n_days: int) -> NDArray[np.float64]:
    """How much of its usual volume each source has, day by day."""
    steps = rng.normal(0, SOURCE_SD * np.sqrt(1 - SOURCE_MEMORY**2), (n_sources, n_days))
    state = rng.normal(0, SOURCE_SD, n_sources)
    path = np.empty((n_sources, n_days))
    for day in range(n_days):
        state = SOURCE_MEMORY * state + steps[:, day]
        path[:, day] = state
    return np.exp(path)


def _outages(rng: np.random.Generator, n_sources: int, n_days: int) -> NDArray[np.bool_]:
    is_out = np.zeros((n_sources, n_days), dtype=bool)
    for source, day in np.argwhere(rng.random((n_sources, n_days)) < OUTAGE_RATE).tolist():
        is_out[source, day : day + rng.geometric(1 / OUTAGE_DAYS)] = True
    return is_out


def _outbreaks(rng: np.random.Generator, n_series: int, ratio: float) -> tuple[Outbreak, ...]:
    found: list[Outbreak] = []

    def plant(series: int, first: int, last: int) -> None:
        days = int(rng.choice(DURATIONS))
        start = int(rng.integers(first, last - days + 1))
        found.append(Outbreak(series, start, days, SHAPES[int(rng.integers(len(SHAPES)))], ratio))

    for series in range(n_series):
        if rng.random() < SHARE_WITH_PAST_OUTBREAK:
            plant(series, 30, HISTORY_DAYS - 20)
        if rng.random() < SHARE_WITH_OUTBREAK:
            plant(series, HISTORY_DAYS, HISTORY_DAYS + EVALUATED_DAYS)
    return tuple(found)


def _negative_binomial(
    rng: np.random.Generator, mean: NDArray[Any], dispersion: NDArray[Any]
) -> NDArray[np.int64]:
    """Counts of a mean and a variance of `dispersion` times the mean; Poisson where that is 1."""
    spread = np.maximum(dispersion - 1, 1e-9)
    return rng.poisson(rng.gamma(mean / spread, spread))
