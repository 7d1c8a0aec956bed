"""A model trained on a sample of the corpus: small, but a model in every respect."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import tppo_watch
from tppo_watch.assess.evidence import COMBINATIONS, EvidenceSpace
from tppo_watch.assessor import read_text
from tppo_watch.classifiers.store import StoredModel, read_model
from tppo_watch.knowledge import rules
from tppo_watch.training import fit as fitting
from tppo_watch.training.corpus import Record, load_corpus
from tppo_watch.training.train import train

CORPUS = Path(__file__).parents[3] / "models" / "corpus"
SIZE = 400


@pytest.fixture(scope="module", autouse=True)
def splits():
    """Fewer folds and refits than in earnest, for time; keeps every split as (train, held out)."""
    seen = []

    class Watched(fitting.StratifiedGroupKFold):
        def split(self, X, y=None, groups=None):
            for fold in super().split(X, y, groups):
                seen.append(fold)
                yield fold

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "FOLDS", 2)
        patch.setattr(fitting, "REFITS", 5)
        patch.setattr(fitting, "StratifiedGroupKFold", Watched)
        yield seen


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    """A file of pairs, for a tenth, and of records spread evenly over the corpus."""
    lines = [
        line
        for path in sorted(CORPUS.glob("*.jsonl"))
        for line in path.read_text("utf-8").split("\n")
        if line
    ]
    paired = [line for line in lines if json.loads(line).get("pair")][: SIZE // 10]
    others = [line for line in lines if not json.loads(line).get("pair")]
    rest = SIZE - len(paired)
    file = tmp_path_factory.mktemp("corpus") / "sample.jsonl"
    chosen = paired + [others[i * len(others) // rest] for i in range(rest)]
    file.write_text("\n".join(chosen), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def sample(corpus) -> list[Record]:
    return load_corpus([corpus])


@pytest.fixture(scope="module")
def trained(corpus, splits, tmp_path_factory) -> tuple[Path, list[str], list]:
    """A model's folder, what was said while it was trained, and the folds."""
    out, said = tmp_path_factory.mktemp("models") / "small", []
    del splits[:]
    train([corpus], out, seed=3, today=date(2026, 1, 2), say=said.append)
    return out, said, list(splits)


@pytest.fixture(scope="module")
def folder(trained) -> Path:
    return trained[0]


@pytest.fixture(scope="module")
def model(folder) -> StoredModel:
    return read_model(folder)


def test_the_folder_is_a_model(trained, sample):
    """The library loads it by its path, it assesses and explains, and says how far the training was."""
    folder, said, _ = trained
    assessor = tppo_watch.load(folder)
    assert assessor.name == "small-1"
    texts = [r.text for r in sample[:40]]
    for text, assessment in zip(texts, assessor.assess_many(texts), strict=True):
        total = sum(part for _, part in assessment.reasons)
        assert 1 / (1 + np.exp(-total)) == pytest.approx(assessment.risk, abs=1e-6), text
        assert assessment.model == "small-1"
    assert said[0] == f"reading {SIZE} records"
    assert len(said) > fitting.FOLDS


def test_it_has_learnt_the_difference(folder, sample):
    """Even so small a model ranks cases above the rest of what it has seen."""
    risks = np.array([a.risk for a in tppo_watch.load(folder).assess_many(r.text for r in sample)])
    case = np.array([r.label == "trafficking" for r in sample])
    assert np.median(risks[case]) > np.quantile(risks[~case], 0.95)


def test_the_card_states_the_data(folder, model):
    """The card names the records, the population and every figure that the configuration holds."""
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f"{SIZE} records" in card
    assert "2026-01-02" in card
    assert "1.0% cases" in card
    for name, value in model.config["figures"].items():
        assert f"| {name} | {value:.4f} |" in card


def test_the_same_seed_makes_the_same_bytes(folder, corpus, tmp_path):
    """Every file has the digest it had, wherever the model is written."""
    again = tmp_path / "small"
    train([corpus], again, seed=3, today=date(2026, 1, 2))
    assert (again / "manifest.json").read_text() == (folder / "manifest.json").read_text()


def test_thresholds_are_ordered(folder):
    """A higher level asks for a higher risk, at the prevalence of the card and at others."""
    for prevalence in (None, 0.001, 0.05, 0.3):
        limits = tppo_watch.load(folder, prevalence=prevalence).thresholds
        assert 0 < limits.low <= limits.medium <= limits.high < 1


def test_weights_keep_their_bounds(model):
    """No indicator speaks for innocence, no counter-evidence for guilt, no head decides alone; refits too."""
    space = EvidenceSpace()
    weights, refits = model.arrays["evidence"], model.arrays["refits"][:, :-1]
    for rows in (weights[np.newaxis], refits):
        for indicator in rules.indicators():
            assert rows[:, space.column[indicator.id]].min() >= 0, indicator.id
        for name in space.names:
            if name.startswith("counter:"):
                assert rows[:, space.column[name]].max() <= 0, name
        for name in COMBINATIONS:
            assert rows[:, space.column[name]].min() >= 0, name
        for name in ("text", "stance"):
            assert 0 <= rows[:, space.column[name]].min(), name
            assert rows[:, space.column[name]].max() <= fitting.TEXT_WEIGHT_LIMIT, name
    assert len(refits) == fitting.REFITS


def test_the_calibration_rises(model):
    """A higher sum never means a lower risk."""
    assert (np.diff(model.arrays["knots"]) > 0).all()
    assert (np.diff(model.arrays["values"]) > 0).all()


def test_held_out_posts_weigh_as_in_the_population(model):
    """The cases among them weigh 1 %, however many there are."""
    _, case, weight = model.arrays["heldout"]
    assert weight.sum() == pytest.approx(1)
    assert weight[case > 0].sum() == pytest.approx(0.01)


def test_the_vocabulary_holds_no_word_of_the_background(corpus, tmp_path):
    """What only unlabelled text says cannot be read out of the model, though it shapes the weights."""
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(corpus.read_text("utf-8").split("\n")[::4]), encoding="utf-8")
    rows = [
        {"id": f"b{n}", "text": "zyxwbukankata dan loker biasa", "kind": "news", "license": "MIT"}
        for n in range(40)
    ]
    background = tmp_path / "background.jsonl"
    background.write_text("".join(json.dumps(row) + "\n" for row in rows))
    train([few], tmp_path / "m", background=background, today=date(2026, 1, 2))
    stored = read_model(tmp_path / "m")
    assert stored.config["background"] > 10
    assert not [feature for feature in stored.features if "zyxw" in feature]


def test_pairs_are_never_split(trained, sample):
    """The two of a pair are always on one side of a fold; every text is held out once."""
    folds = trained[2]
    pairs = Counter(r.pair for r in sample if r.pair)
    assert sum(n == 2 for n in pairs.values()) >= 10
    assert len(folds) == fitting.FOLDS
    for kept, out in folds:
        assert {sample[i].pair for i in kept} & {sample[i].pair for i in out} == {None}
    assert sorted(np.concatenate([out for _, out in folds])) == list(range(SIZE))


def test_ordinary_texts_are_told_from_look_alikes(sample):
    """Records marked ordinary stand with the background; a case is a case whatever else it is."""
    data = fitting.gather(sample, ["Resep rendang", "Jual motor"], lambda text: read_text(text[:10]))
    assert len(data.readings) == SIZE + 2
    for record, kind in zip(data.records, data.kinds, strict=True):
        expected = 2 if record is None or record.ordinary else 1
        assert kind == (0 if record is not None and record.label == "trafficking" else expected)
    assert (data.is_case == (data.kinds == 0)).all()
    assert len(set(data.groups[SIZE:])) == 2
