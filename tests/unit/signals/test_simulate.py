"""The simulator gives what it says it gives, so that a figure measured on it means something."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest

from tppo_watch.signals.simulate import (
    DURATIONS,
    REPORTED,
    SHAPES,
    lebaran_factor,
    outbreak_shape,
    simulate,
)


@pytest.fixture(scope="module")
def panel():
    return simulate(7)


def test_the_same_seed_gives_the_same_panel(panel):
    """A figure can be printed again."""
    again = simulate(7)
    assert np.array_equal(panel.reports, again.reports)
    assert panel.outbreaks == again.outbreaks
    assert not np.array_equal(panel.reports, simulate(8).reports)


def test_most_series_are_thin(panel):
    """Four in five series have a mean of 0.1 to 5 posts a day, the others of 5 to 20."""
    assert 0.1 <= panel.means.min() and panel.means.max() <= 20
    assert 0.7 < (panel.means < 5).mean() < 0.9
    assert (panel.baseline.mean(axis=1) / panel.means).mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("days", DURATIONS)
def test_every_shape_has_the_size_that_was_asked_for(shape, days):
    """Whatever its form, an outbreak brings the same number of posts."""
    spread = outbreak_shape(shape, days)
    assert spread.shape == (days,)
    assert spread.mean() == pytest.approx(1)
    assert (spread > 0).all()


def test_an_outbreak_multiplies_the_posts_by_its_ratio():
    """Over many outbreaks the posts come to three times those to be expected without them."""
    panel = simulate(1, means=(5, 20))
    counts = panel.reports.sum(axis=2)
    seen = sum(counts[o.series, o.start : o.end].sum() for o in panel.outbreaks)
    expected = sum(panel.baseline[o.series, o.start : o.end].sum() for o in panel.outbreaks)
    assert len(panel.outbreaks) > 100
    assert seen / expected == pytest.approx(3, rel=0.03)


def test_without_outbreaks_counts_vary_as_they_are_said_to():
    """Mean and variance of calm days are those of the baseline and the dispersion."""
    panel = simulate(2, means=(2, 10), with_outbreaks=False)
    spread = np.sqrt(panel.dispersion[:, None] * panel.baseline)
    scaled = (panel.reports.sum(axis=2) - panel.baseline) / spread
    assert panel.outbreaks == ()
    assert scaled.mean() == pytest.approx(0, abs=0.01)
    assert scaled.var() == pytest.approx(1, abs=0.02)


def test_lebaran_empties_a_week_and_fills_the_next_two():
    """The holiday of the real calendar is in the series."""
    days = {-4: 1.0, -3: 0.35, 0: 0.35, 6: 0.35, 7: 1.3, 20: 1.3, 21: 1.0}
    first = date(2026, 3, 21).toordinal()
    assert {shift: lebaran_factor(date.fromordinal(first + shift)) for shift in days} == days


def test_an_outage_takes_all_series_of_a_source(panel):
    """Days on which a source was not read are missing, not zero, in all ten of its series at once."""
    counts = panel.counts()
    assert 0.01 < np.isnan(counts).mean() < 0.08
    by_source = panel.is_out.reshape(-1, 10, panel.n_days)
    assert (by_source == by_source[:, :1]).all()


def test_late_reports_complete_a_day(panel):
    """On the day itself 70% is known; after four days everything is, and nothing is known of the future."""
    day = panel.first_evaluated + 50
    known, final = panel.known_on(day), panel.counts()[:, : day + 1]
    assert known.shape == final.shape
    assert np.array_equal(known[:, :-3], final[:, :-3], equal_nan=True)
    share = [np.nansum(panel.known_on(d)[:, -1]) / np.nansum(panel.counts()[:, d]) for d in range(200, 206)]
    assert np.mean(share) == pytest.approx(REPORTED[0], abs=0.03)
    assert [index for index, _ in panel.replay()][:2] == [181, 182]


def test_events_are_the_counts_as_posts():
    """Posts with times, read in order, come to the same counts; none is read before it was published."""
    panel = simulate(3, n_series=20, means=(0.2, 2))
    events = panel.events()
    assert events == panel.events()
    assert [read for _, _, read in events] == sorted(read for _, _, read in events)
    assert all(published <= read for _, published, read in events)
    day = panel.first_evaluated + 10
    last = panel.day(day)
    seen = Counter(name for name, published, read in events if published.date() == last >= read.date())
    assert [seen[name] for name in panel.names] == np.nan_to_num(panel.known_on(day)[:, -1]).tolist()
