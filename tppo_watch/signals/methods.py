"""The methods: how far each day lies above what was to be expected, as a chance.

Each takes counts of shape (n_series, n_days), oldest day first, NaN for a day that was not read, and judges a
day from that day and those before it alone: what comes later never changes a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr

from .baseline import GUARD_DAYS, MIN_HISTORY_DAYS, WINDOWS, Floats, Outlook, outlook, upper_tail

EARS_BASELINE_DAYS, EARS_GUARD_DAYS, EARS_MIN_READ = 7, 2, 5
CUSUM_SLACK = 1.0  # standard deviations; half the shift that is found soonest
EWMA_WEIGHT = 0.4  # of the latest day

# Chance that C3 exceeds a value by luck alone: 20 million draws of independent normal days, as
# `tests/unit/signals/test_methods.py` draws them again.
C3_VALUES = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
C3_TAILS = (0.448, 0.275, 0.166, 0.0635, 0.0264, 0.0119, 2.95e-3, 8.94e-4, 1.22e-4, 2.56e-5, 2.1e-6)


@dataclass(frozen=True, eq=False)
class Scores:
    """What a method says of each day: (n_series, n_days), NaN where it cannot say anything."""

    expected: Floats  #: posts
    p: Floats  #: the chance of so many posts, or more, if nothing had changed


def ears_c1(counts: Floats, weekdays: NDArray[np.int64], first: int, completeness: Floats | None) -> Scores:
    """EARS C1: against the seven days before (Hutwagner et al. 2003)."""
    expected, z = _ears(counts, first, completeness, guard=0)
    return Scores(expected, _t_tail(z))


def ears_c2(counts: Floats, weekdays: NDArray[np.int64], first: int, completeness: Floats | None) -> Scores:
    """EARS C2: as C1, with two days between."""
    expected, z = _ears(counts, first, completeness, guard=EARS_GUARD_DAYS)
    return Scores(expected, _t_tail(z))


def ears_c3(counts: Floats, weekdays: NDArray[np.int64], first: int, completeness: Floats | None) -> Scores:
    """EARS C3: what C2 of three days exceeds one standard deviation by, in all."""
    expected, z = _ears(counts, max(0, first - 2), completeness, guard=EARS_GUARD_DAYS)
    over = np.maximum(np.nan_to_num(z) - 1, 0)
    total = over.copy()
    total[:, 1:] += over[:, :-1]
    total[:, 2:] += over[:, :-2]
    # Beyond the table a power law: a tail of seven days falls no faster.
    log_p = np.interp(np.log1p(total), np.log1p(C3_VALUES), np.log(C3_TAILS))
    slope = np.diff(np.log(C3_TAILS))[-1] / np.diff(np.log1p(C3_VALUES))[-1]
    log_p += slope * np.maximum(np.log1p(total) - np.log1p(C3_VALUES[-1]), 0)
    p = np.where(total > 0, np.exp(log_p), 1.0)
    p[np.isnan(z)] = np.nan
    p[:, :first] = expected[:, :first] = np.nan
    return Scores(expected, p)


def farrington(
    counts: Floats, weekdays: NDArray[np.int64], first: int, completeness: Floats | None
) -> Scores:
    """Negative binomial regression in the manner of Farrington and Noufaily, one day at a time."""

    def tails(view: Outlook, posts: Floats, days: range) -> Floats:
        return np.column_stack([view.tail(posts, day, 1) for day in days])

    return _regressed(counts, weekdays, first, completeness, tails)


def nb_scan(counts: Floats, weekdays: NDArray[np.int64], first: int, completeness: Floats | None) -> Scores:
    """As `farrington`, over sums of one to seven days: the least of five chances, times five."""

    def tails(view: Outlook, posts: Floats, days: range) -> Floats:
        each = [[view.tail(posts, day, width) for day in days] for width in WINDOWS]
        return np.minimum(np.min(each, axis=0).T * len(WINDOWS), 1.0)

    return _regressed(counts, weekdays, first, completeness, tails)


def cusum(counts: Floats, weekdays: NDArray[np.int64], first: int, completeness: Floats | None) -> Scores:
    """Page's cumulative sum of the normal scores since the baseline; its chance after Siegmund (1985)."""

    def tails(view: Outlook, posts: Floats, days: range) -> Floats:
        scores = _normal_scores(view, posts, days)
        level = np.zeros_like(scores)
        before = np.zeros(len(posts))
        for day in range(scores.shape[1]):
            before = level[:, day] = np.maximum(before + scores[:, day] - CUSUM_SLACK, 0.0)
        tail = np.where(level > 0, np.exp(-2 * CUSUM_SLACK * (level + 0.583)), 1.0)
        return tail[:, days.start - view.start :]

    return _regressed(counts, weekdays, first, completeness, tails)


def ewma(counts: Floats, weekdays: NDArray[np.int64], first: int, completeness: Floats | None) -> Scores:
    """Exponentially weighted mean of the normal scores since the baseline (Roberts 1959)."""

    def tails(view: Outlook, posts: Floats, days: range) -> Floats:
        scores = _normal_scores(view, posts, days)
        tail = np.empty_like(scores)
        level, variance = np.zeros(len(posts)), 0.0
        for day in range(scores.shape[1]):
            level = EWMA_WEIGHT * scores[:, day] + (1 - EWMA_WEIGHT) * level
            variance = EWMA_WEIGHT**2 + (1 - EWMA_WEIGHT) ** 2 * variance
            tail[:, day] = ndtr(-level / np.sqrt(variance))
        return tail[:, days.start - view.start :]

    return _regressed(counts, weekdays, first, completeness, tails)


Method = Callable[[Floats, NDArray[np.int64], int, Floats | None], Scores]
METHODS: dict[str, Method] = {
    method.__name__: method for method in (ears_c1, ears_c2, ears_c3, cusum, ewma, farrington, nb_scan)
}
#: Chosen on the simulator, see `docs/signals.md`.
DEFAULT_METHOD = "nb_scan"


def _ears(counts: Floats, first: int, completeness: Floats | None, *, guard: int) -> tuple[Floats, Floats]:
    """Mean of the baseline, and the distance from it in standard deviations of a new day."""
    expected, z = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    share = np.broadcast_to(1.0 if completeness is None else completeness, counts.shape)
    for day in range(max(first, guard + EARS_BASELINE_DAYS), counts.shape[1]):
        past = slice(day - guard - EARS_BASELINE_DAYS, day - guard)
        is_read = ~np.isnan(counts[:, past])
        n = is_read.sum(axis=1)
        values = np.where(is_read, counts[:, past], 0.0)
        mean = values.sum(axis=1) / np.maximum(share[:, past] * is_read, 0).sum(axis=1).clip(1e-9)
        squares = (is_read * (values - mean[:, None]) ** 2).sum(axis=1)
        deviation = np.sqrt(squares / np.maximum(n - 1, 1))
        deviation = np.where(deviation > 0, deviation, 1.0)  # without spread one post: our floor, not EARS's
        is_judged = (n >= EARS_MIN_READ) & ~np.isnan(counts[:, day])
        mean = mean * share[:, day]
        expected[:, day] = np.where(is_judged, mean, np.nan)
        z[:, day] = np.where(is_judged, (counts[:, day] - mean) / deviation, np.nan)
    return expected, z


def _t_tail(z: Floats) -> Floats:
    freedom = EARS_BASELINE_DAYS - 1
    return stdtr(freedom, -z / np.sqrt(1 + 1 / EARS_BASELINE_DAYS))


def _regressed(
    counts: Floats,
    weekdays: NDArray[np.int64],
    first: int,
    completeness: Floats | None,
    tails: Callable[[Outlook, Floats, range], Floats],
) -> Scores:
    """Judge each day by the outlook of its week."""
    expected, p = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    posts = np.nan_to_num(counts)
    for days in _weeks(weekdays, first):
        guard = min(GUARD_DAYS, days.start - MIN_HISTORY_DAYS)
        share = None if completeness is None else np.broadcast_to(completeness, counts.shape)[:, : days.stop]
        view = outlook(counts[:, : days.stop], weekdays[: days.stop], days.start - guard, completeness=share)
        is_judged = view.is_known[:, None] & ~np.isnan(counts[:, days.start : days.stop])
        means = view.mean[:, days.start - view.start :]
        expected[:, days.start : days.stop] = np.where(is_judged, means, np.nan)
        p[:, days.start : days.stop] = np.where(is_judged, tails(view, posts, days), np.nan)
    return Scores(expected, p)


def _weeks(weekdays: NDArray[np.int64], first: int) -> Iterator[range]:
    """The days from `first` on that have a past to be judged by, week by week from Monday.

    All days of a week share a baseline, which therefore does not depend on the day a file ends with.
    """
    day = MIN_HISTORY_DAYS
    while day < len(weekdays):
        end = min(day + 7 - int(weekdays[day]), len(weekdays))
        if end > first:
            yield range(day, end)
        day = end


def _normal_scores(view: Outlook, posts: Floats, days: range) -> Floats:
    """The days since the baseline, each as the normal deviate of the same chance: (n_series, n_span)."""
    seen = posts[:, view.start : days.stop]
    variance = view.dispersion[1][:, None] * view.mean
    middle = (upper_tail(seen, view.mean, variance) + upper_tail(seen + 1, view.mean, variance)) / 2
    return np.where(view.mean > 0, -ndtri(np.clip(middle, 1e-15, 1 - 1e-15)), 0.0)
