"""Recall under disguise, and risks against what they promise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from tppo_watch.assess.levels import Thresholds
from tppo_watch.training import stress
from tppo_watch.training.calibration import calibration_measures
from tppo_watch.training.corpus import Record, record_from
from tppo_watch.training.disguise import KINDS, REPORT_KINDS
from tppo_watch.training.evaluate import Measure

AD = "Dibuka lowongan admin di Kamboja nomor {n}, gaji dua belas juta bersih, paspor dan tiket kami urus"


def records(n: int, label: str = "trafficking") -> list[Record]:
    return [
        record_from({"id": f"{label}-{i}", "text": AD.format(n=i), "label": label, "stance": "offer"}, "test")
        for i in range(n)
    ]


def reads(level: Any) -> Any:
    """An assessor whose level hangs on the text alone."""

    def assess(texts: Iterable[str]) -> Iterator[Any]:
        return (SimpleNamespace(level=level(text)) for text in texts)

    return assess


def by_name(measures: list[Measure]) -> dict[str, Measure]:
    named = {measure.name: measure for measure in measures}
    assert len(named) == len(measures)
    return named


def word_reader(text: str) -> str:
    """Finds the plain word, and nothing else."""
    return "high" if "Kamboja" in text else "low"


def test_a_reader_of_plain_words_loses_what_is_disguised() -> None:
    """Recall falls with strength, and what is lost is what stood there before less what is left."""
    found = by_name(stress.stress_measures(records(40), reads(word_reader), seed=1))
    plain = found["stress: recall at medium, plain"]
    assert plain.value == 1.0 and plain.n == 40
    left = [found[f"stress: recall at medium, strength {s}"].value for s in stress.STRENGTHS]
    assert 1.0 > left[0] > left[1] > left[2]
    for strength, kept in zip(stress.STRENGTHS, left, strict=True):
        lost = found[f"stress: recall lost, strength {strength}"]
        assert lost.value == pytest.approx(1.0 - kept)
        assert lost.low is not None and lost.high is not None and lost.low <= lost.value <= lost.high


def test_a_reader_that_nothing_disturbs_loses_nothing() -> None:
    """Where every text is found before and after, each measure of loss is nought with no width."""
    found = by_name(stress.stress_measures(records(8), reads(lambda text: "medium"), seed=1))
    lost = [m for name, m in found.items() if "lost" in name]
    assert lost and all((m.value, m.low, m.high) == (0.0, 0.0, 0.0) for m in lost)


def test_kinds_are_told_apart_and_the_costliest_comes_first() -> None:
    """Only the kind that breaks the reader is charged; a kind that finds nothing to change has no row."""

    def blind_to_zero_width(text: str) -> str:
        return "low" if "\u200b" in text or "\u200c" in text or "\u200d" in text else "high"

    measures = stress.stress_measures(records(30), reads(blind_to_zero_width), seed=1)
    found = by_name(measures)
    assert set(found) > {f"stress: recall lost to {group}" for group in REPORT_KINDS}
    rows = [m for m in measures if m.name.removeprefix("stress: recall lost to ") in KINDS]
    assert rows[0].name == "stress: recall lost to zero_width" and rows[0].value > 0.5
    assert all(m.value == 0 for m in rows[1:])
    assert "stress: recall lost to phone_words" not in found  # no advert has a number


def test_a_text_is_disguised_alike_whatever_stands_beside_it() -> None:
    """Seeds hang on the id: fewer texts in other order get the same disguise, and no two the same one."""
    seen: list[list[str]] = []

    def remember(texts: Iterable[str]) -> Iterator[Any]:
        seen.append(list(texts))
        return (SimpleNamespace(level="high") for _ in seen[-1])

    stress.stress_measures(records(6), remember, seed=1)
    whole, count = seen[2], len(seen)
    stress.stress_measures(records(6)[::-1][:3], remember, seed=1)
    assert seen[count + 2] == whole[::-1][:3]
    stress.stress_measures(records(6), remember, seed=2)
    assert all(a != b for a, b in zip(seen[2 * count + 2], whole, strict=True))
    habits = {text.replace(str(i), "") for i, text in enumerate(whole)}
    assert len(habits) == len(whole)


def test_only_cases_are_disguised() -> None:
    """Benign texts do not count, and without a case there is nothing to say."""
    mixed = records(3) + records(5, "benign")
    assert all(m.n <= 3 for m in stress.stress_measures(mixed, reads(word_reader), seed=1))
    assert stress.stress_measures(records(5, "benign"), reads(word_reader), seed=1) == []


def stored(bias: float, seed: int = 0) -> dict[str, np.ndarray]:
    """Arrays of a model that says log-odds `bias` above the true ones, on 1,000 held-out posts."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 3, 1_000)
    case = rng.random(len(truth)) < expit(truth)
    knots = np.array([-20.0, 20.0])
    return {
        "heldout": np.vstack([truth, case, np.full(len(truth), 1 / len(truth))]),
        "knots": knots,
        "values": knots + bias,
    }


LEVELS = Thresholds(low=0.05, medium=0.4, high=0.7)


def ranges(bias: float, seed: int = 0) -> list[tuple[Measure, Measure]]:
    found = calibration_measures(stored(bias, seed), LEVELS, seed=3)
    return list(zip(found[::2], found[1::2], strict=True))


def test_honest_risks_lie_within_the_band_as_often_as_it_says() -> None:
    """Where risks are the true chances, the 95 % band holds what is expected in about 95 of 100 ranges."""
    held = []
    for seed in range(25):
        for expected, observed in ranges(0.0, seed):
            assert expected.name.removesuffix("expected") == observed.name.removesuffix("observed")
            assert observed.low is not None and observed.high is not None
            held.append(observed.low <= expected.value <= observed.high)
    assert len(held) == 100
    assert 88 <= sum(held) <= 99


def test_boastful_risks_lie_outside_the_band() -> None:
    """A model that says log-odds 1.5 too high is shown up in every range of risk."""
    for expected, observed in ranges(1.5):
        assert observed.high is not None and expected.value > observed.high


def test_shares_are_those_of_the_population() -> None:
    """Ordinary posts that weigh a hundred times more make up the share they weigh, however few they are."""
    heldout = np.array([[5.0] * 100 + [5.0] * 10, [1.0] * 100 + [0.0] * 10, [0.001] * 100 + [0.1] * 10])
    arrays = {"heldout": heldout, "knots": np.array([-10.0, 10.0]), "values": np.array([-10.0, 10.0])}
    expected, observed = calibration_measures(arrays, LEVELS, seed=3)
    assert observed.value == pytest.approx(0.1 / 1.1) and expected.value > 0.9
    assert observed.n == 110


def test_a_range_without_posts_is_left_out() -> None:
    """No share is made up for risks that no held-out post has."""
    arrays = {
        "heldout": np.array([[-5.0, -5.0, -5.0], [1.0, 0.0, 0.0], [0.2, 0.4, 0.4]]),
        "knots": np.array([-10.0, 10.0]),
        "values": np.array([-10.0, 10.0]),
    }
    assert [m.n for m in calibration_measures(arrays, LEVELS, seed=3)] == [3, 3]
