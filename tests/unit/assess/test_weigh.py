"""The sum, its calibration and its interval."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from tppo_watch.assess.weigh import INTERVAL, Weigher, interpolate, percentiles

KNOTS, VALUES = np.array([-2.0, 0.0, 1.0]), np.array([-6.0, -1.0, 3.0])


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=20))
def test_the_calibration_never_turns_the_order_round(sums: list[float]) -> None:
    """A higher sum never gives a lower risk, inside the knots and far beyond them."""
    x = np.sort(np.array(sums))
    assert np.all(np.diff(interpolate(x, KNOTS, VALUES)) >= 0)


def test_the_calibration_flattens_above_its_last_knot() -> None:
    """More signs beyond plenty raise the risk ever less; below the knots the map stays linear."""
    assert interpolate(np.array([-4.0, 3.0]), KNOTS, VALUES).tolist() == [-11.0, 3.5]


def test_an_interval_holds_its_risk() -> None:
    """The risk lies between the ends of its interval, also where all refits disagree with it."""
    rng = np.random.default_rng(1)
    weigher = Weigher(-1.0, np.array([2.0, 0.0]), rng.normal(-3, 0.1, (20, 3)), KNOTS, VALUES)
    evidence = np.array([[1.0, 0.0], [0.0, 1.0]])
    log_odds, risks, ends = weigher.judged(evidence, weigher.sums(evidence))
    assert np.array_equal(risks, expit(log_odds))
    assert np.all(ends[:, 0] <= risks) and np.all(risks <= ends[:, 1])


def test_a_sum_does_not_depend_on_its_batch() -> None:
    """One text at a time or all together: the same sums to the last bit."""
    rng = np.random.default_rng(2)
    evidence, weights = rng.normal(size=(40, 130)), rng.normal(size=130)
    weigher = Weigher(0.3, weights, np.zeros((1, 131)), KNOTS, VALUES)
    one_by_one = np.concatenate([weigher.sums(evidence[i : i + 1]) for i in range(40)])
    assert np.array_equal(weigher.sums(evidence), one_by_one)


@given(st.integers(1, 60), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_percentiles_are_those_of_numpy(columns: int, rows: int, seed: int) -> None:
    """The quicker way gives the same numbers to the last bit, for ties and lone values too."""
    values = np.random.default_rng(seed).normal(size=(rows, columns)).round(seed % 3)
    assert np.array_equal(percentiles(values, INTERVAL).T, np.percentile(values, INTERVAL, axis=1))
