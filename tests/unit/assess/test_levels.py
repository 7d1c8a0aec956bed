"""Levels and the promises behind them."""

from __future__ import annotations

import numpy as np
import pytest

from tppo_watch.assess.levels import PROMISE, Thresholds, level_of, thresholds_for, within_budget

LIMITS = Thresholds(low=0.03, medium=0.3, high=0.8)


@pytest.mark.parametrize(
    ("risk", "offering", "signs", "level"),
    [
        (0.9, 0.95, 2, "high"), (0.9, 0.6, 1, "high"), (0.9, 0.95, 0, "medium"), (0.99, 0.55, 9, "medium"),
        (0.99, 0.0, 9, "medium"), (0.5, 0.9, 0, "medium"), (0.3, 0.9, 1, "medium"),
        (0.1, 0.9, 1, "low"), (0.01, 0.9, 3, "none"),
    ],
)  # fmt: skip
def test_high_takes_an_offer_and_a_sign_to_show(risk, offering, signs, level) -> None:
    """Who talks about offers never stands at high, nor does a text without a sign a reviewer can see."""
    assert level_of(risk, offering, signs, LIMITS) == level


def test_thresholds_keep_their_promises_in_the_population() -> None:
    """Of the posts at each level at least the promised share are cases, weighted as in life."""
    rng = np.random.default_rng(3)
    risks = np.concatenate([rng.beta(8, 2, 3000), rng.beta(1, 30, 6000)])
    is_case = rng.random(9000) < risks  # what a calibrated risk means
    weights = np.where(np.arange(9000) < 3000, 0.02 / 3000, 0.98 / 6000)
    limits = thresholds_for(risks, weights, prevalence=0.02)
    high = risks >= limits.high
    medium = (risks >= limits.medium) & ~high
    for members, promise in ((high, PROMISE["high"]), (medium, PROMISE["medium"])):
        assert (weights * is_case)[members].sum() >= (promise - 0.03) * weights[members].sum()
    assert limits.low <= limits.medium <= limits.high
    assert high.sum() > 100, "the promise is kept by choosing well, not by choosing nobody"


def test_where_no_promise_can_be_kept_nothing_is_high() -> None:
    """Risks that are all low give thresholds that let nothing through."""
    risks = np.random.default_rng(4).random(2000) * 0.3
    limits = thresholds_for(risks, np.full(2000, 1 / 2000), prevalence=0.01)
    assert (risks >= limits.medium).sum() == 0


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 1.0])
def test_a_budget_of_alerts_is_kept(share) -> None:
    """No more posts reach medium than reviewers have time for, and a wide budget lowers no threshold."""
    rng = np.random.default_rng(5)
    risks, weights = np.round(rng.beta(1, 9, 4000), 2), np.full(4000, 1 / 4000)
    limits = within_budget(LIMITS, risks, weights, share)
    assert weights[risks >= limits.medium].sum() <= share
    assert limits.low == LIMITS.low and limits.medium >= LIMITS.medium and limits.high >= LIMITS.high
    if share == 1.0:
        assert limits == LIMITS
