"""False discoveries are bounded over the series of a day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from tppo_watch.signals.discovery import q_values

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=60).map(np.array)


@given(CHANCES, st.booleans())
def test_values_are_those_of_statsmodels(p, any_dependence):
    """Benjamini-Hochberg and Benjamini-Yekutieli, ties included."""
    theirs = multipletests(p, method="fdr_by" if any_dependence else "fdr_bh")[1]
    assert q_values(p, any_dependence=any_dependence) == pytest.approx(theirs)


def test_a_series_that_is_not_judged_does_not_count():
    """An outage neither gets a value nor makes those of others worse."""
    assert q_values(np.array([0.01, np.nan, 0.04])) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert np.isnan(q_values(np.array([np.nan]))).all()
    assert q_values(np.array([])).shape == (0,)
