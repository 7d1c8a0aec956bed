"""A model with a second reading, trained on a sample with a tiny encoder: small, but whole."""

from __future__ import annotations

from datetime import date
from math import log
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

import tppo_watch
from tppo_watch.assess.cascade import Band, reread
from tppo_watch.assessor import read_text
from tppo_watch.classifiers import store
from tppo_watch.classifiers.store import ENCODER
from tppo_watch.classifiers.transformer import checkpoint
from tppo_watch.errors import ModelMismatchError
from tppo_watch.indicators.finder import default_finder
from tppo_watch.indicators.matcher import Hit
from tppo_watch.indicators.seen import Seen, SignLimits
from tppo_watch.knowledge import rules
from tppo_watch.training import cascade, fit
from tppo_watch.training.corpus import load_corpus, record_from
from tppo_watch.training.train import train

CORPUS = Path(__file__).parents[3] / "models" / "corpus"
OFFER = "Loker admin Poipet, gaji 12jt bersih, berangkat visa turis, paspor ditahan, WA 0812-0000-0123"
CHAT = "hujan lagi, besok jadi main bola nggak ya"


@pytest.fixture(scope="module", autouse=True)
def short():
    """Fewer folds and refits than in earnest, for time."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (fit, "FOLDS", 2),
            (fit, "REFITS", 5),
            (cascade, "FOLDS", 2),
            (cascade, "WEIGHT_FOLDS", 2),
        ):
            patch.setattr(module, name, value)
        yield


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Path:
    """Every twentieth record of the corpus."""
    lines = [line for path in sorted(CORPUS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    file = tmp_path_factory.mktemp("sample") / "sample.jsonl"
    file.write_text("\n".join(lines[::20]), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def teaching(sample, tmp_path_factory) -> cascade.Teaching:
    """An encoder of two narrow layers that knows the words of the sample, in a folder of its own."""
    words = {token for record in load_corpus([sample]) for token in read_text(record.text).document.tokens}
    pieces = [(piece, 0.0) for piece in checkpoint.SPECIAL]
    pieces += [(checkpoint.SPACE + word, -5.0) for word in sorted(words)]
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=checkpoint.unigram(pieces), pad_token="<pad>", unk_token="<unk>"
    ).save_pretrained(folder)
    return cascade.Teaching(tmp_path_factory.mktemp("work"), str(folder), layers=2, epochs=1)


@pytest.fixture(scope="module")
def model(sample, teaching, tmp_path_factory) -> Path:
    """The folder of the trained model."""
    out = tmp_path_factory.mktemp("models") / "small"
    train([sample], out, teaching=teaching, today=date(2026, 11, 24))
    return out


def test_the_encoder_is_asked_about_what_is_not_ruled_out(model, sample) -> None:
    """Cases are read twice and say so in their reasons, much of the rest once; both sums hold."""
    records = load_corpus([sample])
    assessed = list(tppo_watch.load(model).assess_many(record.text for record in records))
    asked = np.array(["encoder" in dict(assessment.reasons) for assessment in assessed])
    case = np.array([record.label == "trafficking" for record in records])
    assert asked[case].mean() > 0.98 and asked[~case].mean() < 0.8
    for assessment in assessed:
        odds = log(assessment.risk / (1 - assessment.risk))
        assert sum(value for _, value in assessment.reasons) == pytest.approx(odds, abs=1e-6)


def test_an_answer_does_not_depend_on_its_batch(model) -> None:
    """What the encoder says of a text is the same to the last bit whatever stands beside it."""
    assessor = tppo_watch.load(model)
    together = list(assessor.assess_many([CHAT, OFFER, OFFER + " gaji besar " * 30, CHAT]))
    assert together[1] == assessor.assess(OFFER)


def test_two_processes_answer_as_one(model) -> None:
    """An assessor with an encoder works in other processes and gives the same answers."""
    assessor = tppo_watch.load(model)
    texts = [OFFER, CHAT] * 3
    assert list(assessor.assess_many(texts, jobs=2)) == list(assessor.assess_many(texts))


def test_without_onnxruntime_the_student_answers(model, monkeypatch) -> None:
    """Where the encoder cannot run the model still assesses, by its linear heads and rules."""
    monkeypatch.setattr(store, "is_available", lambda: False)
    offer = tppo_watch.load(model).assess(OFFER)
    assert "encoder" not in dict(offer.reasons) and offer.risk > 0.1


def test_a_stopped_training_goes_on(sample, teaching, model, tmp_path, monkeypatch) -> None:
    """Networks that were taught before are not taught again, and the model comes out the same."""

    def never(*_: object) -> None:
        raise AssertionError("taught again")

    monkeypatch.setattr(cascade, "_teach", never)
    train([sample], tmp_path / "small", teaching=teaching, today=date(2026, 11, 24))
    assert (tmp_path / "small" / "manifest.json").read_bytes() == (model / "manifest.json").read_bytes()


def test_a_changed_byte_of_the_encoder_is_refused(model, tmp_path) -> None:
    """An encoder that is not the one of the manifest is not run."""
    folder = tmp_path / "altered"
    folder.mkdir()
    for file in model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    content = bytearray((folder / ENCODER).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / ENCODER).write_bytes(content)
    with pytest.raises(ModelMismatchError, match=ENCODER):
        tppo_watch.load(folder)


def test_the_band_holds_either_kind_of_post() -> None:
    """A post is passed on for its risk or because somebody may need help."""
    band = Band(risk=-1.0, assistance=0.5)
    held = band.holds(np.array([-2.0, -1.0, -2.0]), np.array([0.0, 0.0, 0.5]))
    assert held.tolist() == [False, True, True]


def _seen(log_odds: dict[tuple[str, int], float], words: int, keep: float, add: float) -> Seen:
    column = {indicator.id: i for i, indicator in enumerate(rules.indicators())}
    seen = np.full((words, len(column)), -9.0)
    for (id, word), value in log_odds.items():
        seen[word, column[id]] = value
    return Seen(seen, SignLimits(keep, add, grow=0.0))


def test_doubted_signs_go_and_sure_ones_come() -> None:
    """A hit that the encoder thinks unlikely is dropped; a run of words that it is sure of becomes one."""
    held, abroad = "document_confiscation", "visitor_visa_for_work"
    seen = _seen({(held, 1): 3.0, (held, 3): 3.0, (abroad, 0): -8.0}, 6, keep=-4.0, add=2.0)
    assert seen.judged([Hit(abroad, 0, 0), Hit("a_cue", 0, 1)]) == [Hit("a_cue", 0, 1), Hit(held, 1, 3)]


def test_a_run_goes_on_while_its_words_are_not_unlikely() -> None:
    """One sure word is enough for those beside it; a run without any is no sign."""
    id, other = "document_confiscation", "visitor_visa_for_work"
    seen = _seen({(id, 1): 0.5, (id, 2): 3.0, (id, 4): 0.1, (other, 1): 1.9, (other, 2): 1.9}, 6, -4.0, 2.0)
    assert seen.judged([]) == [Hit(id, 1, 4)]


def test_a_sign_that_a_rule_found_is_not_found_twice() -> None:
    """Where rule and encoder see the same sign it is one, as wide as what both see."""
    id = "document_confiscation"
    seen = _seen({(id, 1): 3.0, (id, 2): 3.0}, 4, keep=-4.0, add=2.0)
    assert seen.judged([Hit(id, 2, 3)]) == [Hit(id, 2, 3)]
    assert seen.widened(Hit(id, 2, 3)) == (1, 3)
    assert seen.widened(Hit(id, 3, 3)) == (3, 3) == seen.widened(Hit("a_cue", 3, 3))


def test_two_hits_in_one_run_are_one_sign() -> None:
    """What a reader sees marked once is counted once, and its scope is that of the words that were found."""
    text = "paspor ditahan bos. gaji besar sekali. paspor ditahan agen"
    reading = read_text(text)
    id = "document_confiscation"
    (first, second) = (m for m in reading.signs.indicators if m.id == id)
    words = len(reading.document.tokens)
    seen = _seen(dict.fromkeys(((id, word) for word in range(words)), 3.0), words, keep=-4.0, add=2.0)
    (match,) = (m for m in reread(reading, seen, default_finder()).signs.indicators if m.id == id)
    assert (match.start, match.end) == (0, len(text)) and match.scope == first.scope == second.scope


def test_words_that_were_not_read_say_nothing() -> None:
    """A hit behind the end of what the encoder reads keeps its say."""
    seen = _seen({}, 2, keep=-4.0, add=2.0)
    assert seen.judged([Hit("document_confiscation", 5, 6)]) == [Hit("document_confiscation", 5, 6)]


def test_marks_of_a_record_reach_its_words() -> None:
    """Marked spans become runs of words, and a victim's words in an offer teach nothing of pleas."""
    text = "Paspor dipegang bos, gaji 5jt"
    row = {"id": "x", "text": text, "label": "trafficking", "stance": "offer", "assistance": True}
    row["spans"] = [{"kind": "indicator", "id": "document_confiscation", "start": 0, "end": 19}]
    (example, *_) = cascade.examples_of(read_text(text), record_from(row, "here"), seed=1)
    column = [indicator.id for indicator in rules.indicators()].index("document_confiscation")
    assert example.spans == ((column, 0, 2),)
    assert np.isnan(example.flags[2]) and example.flags[0] == 1.0
