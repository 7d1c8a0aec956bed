"""Measures count what they say, and the benchmark prints them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import signals as benchmark
from tppo_watch.signals.evaluate import measure, scores_of, together
from tppo_watch.signals.simulate import Outbreak, simulate


@pytest.fixture(scope="module")
def panel():
    found = simulate(1, n_series=4, means=(3, 6), with_outbreaks=False)
    return replace(found, outbreaks=(Outbreak(0, 200, 14, "step", 3.0), Outbreak(1, 300, 7, "ramp", 3.0)))


def alarms(panel, *days):
    is_alarm = np.zeros(panel.is_out.shape, dtype=bool)
    for series, day in days:
        is_alarm[series, day] = True
    return is_alarm


def test_delay_counts_from_the_first_day(panel):
    """0 is the day an outbreak begins; one without an alarm is not found, and later than any."""
    result = measure(panel, alarms(panel, (0, 203), (0, 205)))
    assert [one.delay for one in result.found] == [3, None]
    assert result.sensitivity == 0.5 and result.median_delay == np.inf
    assert result.false_alarms == 0 and result.precision == 1


def test_alarms_close_together_are_one_and_those_just_after_an_outbreak_none(panel):
    """Episodes of a series count once; the week after an outbreak counts neither way."""
    days = [(2, 250), (2, 255), (2, 270), (3, 250), (0, 214), (0, 220), (1, 20)]
    result = measure(panel, alarms(panel, *days))
    assert result.false_alarms == 3
    assert result.months == pytest.approx(12, abs=0.02)
    assert together([result, result]).false_alarms_a_month == pytest.approx(0.25, abs=0.01)


def test_a_replay_knows_no_future_and_less_of_today(panel):
    """A day at its end is judged by 70% of its posts, and as many are expected."""
    late = panel.first_evaluated + 360
    short = replace(panel, first_evaluated=late)
    replayed = scores_of(short, ["farrington"], is_replay=True)["farrington"]
    final = scores_of(short, ["farrington"])["farrington"]
    assert np.isnan(replayed.p[:, :late]).all()
    ratio = np.nanmean(replayed.expected[:, late:]) / np.nanmean(final.expected[:, late:])
    assert ratio == pytest.approx(0.7, abs=0.03)


def test_the_benchmark_prints_every_method(monkeypatch):
    """A tiny run gives both tables, the oracle among the methods."""
    monkeypatch.setattr(benchmark, "simulate", lambda seed: simulate(seed, n_series=10))
    lines = list(benchmark.table(benchmark.run([1])))
    first = {line.split("|")[1].strip() for line in lines if line.startswith("| ")}
    assert {"ears_c1", "cusum", "nb_scan", benchmark.ORACLE, "0.1 to 0.3"} <= first
