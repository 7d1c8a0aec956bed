from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.review.agreement import Figure, agreement

# Four observers, twelve units, gaps: the worked example of Krippendorff, "Computing Krippendorff's
# Alpha-Reliability" (2011), section C.
FOUR = [
    "111", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", "555", "11", "3",
]  # fmt: skip


@pytest.mark.parametrize(
    "findings, alpha",
    [
        (list(zip("0100000010", "1110010000", strict=True)), 0.095),  # section A of the same paper
        (list(zip("aabbdcccedda", "babbbccceddd", strict=True)), 0.692),  # section B
        (FOUR, 0.743),
    ],
)
def test_alpha_is_that_of_the_literature(findings, alpha):
    """The worked examples of the inventor come out to the third place."""
    assert agreement(findings).alpha.value == pytest.approx(alpha, abs=5e-4)


def test_kappa_is_that_of_the_textbook():
    """Fifty proposals, two readers: observed 0.70, expected 0.50, kappa 0.40."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = agreement(pairs)
    assert found.kappa.value == pytest.approx(0.4)
    assert (found.posts, found.agreed) == (50, 35)
    assert found.kappa.low < 0.2 < 0.4 < 0.6 < found.kappa.high


def test_nothing_to_measure_is_no_number():
    """No posts, single findings, or one finding throughout give none, not 0 or 1."""
    assert agreement([]).kappa == agreement([("a",)]).alpha == Figure(None, None, None)
    assert agreement([("a", "a")] * 5).alpha.value is None


_LABELS = st.sampled_from("abc")


@given(st.lists(st.lists(_LABELS, min_size=2, max_size=3), min_size=2, max_size=12))
def test_measures_stay_in_their_bounds(findings):
    """Never above 1; the interval holds the value; the order of posts does not matter; the same again."""
    found = agreement(findings)
    again = agreement(findings[::-1])
    for figure, other in ((found.kappa, again.kappa), (found.alpha, again.alpha)):
        if figure.value is not None:
            assert figure.low <= figure.value <= figure.high <= 1 + 1e-9
            assert other.value == pytest.approx(figure.value)
    assert agreement(findings) == found
