"""Each method: what it finds, what it does not take for a rise, and that it is calibrated."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import nbinom

from tppo_watch.signals.baseline import outlook, upper_tail
from tppo_watch.signals.detect import detect, weekdays_from
from tppo_watch.signals.methods import C3_TAILS, C3_VALUES, METHODS, judge

START = date(2026, 1, 5)  # a Monday


def calm(n_series: int, n_days: int, mean: float = 5.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (n_series, n_days)).astype(float)


def found(counts: np.ndarray, **options) -> list[tuple[str, int]]:
    names = [f"s{at}" for at in range(len(counts))]
    return [(one.series, (one.date - START).days) for one in detect(counts, names, START, **options)]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_a_huge_rise_and_nothing_in_calm(method):
    """Sixteen times the usual for three days, in one of twenty series; no day of the calm ones."""
    counts = calm(20, 70)
    counts[3, 60:63] = 80
    days = found(counts, method=method, max_q=1e-3)  # seven days make wide tails
    assert ("s3", 60) in days
    assert {series for series, day in days if day >= 60} == {"s3"}


@pytest.mark.parametrize("method", METHODS)
def test_what_comes_later_changes_no_verdict(method):
    """The chance of a day is the same whether the file ends with it or goes on."""
    counts, weekdays = calm(5, 80, 2.0), weekdays_from(START, 80)
    counts[1, 30:34] = np.nan
    whole = judge(counts, weekdays, [method])[method].p
    for end in (40, 47, 60, 73):
        part = judge(counts[:, :end], weekdays[:end], [method])[method].p
        assert part == pytest.approx(whole[:, :end], nan_ok=True)


@pytest.mark.parametrize("method", METHODS)
def test_an_outage_is_no_calm_and_its_end_no_rise(method):
    """Days that were not read are not judged, and when the source is back its usual counts are usual."""
    counts = calm(10, 100)
    counts[:, 60:80] = np.nan
    scores = judge(counts, weekdays_from(START, 100), [method])[method]
    assert np.isnan(scores.p[:, 60:80]).all()
    assert [day for _, day in found(counts, method=method) if day >= 80] == []


def test_an_outage_does_not_lower_what_is_expected():
    """After three weeks without a reading the usual is expected again, not less."""
    counts = calm(1, 100)
    counts[:, 60:80] = np.nan
    expected = judge(counts, weekdays_from(START, 100), ["farrington"])["farrington"].expected[0, 85:]
    assert expected.mean() == pytest.approx(5, rel=0.25)


def test_weekdays_are_expected():
    """Many posts on Mondays are no rise on a Monday, and would be one on a Sunday."""
    counts, mondays = calm(10, 120, 4.0), weekdays_from(START, 120) == 0
    counts[:, mondays] += calm(10, 120, 8.0, seed=2)[:, mondays]
    assert found(counts) == []
    sunday = 7 * 15 + 6
    counts[2, sunday] = counts[2, mondays].mean() * 2
    assert found(counts) == [("s2", sunday)]


def test_a_holiday_of_all_series_is_no_rise_of_one():
    """All series fall by two thirds for ten days and come back: nothing is signalled, before or after."""
    counts = calm(60, 130, 4.0, seed=5)
    counts[:, 70:80] = np.random.default_rng(1).poisson(4 / 3, (60, 10))
    assert found(counts) == []


def test_a_rise_of_all_series_is_still_one():
    """What all have in common explains a day only so far: three times the usual everywhere is signalled."""
    counts = calm(60, 100, 5.0)
    counts[:, 90:95] = np.random.default_rng(2).poisson(15, (60, 5))
    assert len({series for series, _ in found(counts)}) > 30


def test_a_past_outbreak_does_not_hide_the_next():
    """A fortnight of five times the usual, two months ago, has little weight in what is expected now."""
    counts = calm(20, 150, 3.0)
    counts[0, 60:74] = 15
    scores = judge(counts, weekdays_from(START, 150), ["farrington"])["farrington"]
    assert scores.expected[0, 120:].mean() == pytest.approx(3, rel=0.25)


def test_a_day_after_an_outbreak_is_not_above():
    """When the counts are back to the usual, the sums that still hold the outbreak signal nothing."""
    counts = calm(20, 100, 6.0)
    counts[0, 80:87] = 25
    counts[0, 87:] = 6
    assert [day for series, day in found(counts) if series == "s0"] == list(range(80, 87))


def test_a_day_half_read_is_judged_by_half():
    """Where half of a day's posts have been read, half are expected."""
    counts = np.full((30, 60), 10.0)
    counts[:, -1] = 5
    share = np.ones(60)
    share[-1] = 0.5
    scores = judge(counts, weekdays_from(START, 60), ["farrington"], completeness=share)["farrington"]
    assert scores.expected[:, -1] == pytest.approx(5, rel=0.05)
    counts[4, -1] = 20
    assert found(counts, completeness=share) == [("s4", 59)]
    assert judge(counts, weekdays_from(START, 60), ["ears_c2"], completeness=share)["ears_c2"].p[4, -1] < 1e-4


def test_chances_of_calm_series_are_chances():
    """On calm negative binomial series one day in a hundred has a chance of one in a hundred, or fewer."""
    rng = np.random.default_rng(4)
    counts = rng.poisson(rng.gamma(4 / 0.4, 0.4, (100, 200))).astype(float)  # mean 4, variance 1.4 times that
    p = judge(counts, weekdays_from(START, 200), ["farrington", "nb_scan"], first=130)
    for name in ("farrington", "nb_scan"):
        assert np.nanmean(p[name].p < 0.01) < 0.012
        assert np.nanmean(p[name].p < 0.001) < 0.002
    assert np.nanmean(p["farrington"].p < 0.01) > 0.001


def test_the_tail_is_that_of_scipy():
    """Against scipy's negative binomial; nothing is as likely as no posts or more."""
    counts, mean, variance = (
        np.array([0.0, 1, 3, 40]),
        np.array([2.0, 0.1, 4, 20]),
        np.array([3.0, 0.2, 4.5, 60]),
    )
    size = mean**2 / (variance - mean)
    theirs = nbinom.sf(counts - 1, size, size / (size + mean))
    assert upper_tail(counts, mean, variance) == pytest.approx(theirs)
    assert upper_tail(np.array([5.0]), np.array([0.0]), np.array([0.0])) == pytest.approx([0.0])


def test_the_table_of_c3_is_what_luck_gives():
    """Drawn again, with fewer draws than the table was made of."""
    x = np.random.default_rng(8).normal(size=(400_000, 12))
    total = np.zeros(len(x))
    for shift in range(3):
        past = x[:, shift : shift + 7]
        z = (x[:, shift + 9] - past.mean(axis=1)) / past.std(axis=1, ddof=1)
        total += np.maximum(z - 1, 0)
    for value, tail in zip(C3_VALUES[:8], C3_TAILS[:8], strict=True):
        assert (total > value).mean() == pytest.approx(tail, rel=0.15)


def test_a_series_needs_two_weeks_of_its_own():
    """A series that begins later is not judged until it has a fortnight, whatever the others have."""
    counts = calm(10, 90)
    counts[0, :70] = np.nan
    counts[0, 70:] = 40
    p = judge(counts, weekdays_from(START, 90), ["nb_scan"])["nb_scan"].p
    assert np.isnan(p[0, :84]).all()
    assert not np.isnan(p[1, 14:]).any()


def test_two_posts_are_no_rise_however_rare():
    """Three posts in a series that had none for half a year are signalled, two are not."""
    counts = np.zeros((5, 200))
    counts[0, 190], counts[1, 190] = 2, 3
    assert found(counts) == [("s1", 190)]


def test_the_outlook_of_a_series_is_its_own():
    """Its mean does not depend on how large its neighbours are."""
    counts = calm(40, 100, 2.0)
    counts[0] = calm(1, 100, 50.0, seed=3)
    view = outlook(counts, weekdays_from(START, 100), 86)
    assert view.mean[0].mean() == pytest.approx(50, rel=0.1)
    assert view.mean[1:].mean() == pytest.approx(2, rel=0.1)
