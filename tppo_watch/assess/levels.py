"""From a risk to a level: what each promises a reviewer, at the prevalence of life, not of a test set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..types import Level, Stance

#: Share of posts worth a case that each level promises at least.
PROMISE = {"high": 0.9, "medium": 0.5}
#: Least risk of a post at each level: a promise is kept on the average, but no single post may fall far short
#: of it. Without this floor the threshold of `medium` varied from 0.2 to 0.4 between trainings.
LEAST = {"high": 0.7, "medium": 0.4}
#: A post at `low` is at least this many times likelier to be worth a case than a post drawn at random.
LOW_LIFT = 3.0
#: Only an offer, or a text of no clear kind, may reach `high`; writers of all others talk about offers.
MAY_BE_HIGH: tuple[Stance, ...] = ("offer", "other")
#: Least probability that the writer may be offering, for `high`. On held-out records 0.6 takes a fifth of the
#: talkers from `high` for a fifth of a point of recall, 0.7 a half for half a point.
OFFERING = 0.6


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Lowest risk of each level."""

    low: float
    medium: float
    high: float


def level_of(risk: float, offering: float, signs: int, thresholds: Thresholds) -> Level:
    """Level of a text of that risk with that many asserted indicators.

    A text at `high` must show a reviewer at least one sign, and be written by somebody who may be offering,
    which has the probability `offering`.
    """
    if risk >= thresholds.high and offering >= OFFERING and signs:
        return "high"
    if risk >= thresholds.medium:
        return "medium"
    return "low" if risk >= thresholds.low else "none"


def thresholds_for(risks: np.ndarray, weights: np.ndarray, *, prevalence: float) -> Thresholds:
    """Lowest thresholds that keep the promises on posts the model was not fitted on.

    Parameters
    ----------
    risks : ndarray of shape (n,)
        Calibrated.
    weights : ndarray of shape (n,)
        Share of each post in the population.

    Notes
    -----
    `high` is the largest set from the top in which the mean risk is the promised share, `medium` the largest
    band below it of which that holds, and neither goes below `LEAST`. Counting cases instead of trusting the
    calibration was tried: one ordinary post held out stands for as many posts of life as thirty cases, and
    three of them more or less moved `medium` between 0.4 and 0.63.
    """
    order = np.argsort(-risks, kind="stable")
    cases, others = (weights * risks)[order], (weights * (1 - risks))[order]
    high = _largest(cases, others, 0, PROMISE["high"])
    medium = _largest(cases, others, high, PROMISE["medium"])
    ranked = risks[order]
    lowest_high = max(float(ranked[max(high - 1, 0)]), LEAST["high"])
    lowest_medium = min(max(float(ranked[max(medium - 1, 0)]), LEAST["medium"]), lowest_high)
    return Thresholds(low=min(LOW_LIFT * prevalence, lowest_medium), medium=lowest_medium, high=lowest_high)


def within_budget(thresholds: Thresholds, risks: np.ndarray, weights: np.ndarray, share: float) -> Thresholds:
    """Thresholds under which no more than `share` of the posts reach `medium`, the likeliest ones.

    A budget only raises thresholds: room for more alerts is no reason to break the promise of a level.

    Parameters
    ----------
    risks, weights
        As in :func:`thresholds_for`.
    share : float
        Alerts by posts, in (0, 1].
    """
    order = np.argsort(-risks, kind="stable")
    kept = int(np.searchsorted(np.cumsum(weights[order]), share, side="right"))
    lowest = float(np.nextafter(risks[order[kept]], 1.0)) if kept < len(order) else 0.0
    return Thresholds(
        low=thresholds.low, medium=max(thresholds.medium, lowest), high=max(thresholds.high, lowest)
    )


def _largest(cases: np.ndarray, others: np.ndarray, first: int, promise: float) -> int:
    """End of the largest run from `first` of which at least `promise` are cases; `first` where none is."""
    right = np.cumsum(cases[first:])
    wrong = np.cumsum(others[first:])
    kept = np.flatnonzero(right >= promise * (right + wrong))
    return first + int(kept[-1]) + 1 if kept.size else first
