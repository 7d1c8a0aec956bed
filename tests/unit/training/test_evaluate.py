"""Each measure on a handful of posts with an answer that can be counted by hand."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

from tppo_watch.errors import InputError
from tppo_watch.training import evaluate
from tppo_watch.training.background import PublicText
from tppo_watch.training.corpus import Record, Span, record_from
from tppo_watch.types import Assessment, Match

UP = {"high": 0.9, "medium": 0.5, "low": 0.1, "none": 0.01}


def record(id: str, label: str = "benign", stance: str = "offer", **rest: Any) -> Record:
    spans = rest.pop("spans", ())
    row = {"id": id, "text": f"text of {id} " + "x" * 40, "label": label, "stance": stance, **rest}
    made = record_from(row, "here")
    return Record(**{**{n: getattr(made, n) for n in made.__slots__}, "spans": tuple(spans)})


def assessment(of: Record, level: str, risk: float | None = None, **rest: Any) -> Assessment:
    fields: dict[str, Any] = {
        "risk": UP[level] if risk is None else risk, "level": level, "label": "benign", "stance": of.stance,
        "assistance": False, "interval": (0.0, 1.0), "exploitation": {}, "indicators": (), "counter": (),
        "entities": (), "reasons": (), "missing": (), "lang": "id", "model": "m", "text": of.text,
    }  # fmt: skip
    return Assessment(**{**fields, **rest})


def values(measures: list[evaluate.Measure]) -> dict[str, float]:
    return {m.name: m.value for m in measures}


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """The ends of intervals are not what is counted here."""
    monkeypatch.setattr(evaluate, "RESAMPLES", 50)


@pytest.fixture
def posts() -> tuple[list[Record], list[Assessment]]:
    """Four cases and six others, none of them easy."""
    case = {"label": "trafficking", "types": ["scam_compound"]}
    rows = [
        (record("c1", risk="high", **case), "high", {"exploitation": {"scam_compound": 0.9, "other": 0.2}}),
        (record("c2", risk="high", **case), "medium", {"exploitation": {"other": 0.5, "scam_compound": 0.4}}),
        (record("c3", risk="medium", assistance=True, **case), "high", {"risk": 0.95, "assistance": True}),
        (record("c4", risk="low", **case), "low", {"stance": "other"}),
        (record("b1"), "none", {}),
        (record("b2"), "medium", {"risk": 0.6}),
        (record("n1", stance="news"), "high", {"risk": 0.91}),
        (record("w1", stance="warning"), "none", {"risk": 0.02}),
        (record("t1", stance="testimony", assistance=True), "low", {"risk": 0.11, "assistance": True}),
        (record("q1", stance="question", assistance=True), "none", {"risk": 0.03, "stance": "offer"}),
    ]  # fmt: skip
    return [r for r, _, _ in rows], [assessment(r, level, **rest) for r, level, rest in rows]


def test_measures_of_posts(posts):
    """Ranking, levels, stance, kind and help are counted among the posts they speak of."""
    found = values(evaluate.posts_measures(*posts, seed=1))
    # By risk: c3 .95, n1 .91, c1 .9, b2 .6, c2 .5, t1 .11, c4 .1, …: precision at each case.
    assert found["average precision"] == pytest.approx((1 / 1 + 2 / 3 + 3 / 5 + 4 / 7) / 4)
    assert found["recall where 4% of the rest pass"] == 1 / 4  # only c3 stands above the highest of the rest
    assert found["recall at medium"] == 3 / 4
    assert found["false alarms at medium"] == 2 / 6
    assert found["recall of grave cases at high"] == 1 / 2
    assert found["cases among posts at high"] == 2 / 3
    assert found["news, warnings, testimony, questions, jokes at high"] == 1 / 4
    assert found["stance right"] == 8 / 10
    assert found["kind of exploitation right"] == 1 / 4  # the likeliest, against the first named
    assert found["assistance: recall"] == 1 / 2  # cases that also ask for help are another lane
    assert found["assistance: precision"] == 1


def test_numbers_and_intervals_go_with_each_figure(posts):
    """A figure says on how many posts it stands, and its interval encloses it, the same for the same seed."""
    found = evaluate.posts_measures(*posts, seed=1)
    number = {m.name: m.n for m in found}
    assert number["recall at medium"] == 4
    assert number["false alarms at medium"] == 6
    assert number["recall of grave cases at high"] == 2
    for measure in found:
        assert measure.low <= measure.value <= measure.high, measure.name
    assert any(m.low < m.high for m in found)
    assert found == evaluate.posts_measures(*posts, seed=1)


def test_recall_at_a_share_of_false_alarms():
    """The threshold lets at most that share of the rest through, not one post more."""
    risk = np.array([0.9, 0.7, 0.5, 0.3, 0.8, 0.6, 0.4, 0.2])
    case = np.array([True] * 4 + [False] * 4)
    assert evaluate.recall_at(risk, case, 0.0) == 1 / 4
    assert evaluate.recall_at(risk, case, 0.25) == 2 / 4
    assert evaluate.recall_at(risk, case, 0.49) == 2 / 4
    assert evaluate.recall_at(risk, case, 0.5) == 3 / 4


def test_what_no_post_can_show_is_left_out():
    """Without posts at high, pleas or talkers there is no figure of them, and no warning."""
    records = [record("c", "trafficking", types=["scam_compound"]), record("b")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = evaluate.posts_measures(
            records, [assessment(records[0], "medium"), assessment(records[1], "none")], seed=1
        )
    assert not any(math.isnan(m.value) for m in found)
    names = {m.name for m in found}
    assert "recall at medium" in names
    assert not [n for n in names if "assistance" in n or "at high" in n]


@pytest.mark.parametrize("label", ["trafficking", "benign"])
def test_one_label_alone_measures_nothing(label):
    """A file of cases only, or without one, is refused by name of what it lacks."""
    posts = [record(id, label) for id in "ab"]
    with pytest.raises(InputError, match="some labelled trafficking and some that are not"):
        evaluate.posts_measures(posts, [assessment(p, "low") for p in posts], seed=1)


def test_measures_of_slices():
    """Cases are counted by kind, language, length and channel, the rest by stance."""
    records = [
        record("c1", "trafficking", types=["scam_compound"]),
        record("c2", "trafficking", types=["scam_compound"]),
        record("n", stance="news"),
    ]
    levels = ["high", "low", "medium"]
    pairs = zip(records, levels, strict=True)
    spoken = dict(zip(records, ("jv", "id", "id"), strict=True))
    found = evaluate.slice_measures(records, [assessment(r, level, lang=spoken[r]) for r, level in pairs])
    assert values(found) == {
        "recall at medium: language jv": 1, "recall at medium: language id": 0,
        "recall at medium: scam_compound": 0.5, "recall at medium: up to 20 words": 0.5,
        "recall at medium: regional languages": 1, "recall at medium: channel other": 0.5,
        "false alarms at medium: language id": 1, "false alarms at medium: news": 1,
        "false alarms at medium: up to 20 words": 1, "false alarms at medium: channel other": 1,
    }  # fmt: skip
    sure = next(m for m in found if m.name == "recall at medium: language jv")
    assert sure.low < 0.5 and sure.high == 1, "one hit of one is no certainty"


def test_measures_of_pairs():
    """A pair counts where the case stands above its twin, and where both are on their side of medium."""
    records, said = [], []
    levels = {"p": ("high", "low"), "q": ("high", "medium"), "r": ("low", "medium"), "s": ("low", "none")}
    for name, (bad, good) in levels.items():
        records += [record(f"{name}1", "trafficking", pair=name), record(f"{name}2", pair=name)]
        said += [assessment(records[-2], bad), assessment(records[-1], good)]
    lone = record("z1", "trafficking", pair="z")
    found = evaluate.pair_measures([*records, lone], [*said, assessment(lone, "none")])
    assert values(found) == {
        "pairs: case above its twin": 0.75,
        "pairs: both on the right side of medium": 0.25,
    }
    assert {m.n for m in found} == {4}
    with pytest.raises(InputError, match="no pair"):
        evaluate.pair_measures([lone], [assessment(lone, "none")])


def test_measures_of_spans():
    """Spans are those of cases; what is found in other posts does not count."""
    span = Span("indicator", "passport", 0, 10)
    records = [record("c", "trafficking", spans=[span]), record("b", spans=[span])]
    sign = Match("passport", 2, 10, "t", "means", "asserted")
    extra = Match("visa", 20, 24, "t", "means", "asserted")
    said = [
        assessment(records[0], "high", indicators=(sign, extra)),
        assessment(records[1], "none", indicators=(extra,)),
    ]
    found = evaluate.span_measures(records, said, seed=1)
    assert values(found) == {"indicator spans: recall": 1, "indicator spans: precision": 0.5}


def test_share_of_the_text_model():
    """The median share of the text among the parts at high; base, calibration and lower levels stay out."""
    base = [("base", -4.0), ("calibration", 3.0)]
    post = record("c")
    said = [
        assessment(post, "high", reasons=(*base, ("text", 1.0), ("sign", 3.0))),
        assessment(post, "high", reasons=(*base, ("text", -1.0), ("sign", 1.0))),
        assessment(post, "high", reasons=(*base, ("sign", 1.0))),
        assessment(post, "low", reasons=(*base, ("text", 9.0))),
    ]
    (found,) = evaluate.balance_measures(said)
    assert (found.value, found.n) == (0.25, 3)
    assert evaluate.balance_measures(said[3:])[0].n == 0


def test_measures_of_public_text():
    """False alarms in all, and by file, at high and at medium or above."""
    texts = [PublicText(str(i), "t", "news", family) for i, family in enumerate("aabb")]
    said = [assessment(record("x"), level) for level in ("high", "none", "medium", "low")]
    assert values(evaluate.public_measures(texts, said)) == {
        "public text at high: all": 0.25, "public text at medium or above: all": 0.5,
        "public text at high: a": 0.5, "public text at medium or above: a": 0.5,
        "public text at high: b": 0, "public text at medium or above: b": 0.5,
    }  # fmt: skip
    with pytest.raises(InputError, match="no public text"):
        evaluate.public_measures([], [])
