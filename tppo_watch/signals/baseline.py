"""What was to be expected of each series, learnt from its past and from the other series.

A negative binomial regression in the manner of Farrington and Noufaily: weekdays, a trend, past outbreaks
with little weight. Series of posts are thin, so what a series does not know it borrows: the common week, the
common dispersion, and the common rise or fall of a day, which stands for holidays and days of poor reading.

References
----------
Farrington et al. (1996), J. R. Stat. Soc. A 159, 547-563. Noufaily et al. (2013), Stat. Med. 32, 1206-1222.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtri

from .regression import Fit, fit

Floats = NDArray[np.float64]

HISTORY_DAYS = 182  #: at most this many days make a baseline
GUARD_DAYS = 14  #: between baseline and the days judged, so that a slow rise does not hide itself
MIN_HISTORY_DAYS = 14  #: read days that a baseline needs
WINDOWS = (1, 2, 3, 5, 7)  #: days whose sums are judged; longer ones still ring a week after the end
MIN_POSTS = 3.0  #: fewer posts in a window are no rise, however rare they were

# Priors: what a series of posts may differ from the common week, and drift in a year. Of the logarithm.
WEEKDAY_SD, TREND_SD = 0.15, 0.3
PRIOR_POSTS = 0.5
WEEKDAY_PRIOR_POSTS, DAY_PRIOR_POSTS = 20.0, 50.0  # that speak for "as on other days"
# A common fall is a holiday or a fault. A common rise beyond this is news, and must not explain itself away.
DAY_FACTOR_RANGE = (0.05, 1.5)
# Noufaily's Anscombe residual of 2.58 cuts the tail of calm thin series, and so their mean and dispersion.
OUTBREAK_TAIL = 1e-3
OUTBREAK_WINDOWS = (1, 7, 14)
# Dispersion is borrowed: as if this many windows had been seen in the other series, and 5 series in ours.
DISPERSION_PRIOR_WINDOWS, DISPERSION_PRIOR_SERIES = 20.0, 5.0
PRIOR_DISPERSION, PRIOR_WANDER = 1.2, 0.01
# A dispersion learnt from half a year errs by some 0.2; tails are averaged over it: (shift, weight).
DISPERSION_ERRORS = ((-0.2, 0.25), (0.0, 0.5), (0.3, 0.25))


@dataclass(frozen=True, eq=False)
class Outlook:
    """What was to be expected from the end of the baseline on."""

    start: int  #: index of the first day
    mean: Floats  #: (n_series, n_span), posts; 0 on a day that is missing
    design: Floats
    fit: Fit
    dispersion: dict[int, Floats]  #: days of a window -> (n_series,), variance of its sum over the mean

    def tail(self, posts: Floats, day: int, width: int) -> Floats:
        """(n_series,): the chance of what `width` days up to `day` brought, or more; 1 if little.

        `posts` are all counts, (n_series, n_days), 0 where missing. No window reaches into the baseline.
        """
        last = day - self.start + 1
        first = max(0, last - width)
        means = self.mean[:, first:last]
        total, seen = means.sum(axis=1), self.seen(posts, day, width)
        slope = means @ self.design[first:last]
        unsure = np.einsum("si,sij,sj->s", slope, self.fit.covariance, slope)
        tail = np.ones(len(posts))
        up = np.flatnonzero(seen > total)  # most are not, and tails are dear
        tail[up] = 0.0
        for shift, weight in DISPERSION_ERRORS:
            variance = np.maximum(self.dispersion[width][up] + shift, 1.0) * total[up] + unsure[up]
            tail[up] += weight * upper_tail(seen[up], total[up], variance)
        return tail

    def seen(self, posts: Floats, day: int, width: int) -> Floats:
        """(n_series,): posts of the `width` days up to `day`."""
        return posts[:, max(self.start, day - width + 1) : day + 1].sum(axis=1)


def outlook(
    counts: Floats, weekdays: NDArray[np.int64], start: int, *, completeness: Floats | None = None
) -> Outlook:
    """Learn from the days before `start` what was to be expected from there to the end of `counts`.

    Parameters
    ----------
    counts : ndarray of shape (n_series, n_days)
        NaN for a day that was not read.
    weekdays : ndarray of shape (n_days,)
        0 is Monday.
    completeness : ndarray of shape (n_days,) or (n_series, n_days), optional
        Share of a day's posts that is known by now, in (0, 1].
    """
    first = max(0, start - HISTORY_DAYS)
    is_read = ~np.isnan(counts[:, first:])
    posts = np.where(is_read, counts[:, first:], 0.0)
    n_history, days = start - first, np.arange(first, counts.shape[1])
    past = slice(0, n_history)
    design = _design(days - start, weekdays[first:])
    offset = np.zeros_like(posts)
    if completeness is not None:
        offset += np.log(np.broadcast_to(completeness, counts.shape)[:, first:])
    offset += np.log(_common_week(posts[:, past], is_read[:, past], weekdays[first:start]))[weekdays[first:]]
    penalty = _penalty()
    weights = is_read[:, past].astype(float)

    def fitted(alpha: Floats) -> tuple[Fit, Floats]:
        found = fit(
            posts[:, past], design[past], offset=offset[:, past], weights=weights, alpha=alpha,
            penalty=penalty, prior_posts=PRIOR_POSTS,
        )  # fmt: skip
        return found, np.exp(np.minimum(found.coefficients @ design.T + offset, 20.0)) * is_read

    found, mean = fitted(np.zeros(len(posts)))
    day_factor = _common_days(posts, mean, n_history)
    offset += np.log(day_factor)
    mean = mean * day_factor
    weights *= _weights(posts[:, past], mean[:, past])
    daily = _dispersion(posts[:, past], mean[:, past], weights, 1)
    ordinary = mean[:, past].sum(axis=1) / np.maximum(is_read[:, past].sum(axis=1), 1)
    found, mean = fitted((daily - 1) / np.maximum(ordinary, 1e-3))
    return Outlook(
        start=start,
        mean=mean[:, n_history:],
        design=design[n_history:],
        fit=found,
        dispersion={w: _dispersion(posts[:, past], mean[:, past], weights, w) for w in WINDOWS},
    )


def upper_tail(counts: Floats, mean: Floats, variance: Floats) -> Floats:
    """The chance of `counts` or more posts under a negative binomial of that mean and variance."""
    spread = np.maximum(variance - mean, 1e-6 * mean)
    size = np.where(mean > 0, mean**2 / np.where(spread > 0, spread, 1.0), 1.0)
    tail = betainc(np.maximum(counts, 1.0), np.maximum(size, 1e-9), mean / (size + mean))
    return np.where(counts > 0, tail, 1.0)


def _design(days: NDArray[np.int64], weekdays: NDArray[np.int64]) -> Floats:
    """A constant, departures from the common week, and a trend in years: 0 on the first day judged."""
    return np.column_stack([np.ones(len(days)), np.eye(7)[weekdays], days / 365])


def _penalty() -> Floats:
    return np.array([0.0, *[WEEKDAY_SD**-2] * 7, TREND_SD**-2])


def _common_week(posts: Floats, is_read: NDArray[np.bool_], weekdays: NDArray[np.int64]) -> Floats:
    """How many posts all series have on each weekday against the mean day: seven factors."""
    level = posts.sum(axis=1) / np.maximum(is_read.sum(axis=1), 1)
    seen, expected = posts.sum(axis=0), (level[:, None] * is_read).sum(axis=0)
    by_day = [(seen[weekdays == day].sum(), expected[weekdays == day].sum()) for day in range(7)]
    return np.array([(x + WEEKDAY_PRIOR_POSTS) / (m + WEEKDAY_PRIOR_POSTS) for x, m in by_day])


def _common_days(posts: Floats, mean: Floats, n_history: int) -> Floats:
    """By how much all series together rose or fell on each day. None can pull far by its own outbreak."""
    bounded = np.minimum(posts, mean + 2 * np.sqrt(mean) + 1) * (mean > 0)
    total, expected = bounded.sum(axis=0), mean.sum(axis=0)
    cut = max(total[:n_history].sum(), 1.0) / max(expected[:n_history].sum(), 1.0)  # what the bound costs
    factor = (total / min(cut, 1.0) + DAY_PRIOR_POSTS) / (expected + DAY_PRIOR_POSTS)
    return np.clip(factor, *DAY_FACTOR_RANGE)


def _weights(posts: Floats, mean: Floats) -> Floats:
    """Little weight for past outbreaks: days, and weeks, far above what was expected of them."""
    weights = np.ones_like(posts)
    dispersion = _dispersion(posts, mean, np.ones_like(posts), 1)[:, None]
    for width in OUTBREAK_WINDOWS:
        seen, expected = _sums(posts, width), _sums(mean, width)
        variance = dispersion * expected
        up = seen > expected + 2 * np.sqrt(variance)  # beyond the reach of any likely day
        tail = upper_tail(seen[up], expected[up], variance[up])
        reduced = np.ones_like(seen)
        reduced[up] = np.where(tail < OUTBREAK_TAIL, np.maximum(-ndtri(tail), 1.0) ** -2, 1.0)
        for shift in range(width):
            covered = slice(shift, shift + reduced.shape[1])
            weights[:, covered] = np.minimum(weights[:, covered], reduced)
    return weights


def _dispersion(posts: Floats, mean: Floats, weights: Floats, width: int) -> Floats:
    """Variance over mean of sums of `width` days, at least 1: a series's own, drawn towards that of its like.

    A sum of many days varies by more than its days do, as volumes wander; so each width has its own.
    """
    n_days = posts.shape[1]
    if n_days < 2 * width:
        return _dispersion(posts, mean, weights, 1)
    weight = _sums(weights, width) / width > 0.7
    expected = _sums(mean, width) * weight
    squares = (_sums(posts, width) - _sums(mean, width)) ** 2 * weight
    n_windows = weight.sum(axis=1) / width
    total = expected.sum(axis=1)
    level = total / np.maximum(weight.sum(axis=1), 1)
    fitted_away = np.maximum(1 - 1 / np.maximum(n_windows, 2.0), 0.5)  # the mean was fitted to these windows
    own = np.where(total > 0, squares.sum(axis=1) / np.maximum(total, 1e-9), 1.0) / fitted_away
    # Over the series: a dispersion as of counts, and a part that grows with the mean, as of volumes.
    trust = np.where(total > 0.5, n_windows, 0.0)
    prior = DISPERSION_PRIOR_SERIES * max(n_days / width, 1.0)
    common = trust @ (own - PRIOR_WANDER * level) + prior * PRIOR_DISPERSION
    common = max(1.0, common / (trust.sum() + prior))
    pooled = common + PRIOR_WANDER * level
    drawn = (n_windows * own + DISPERSION_PRIOR_WINDOWS * pooled) / (n_windows + DISPERSION_PRIOR_WINDOWS)
    return np.maximum(drawn, 1.0)


def _sums(values: Floats, width: int) -> Floats:
    """Sums over `width` days in a row: (n_series, n_days - width + 1)."""
    if width == 1:
        return values
    padded = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.maximum(padded[:, width:] - padded[:, :-width], 0.0)
