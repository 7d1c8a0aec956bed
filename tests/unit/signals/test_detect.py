"""What comes out: lines of the contract, refusals of wrong arguments, silence where nothing is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tppo_watch.signals.detect import detect
from tppo_watch.signals.methods import METHODS

START = date(2026, 1, 5)


def test_a_signal_is_a_line_of_the_contract():
    """Seven fields; the excess is what the count has above the expected, to the digit shown."""
    counts = np.full((2, 40), 5.0)
    counts[1, -1] = 30
    (signal,) = detect(counts, ["a", "b"], START)
    line = signal.to_dict()
    assert list(line) == ["date", "series", "count", "expected", "excess", "method", "q"]
    assert line["date"] == "2026-02-13" and line["series"] == "b" and line["count"] == 30
    assert isinstance(line["count"], int)
    assert line["excess"] == pytest.approx(line["count"] - line["expected"], abs=1e-9)
    assert 0 <= line["q"] <= 0.01 and line["method"] == "nb_scan"


def test_signals_come_by_day_and_then_by_how_sure_they_are():
    """A reader begins with the surest of a day."""
    counts = np.random.default_rng(0).poisson(5, (30, 60)).astype(float)
    counts[3, 50:53], counts[7, 51:53] = 25, 60
    found = detect(counts, [f"s{at}" for at in range(30)], START)
    assert [one.date for one in found] == sorted(one.date for one in found)
    assert [one.series for one in found if one.date == date(2026, 2, 25)] == ["s7", "s3"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(0, 0), (1, 0), (1, 1), (3, 5), (2, 14), (1, 15)])
def test_too_little_gives_nothing(method, shape):
    """No data, one post, a few days: no fake signal, and no error."""
    counts = np.zeros(shape)
    counts[:, -1:] = 100
    names = [str(at) for at in range(shape[0])]
    found = detect(counts, names, START, method=method)
    assert found == [] or shape == (1, 15)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_but_outages_gives_nothing(method):
    """Series that were never read, and one of which a single day was."""
    counts = np.full((3, 60), np.nan)
    counts[0, 30] = 50
    assert detect(counts, list("abc"), START, method=method) == []


def test_a_year_with_a_gap_is_judged_anew():
    """After a year without a reading the old level is forgotten: no signal until a fortnight is known."""
    rng = np.random.default_rng(1)
    counts = np.full((4, 500), np.nan)
    counts[:, :60], counts[:, 440:] = rng.poisson(2, (4, 60)), rng.poisson(30, (4, 60))
    assert detect(counts, list("abcd"), START) == []


def test_since_judges_only_later_days():
    """With a history as before: the same signals, from that day on."""
    counts = np.random.default_rng(2).poisson(4, (10, 80)).astype(float)
    counts[2, 40:42] = counts[2, 70:72] = 30
    names = [f"s{at}" for at in range(10)]
    every = detect(counts, names, START)
    later = detect(counts, names, START, since=date(2026, 3, 1))
    assert later == [one for one in every if one.date >= date(2026, 3, 1)]
    assert {one.date.month for one in later} == {3}
    assert len(every) > len(later)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"counts": np.zeros(4)}, "a row a name"),
        ({"counts": -np.ones((1, 40))}, "0 or more"),
        ({"counts": np.full((1, 40), np.inf)}, "0 or more"),
        ({"method": "magic"}, "there are: ears_c1"),
        ({"max_q": 0.0}, "between 0 and 1"),
        ({"completeness": np.zeros(40)}, r"\(0, 1\]"),
    ],
)
def test_what_cannot_be_judged_is_refused(change, message):
    """A wrong argument is named, not computed with."""
    arguments = {
        "counts": np.zeros((1, 40)),
        "method": "nb_scan",
        "max_q": 0.01,
        "completeness": None,
    } | change
    with pytest.raises(ValueError, match=message):
        detect(arguments.pop("counts"), ["a"], START, **arguments)


def test_weighted_counts_are_counts():
    """Counts need not be whole."""
    counts = np.random.default_rng(3).poisson(5, (1, 60)) * 0.7
    counts[0, -1] = 25.55
    (signal,) = detect(counts, ["a"], START)
    assert signal.to_dict()["count"] == 25.55
