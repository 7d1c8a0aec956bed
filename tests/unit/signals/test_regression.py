"""The regression of many series is that of statsmodels, one by one."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from tppo_watch.signals.regression import fit

DAYS = np.arange(150)
DESIGN = np.column_stack([np.ones(150), np.eye(7)[DAYS % 7][:, 1:], (DAYS - 150) / 365])


def series(mean: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(2, mean / 2, len(DAYS))).astype(float)


def fitted(counts, **options):
    defaults = {
        "offset": np.zeros_like(counts),
        "weights": np.ones_like(counts),
        "alpha": np.zeros(len(counts)),
        "penalty": np.zeros(DESIGN.shape[1]),
    }
    return fit(counts, DESIGN, **(defaults | options))


@pytest.mark.parametrize("alpha", [0.0, 0.5])
def test_coefficients_and_their_covariance_are_those_of_statsmodels(alpha):
    """Poisson and negative binomial, with an offset and weights, series of very different size at once."""
    counts = np.array([series(mean, seed) for seed, mean in enumerate((0.8, 5, 60))])
    rng = np.random.default_rng(9)
    offset, weights = rng.normal(0, 0.2, counts.shape), rng.uniform(0.2, 1, counts.shape)
    found = fitted(counts, offset=offset, weights=weights, alpha=np.full(3, alpha))
    family = sm.families.NegativeBinomial(alpha=alpha) if alpha else sm.families.Poisson()
    for at in range(3):
        model = sm.GLM(counts[at], DESIGN, family=family, offset=offset[at], freq_weights=weights[at])
        theirs = model.fit(tol=1e-12, maxiter=100)
        assert found.coefficients[at] == pytest.approx(theirs.params, abs=1e-5)
        assert found.covariance[at] == pytest.approx(theirs.cov_params(), abs=1e-5)


def test_a_day_without_weight_is_as_one_that_is_not_there():
    """What stands in a missing day does not matter."""
    counts = series(4, 1)[None, :]
    weights = np.ones_like(counts)
    weights[0, 20:60] = 0
    first = fitted(counts, weights=weights)
    counts[0, 20:60] = 1e6
    assert fitted(counts, weights=weights).coefficients == pytest.approx(first.coefficients)


def test_a_series_without_posts_has_a_small_mean_that_is_not_known_well():
    """Jeffreys' half post, spread over the days, and a standard error of more than one in the logarithm."""
    penalty = np.array([0, *[40.0] * 6, 10.0])
    found = fitted(np.zeros((1, 150)), penalty=penalty, prior_posts=0.5)
    assert np.exp(DESIGN @ found.coefficients[0]).sum() == pytest.approx(0.5, rel=0.01)
    assert found.covariance[0, 0, 0] > 1


def test_a_penalty_draws_a_term_to_nothing():
    """With an endless penalty only the mean is left."""
    counts = series(3, 2)[None, :]
    found = fitted(counts, penalty=np.array([0.0, *[1e9] * 7]))
    assert found.coefficients[0, 1:] == pytest.approx(np.zeros(7), abs=1e-5)
    assert np.exp(found.coefficients[0, 0]) == pytest.approx(counts.mean(), rel=1e-4)
