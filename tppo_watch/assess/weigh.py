"""The additive model: evidence times weights, summed, calibrated, with an interval.

``logit(risk) = base + sum of parts + calibration``. The calibration is a monotone map of the sum, linear
between knots and beyond them, so it can be shown as one more part. The interval comes from refits of the
weights on bootstrap samples of posts (Efron and Tibshirani 1993, ch. 13): it says how sure the weights are,
not the reviewer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

INTERVAL = (5.0, 95.0)  # percentiles of the refits

#: Log-odds of a lone sign, by its standalone specificity: the prior of its weight, and the weight of an
#: indicator that no model has learned.
SPECIFICITY_LOG_ODDS = {"low": 0.2, "medium": 0.5, "high": 0.9}

#: Slope of the calibration above its last knot: how many signs there are beyond plenty proves little more,
#: and no number of held-out posts could show a risk of 0.9999.
TAIL_SLOPE = 0.25


def interpolate(x: np.ndarray, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Piecewise linear through (knots, values); below them with the first slope, above with `TAIL_SLOPE`."""
    y = np.interp(x, knots, values)
    if (below := x < knots[0]).any():
        first = (values[1] - values[0]) / (knots[1] - knots[0])
        y[below] = values[0] + first * (x[below] - knots[0])
    if (above := x > knots[-1]).any():
        y[above] = values[-1] + TAIL_SLOPE * (x[above] - knots[-1])
    return y


@dataclass(frozen=True)
class Weigher:
    """Fitted weights.

    Attributes
    ----------
    base : float
        Log-odds of a text without any evidence, before calibration.
    weights : ndarray of shape (n_names,)
    refits : ndarray of shape (n_refits, n_names + 1)
        Weights of the bootstrap refits, the base in the last column.
    knots, values : ndarray of shape (n_knots,)
        The calibration: sums and the log-odds they stand for at the prevalence of the fit.
    shift : float
        Log-odds added because the prevalence is not that of the fit; 0 there.
    """

    base: float
    weights: np.ndarray
    refits: np.ndarray
    knots: np.ndarray
    values: np.ndarray
    shift: float = 0.0

    def widened(self, weights: np.ndarray) -> Weigher:
        """With columns behind the others, of these fixed weights."""
        fixed = np.broadcast_to(weights, (len(self.refits), len(weights)))
        refits = np.concatenate([self.refits[:, :-1], fixed, self.refits[:, -1:]], axis=1)
        return replace(self, weights=np.concatenate([self.weights, weights]), refits=refits)

    def sums(self, evidence: np.ndarray) -> np.ndarray:
        """Uncalibrated log-odds, shape (n,)."""
        # A row-wise sum, not a matrix product: the answer must not depend on the size of the batch.
        return self.base + (evidence * self.weights).sum(axis=1)

    def log_odds(self, sums: np.ndarray) -> np.ndarray:
        """Calibrated log-odds of sums of any shape."""
        return interpolate(sums, self.knots, self.values) + self.shift

    def judged(self, evidence: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Calibrated log-odds, risks, and the ends around these, of evidence with its sums.

        Returns
        -------
        log_odds, risks : ndarray of shape (n,)
        intervals : ndarray of shape (n, 2)
            Low and high, in [0, 1].
        """
        weights, bases = self.refits[:, :-1], self.refits[:, -1]
        every = np.empty((len(sums), len(bases) + 1))  # the sum, then what the refits make of it
        every[:, 0] = sums
        # One product a row: a product of the whole batch rounds differently from one batch size to the next.
        for row, of_text in zip(every, evidence, strict=True):
            np.matmul(weights, of_text, out=row[1:])
        every[:, 1:] += bases
        log_odds = self.log_odds(every)
        odds = expit(log_odds)
        risks = odds[:, 0]
        intervals = percentiles(odds[:, 1:], INTERVAL)
        np.minimum(intervals[:, 0], risks, out=intervals[:, 0])
        np.maximum(intervals[:, 1], risks, out=intervals[:, 1])
        return log_odds[:, 0], risks, intervals


def percentiles(values: np.ndarray, wanted: tuple[float, ...]) -> np.ndarray:
    """Percentiles of each row, linear between two values: shape (n, n_wanted).

    What :func:`numpy.percentile` gives, to the last bit, in a fifth of its time for a single row.
    """
    ordered = np.sort(values, axis=1)
    last = values.shape[1] - 1
    found = np.empty((len(values), len(wanted)))
    for column, percent in enumerate(wanted):
        place = percent / 100 * last
        below = int(place)
        share = place - below
        lower, upper = ordered[:, below], ordered[:, min(below + 1, last)]
        step = upper - lower
        found[:, column] = lower + step * share if share < 0.5 else upper - step * (1 - share)
    return found
