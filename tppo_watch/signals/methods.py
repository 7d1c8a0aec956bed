"""The methods: how far each day lies above what was to be expected, as a chance.

They take counts of shape (n_series, n_days), oldest day first, NaN for a day that was not read, and judge a
day from that day and those before it alone: what comes later never changes a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr

from .baseline import (
    GUARD_DAYS,
    HISTORY_DAYS,
    MIN_HISTORY_DAYS,
    MIN_POSTS,
    WINDOWS,
    Floats,
    Outlook,
    outlook,
    upper_tail,
)

EARS_BASELINE_DAYS, EARS_GUARD_DAYS, EARS_MIN_READ = 7, 2, 5
HIGH_SUM = 0.1  # the highest tenth
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


def judge(
    counts: Floats,
    weekdays: NDArray[np.int64],
    methods: Sequence[str],
    *,
    first: int = 0,
    completeness: Floats | None = None,
) -> dict[str, Scores]:
    """What each of `methods` says of the days from `first` on; those that share a regression share its work.

    Parameters
    ----------
    weekdays : ndarray of shape (n_days,)
        0 is Monday.
    completeness : ndarray of shape (n_days,) or (n_series, n_days), optional
        Share of a day's posts that is known by now, in (0, 1].
    """
    share = None if completeness is None else np.broadcast_to(completeness, counts.shape)
    found = {name: CHARTS[name](counts, first, share) for name in methods if name in CHARTS}
    regressed = [name for name in methods if name in REGRESSIONS]
    return found | (_regressed(counts, weekdays, first, share, regressed) if regressed else {})


def ears_c1(counts: Floats, first: int, share: Floats | None) -> Scores:
    """EARS C1: against the seven days before (Hutwagner et al. 2003)."""
    expected, z = _ears(counts, first, share, guard=0)
    return Scores(expected, _t_tail(z))


def ears_c2(counts: Floats, first: int, share: Floats | None) -> Scores:
    """EARS C2: as C1, with two days between."""
    expected, z = _ears(counts, first, share, guard=EARS_GUARD_DAYS)
    return Scores(expected, _t_tail(z))


def ears_c3(counts: Floats, first: int, share: Floats | None) -> Scores:
    """EARS C3: what C2 of three days exceeds one standard deviation by, in all."""
    expected, z = _ears(counts, max(0, first - 2), share, guard=EARS_GUARD_DAYS)
    over = np.maximum(np.nan_to_num(z) - 1, 0)
    total = over.copy()
    total[:, 1:] += over[:, :-1]
    total[:, 2:] += over[:, :-2]
    # Beyond the table a power law: a tail of seven days falls no faster.
    at, log_tails = np.log1p(C3_VALUES), np.log(C3_TAILS)
    log_p = np.interp(np.log1p(total), at, log_tails)
    slope = (log_tails[-1] - log_tails[-2]) / (at[-1] - at[-2])
    log_p += slope * np.maximum(np.log1p(total) - at[-1], 0)
    p = np.where(total > 0, np.exp(log_p), 1.0)
    p[np.isnan(z)] = np.nan
    p[:, :first] = expected[:, :first] = np.nan
    return Scores(expected, p)


def farrington(view: Outlook, posts: Floats, days: range) -> Floats:
    """Negative binomial regression in the manner of Farrington and Noufaily, one day at a time."""
    return np.column_stack(
        [np.where(posts[:, day] >= MIN_POSTS, view.tail(posts, day, 1), 1.0) for day in days]
    )


def nb_scan(view: Outlook, posts: Floats, days: range) -> Floats:
    """As `farrington`, over sums of one to seven days: the least of five chances, times five.

    A sum still holds an outbreak when that is over, so it counts only where every shorter one up to the same
    day is among the highest too.
    """
    chances = np.empty((len(posts), len(days)))
    for at, day in enumerate(days):
        least, is_up = np.ones(len(posts)), np.ones(len(posts), dtype=bool)
        for width in WINDOWS:
            tail = view.tail(posts, day, width)
            counts = is_up & (view.seen(posts, day, width) >= MIN_POSTS)
            least = np.where(counts, np.minimum(least, tail), least)
            is_up &= tail <= HIGH_SUM
        chances[:, at] = np.minimum(least * len(WINDOWS), 1.0)
    return chances


def cusum(view: Outlook, posts: Floats, days: range) -> Floats:
    """Page's cumulative sum of the normal scores since the baseline; its chance after Siegmund (1985)."""
    scores = _normal_scores(view, posts, days)
    level = np.zeros_like(scores)
    before = np.zeros(len(posts))
    for day in range(scores.shape[1]):
        before = level[:, day] = np.maximum(before + scores[:, day] - CUSUM_SLACK, 0.0)
    tail = np.where(level > 0, np.exp(-2 * CUSUM_SLACK * (level + 0.583)), 1.0)
    return tail[:, days.start - view.start :]


def ewma(view: Outlook, posts: Floats, days: range) -> Floats:
    """Exponentially weighted mean of the normal scores since the baseline (Roberts 1959)."""
    scores = _normal_scores(view, posts, days)
    tail = np.empty_like(scores)
    level, variance = np.zeros(len(posts)), 0.0
    for day in range(scores.shape[1]):
        level = EWMA_WEIGHT * scores[:, day] + (1 - EWMA_WEIGHT) * level
        variance = EWMA_WEIGHT**2 + (1 - EWMA_WEIGHT) ** 2 * variance
        tail[:, day] = ndtr(-level / np.sqrt(variance))
    return tail[:, days.start - view.start :]


CHARTS: dict[str, Callable[[Floats, int, Floats | None], Scores]] = {
    chart.__name__: chart for chart in (ears_c1, ears_c2, ears_c3)
}
REGRESSIONS: dict[str, Callable[[Outlook, Floats, range], Floats]] = {
    tails.__name__: tails for tails in (cusum, ewma, farrington, nb_scan)
}
METHODS = (*CHARTS, *REGRESSIONS)
#: Chosen on the simulator, see `docs/signals.md`.
DEFAULT_METHOD = "nb_scan"


def _ears(counts: Floats, first: int, share: Floats | None, *, guard: int) -> tuple[Floats, Floats]:
    """Mean of the baseline, and the distance from it in standard deviations of a new day."""
    expected, z = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    share = np.ones(counts.shape) if share is None else share
    for day in range(max(first, MIN_HISTORY_DAYS), counts.shape[1]):
        past = slice(day - guard - EARS_BASELINE_DAYS, day - guard)
        is_read = ~np.isnan(counts[:, past])
        n = is_read.sum(axis=1)
        values = np.where(is_read, counts[:, past] / share[:, past], 0.0)
        mean = values.sum(axis=1) / np.maximum(n, 1)
        squares = (is_read * (values - mean[:, None]) ** 2).sum(axis=1)
        deviation = np.sqrt(squares / np.maximum(n - 1, 1))
        deviation = np.where(deviation > 0, deviation, 1.0)  # without spread one post: our floor, not EARS's
        is_judged = (n >= EARS_MIN_READ) & ~np.isnan(counts[:, day])
        mean, deviation = mean * share[:, day], deviation * np.sqrt(share[:, day])
        expected[:, day] = np.where(is_judged, mean, np.nan)
        z[:, day] = np.where(is_judged, (counts[:, day] - mean) / deviation, np.nan)
    return expected, z


def _t_tail(z: Floats) -> Floats:
    freedom = EARS_BASELINE_DAYS - 1
    return stdtr(freedom, -z / np.sqrt(1 + 1 / EARS_BASELINE_DAYS))


def _regressed(
    counts: Floats, weekdays: NDArray[np.int64], first: int, share: Floats | None, methods: Sequence[str]
) -> dict[str, Scores]:
    """Judge each day by the outlook of its week."""
    expected = np.full(counts.shape, np.nan)
    p = {name: np.full(counts.shape, np.nan) for name in methods}
    posts = np.nan_to_num(counts)
    for days in _weeks(weekdays, first):
        guard = min(GUARD_DAYS, days.start - MIN_HISTORY_DAYS)
        end = days.stop
        past = counts[:, max(0, days.start - guard - HISTORY_DAYS) : days.start - guard]
        is_known = (~np.isnan(past)).sum(axis=1) >= MIN_HISTORY_DAYS
        is_judged = is_known[:, None] & ~np.isnan(counts[:, days.start : end])
        if not is_judged.any():
            continue
        view = outlook(
            counts[:, :end], weekdays[:end], days.start - guard,
            completeness=None if share is None else share[:, :end],
        )  # fmt: skip
        means = view.mean[:, days.start - view.start :]
        expected[:, days.start : end] = np.where(is_judged, means, np.nan)
        for name in methods:
            tails = REGRESSIONS[name](view, posts, days)
            p[name][:, days.start : end] = np.where(is_judged, tails, np.nan)
    return {name: Scores(expected, p[name]) for name in methods}


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
