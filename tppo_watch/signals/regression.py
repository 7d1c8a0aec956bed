"""Negative binomial regression of many series at once: one design, one set of weights a series.

statsmodels fits one series in some milliseconds; a year of 200 series takes tens of thousands of fits.
`tests/unit/signals/test_regression.py` holds this to statsmodels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_ITERATIONS = 30
TOLERANCE = 1e-8  # of the largest step of a coefficient
MAX_STEP = 2.0  # in the logarithm; keeps the first steps of a series without posts from running away
MAX_LOG_MEAN = 30.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients of each series and how well they are known."""

    coefficients: NDArray[np.float64]  #: (n_series, n_terms), logarithms
    covariance: NDArray[np.float64]  #: (n_series, n_terms, n_terms)


def fit(
    counts: NDArray[np.float64],
    design: NDArray[np.float64],
    *,
    offset: NDArray[np.float64],
    weights: NDArray[np.float64],
    alpha: NDArray[np.float64],
    penalty: NDArray[np.float64],
    prior_posts: float = 0.0,
) -> Fit:
    """Fit ``counts ~ NB(exp(design @ b + offset))`` to every series by Fisher scoring.

    Parameters
    ----------
    counts : ndarray of shape (n_series, n_days)
        Finite, also where the weight is 0.
    design : ndarray of shape (n_days, n_terms)
        The first column is the constant.
    offset : ndarray of shape (n_series, n_days)
        Known part of the logarithm of the mean.
    weights : ndarray of shape (n_series, n_days)
        In [0, 1]; 0 for a day that is missing.
    alpha : ndarray of shape (n_series,)
        The variance is ``mean + alpha * mean**2``; 0 is Poisson.
    penalty : ndarray of shape (n_terms,)
        Inverse variances of normal priors around 0; 0 leaves a term free.
    prior_posts : float
        Posts that the constant is given beside those counted; 0.5 is Jeffreys' prior, and keeps the mean of a
        series without posts above 0.
    """
    n_series, n_terms = counts.shape[0], design.shape[1]
    exposure = (weights * np.exp(offset)).sum(axis=1)
    posts = (weights * counts).sum(axis=1) + prior_posts
    coefficients = np.zeros((n_series, n_terms))
    coefficients[:, 0] = np.log(np.maximum(posts, 0.1) / np.maximum(exposure, 1e-9))
    hessian = np.empty((n_series, n_terms, n_terms))
    for _ in range(MAX_ITERATIONS):
        mean = np.exp(np.minimum(coefficients @ design.T + offset, MAX_LOG_MEAN))
        shrink = weights / (1 + alpha[:, None] * mean)
        score = (shrink * (counts - mean)) @ design - penalty * coefficients
        score[:, 0] += prior_posts
        hessian = _weighted_squares(shrink * mean, design) + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, score[:, :, None])[:, :, 0]
        coefficients += np.clip(step, -MAX_STEP, MAX_STEP)
        if np.abs(step).max(initial=0.0) < TOLERANCE:
            break
    return Fit(coefficients, np.linalg.inv(hessian))


def _weighted_squares(weights: NDArray[np.float64], design: NDArray[np.float64]) -> NDArray[np.float64]:
    """``design.T @ diag(w) @ design`` for each row of weights, as one product of matrices."""
    n_terms = design.shape[1]
    rows, columns = np.triu_indices(n_terms)
    half = weights @ (design[:, rows] * design[:, columns])
    squares = np.empty((len(weights), n_terms, n_terms))
    squares[:, rows, columns] = squares[:, columns, rows] = half
    return squares
