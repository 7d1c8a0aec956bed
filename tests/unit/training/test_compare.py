"""Two models on the same posts: differences that are there are found, and chance is not taken for one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tppo_watch.training import compare as module
from tppo_watch.training.compare import compare
from tppo_watch.training.corpus import Record, record_from
from tppo_watch.training.slices import slices_of
from tppo_watch.types import Assessment, Entity


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """Enough for the sign of a clear difference."""
    monkeypatch.setattr(module, "RESAMPLES", 200)


def record(i: int, case: bool, **rest: Any) -> Record:
    label = "trafficking" if case else "benign"
    return record_from(
        {"id": f"r{i}", "text": f"post {i}", "label": label, "stance": "offer", **rest}, "here"
    )


def assessment(of: Record, risk: float, entities: tuple[Entity, ...] = ()) -> Assessment:
    return Assessment(
        risk=risk, level="medium" if risk >= 0.5 else "none", label="benign", stance="offer",
        assistance=False, interval=(0.0, 1.0), exploitation={}, indicators=(), counter=(), entities=entities,
        reasons=(), missing=(), lang=of.lang[0], model="m", text=of.text,
    )  # fmt: skip


@pytest.fixture
def posts() -> list[Record]:
    """Forty cases, half of them in Javanese, and sixty others."""
    return [record(i, i < 40, lang=["jv"] if i % 2 else ["id"]) for i in range(100)]


def test_a_model_is_no_worse_than_itself(posts) -> None:
    """The same answers twice differ nowhere."""
    same = [assessment(r, 0.9 if r.label == "trafficking" else 0.1) for r in posts]
    found = compare(posts, same, same, seed=1)
    assert len(found) > 8 and not any(d.is_worse for d in found)
    assert all(d.low == d.high == 0 for d in found)


def test_a_loss_in_one_slice_is_found(posts) -> None:
    """A challenger that misses Javanese cases is worse there, though it has fewer false alarms."""
    champion = [assessment(r, 0.9 if r.label == "trafficking" or r.id == "r99" else 0.1) for r in posts]
    challenger = [
        assessment(r, 0.9 if r.label == "trafficking" and r.lang == ("id",) else 0.1) for r in posts
    ]
    found = {d.name: d for d in compare(posts, champion, challenger, seed=1)}
    assert found["recall at medium: language jv"].is_worse
    assert found["recall at medium: regional languages"].challenger == 0
    assert not found["recall at medium: language id"].is_worse
    assert not found["false alarms at medium"].is_worse


def test_chance_is_no_difference(posts) -> None:
    """Two models that err equally often at random are told apart by no measure of the whole."""
    rng = np.random.default_rng(2)
    both = [[assessment(r, rng.random()) for r in posts] for _ in range(2)]
    whole = compare(posts, *both, seed=1)[:3]
    assert not all(d.is_worse for d in whole)
    assert all(d.low < d.high for d in whole)


def test_lawful_work_abroad_is_a_slice_of_its_own() -> None:
    """Offers of work abroad that are no cases are guarded together; a case is not among them."""
    abroad = (Entity("destination", 0, 4, "post", {"country": "TW"}), Entity("gender", 0, 4, "post", {}))
    lawful, case = record(1, False), record(2, True, types=["scam_compound"])
    assert "lawful work abroad" in set(slices_of(lawful, assessment(lawful, 0.1, abroad)))
    names = set(slices_of(case, assessment(case, 0.1, abroad)))
    assert "lawful work abroad" not in names and {"scam_compound", "a gender is named"} <= names
