"""How far two people who did not know each other's finding agree, with intervals. Pure, seeded, exact.

Cohen's kappa (Cohen 1960, doi:10.1177/001316446002000104) compares the first opinions with the second; it
asks for two fixed readers, which an office rarely has. Krippendorff's alpha (Hayes & Krippendorff 2007,
doi:10.1080/19312450709336664), nominal, takes any number of readers and gaps. Intervals are percentiles of
the bootstrap over posts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_DRAWS = 2000
_SEED = 20261124


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its interval of 95%; None where there is nothing to measure."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two findings of one post agree."""

    posts: int  #: seen by two or more
    agreed: int  #: of them, with one finding
    kappa: Figure
    alpha: Figure


def agreement(findings: Sequence[Sequence[str]]) -> Agreement:
    """Measure the findings of each post, the first reader's first; posts with fewer than two do not count."""
    pairs = [tuple(post) for post in findings if len(post) > 1]
    labels = sorted({label for post in pairs for label in post})
    if not pairs:
        return Agreement(0, 0, Figure(None, None, None), Figure(None, None, None))
    number = {label: index for index, label in enumerate(labels)}
    size = len(labels)
    # Posts with the same findings weigh the same: drawing posts is drawing how many there are of each kind.
    kinds = sorted(Counter(pairs).items())
    tables = np.zeros((len(kinds), size, size))
    coincidences = np.zeros((len(kinds), size, size))
    for row, (post, _) in enumerate(kinds):
        codes = [number[label] for label in post]
        tables[row, codes[0], codes[1]] = 1.0
        coincidences[row] = _coincidences(codes, size)
    counts = np.array([count for _, count in kinds])
    draws = np.random.default_rng(_SEED).multinomial(len(pairs), counts / len(pairs), size=_DRAWS)
    return Agreement(
        posts=len(pairs),
        agreed=sum(len(set(post)) == 1 for post in pairs),
        kappa=_figure(tables, counts, draws, _kappa),
        alpha=_figure(coincidences, counts, draws, _alpha),
    )


def _coincidences(codes: Sequence[int], size: int) -> np.ndarray:
    """How often each two findings of one post meet, each reader's weighing the same."""
    counts = np.bincount(codes, minlength=size).astype(float)
    return (np.outer(counts, counts) - np.diag(counts)) / (len(codes) - 1)


def _figure(units: np.ndarray, counts: np.ndarray, draws: np.ndarray, measure) -> Figure:
    """A measure of all posts, and of those that were drawn; `units` has the table of each kind of post."""
    whole = measure(np.tensordot(counts, units, axes=1)[None])[0]
    if np.isnan(whole):
        return Figure(None, None, None)
    size = units.shape[1]
    sums = (draws @ units.reshape(len(units), -1)).reshape(-1, size, size)
    drawn = measure(sums)
    drawn = drawn[~np.isnan(drawn)]  # a draw in which everybody says the same measures nothing
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (whole, whole)
    return Figure(float(whole), float(min(low, whole)), float(max(high, whole)))


def _kappa(tables: np.ndarray) -> np.ndarray:
    """(observed - expected) / (1 - expected) agreement of square tables; NaN where all say one thing."""
    total = tables.sum(axis=(1, 2))
    observed = np.trace(tables, axis1=1, axis2=2) / total
    expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / total**2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)


def _alpha(tables: np.ndarray) -> np.ndarray:
    """1 - observed / expected disagreement of coincidence tables; NaN where all say one thing."""
    marginals = tables.sum(axis=1)
    total = marginals.sum(axis=1)
    observed = total - np.trace(tables, axis1=1, axis2=2)
    expected = (total**2 - (marginals**2).sum(axis=1)) / (total - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)
