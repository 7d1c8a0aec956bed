"""The front door: what callers may rely on, on the default model."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tppo_watch
from tppo_watch.assessor import BATCH, MAX_CHARACTERS, Assessor
from tppo_watch.training.corpus import load_corpus
from tppo_watch.types import LABELS, LEVELS, SCOPES, STANCES, Assessment

CORPUS = Path(__file__).parents[2] / "models" / "corpus"
POIPET = "Loker admin Poipet, gaji 12jt bersih, berangkat visa turis, paspor ditahan, WA 0812-0000-0123"
ODD = [
    "",
    " \n\t",
    "🙂🙂🇰🇭",
    "\ud800x\udfff",
    "\x00",
    "ﷺ" * 50,
    "a\u0301\u0302" * 300,
    "gaji " * 20_000,
    "(" * 5_000,
    "İstanbul",
]


@lru_cache(maxsize=1)
def assessor() -> Assessor:
    return tppo_watch.load()


@lru_cache(maxsize=1)
def sample() -> tuple[str, ...]:
    return tuple(r.text for r in load_corpus([CORPUS])[::37])


def check(a: Assessment, text: str) -> None:
    """Everything the contract says of one assessment."""
    assert a.level in LEVELS and a.label in LABELS and a.stance in STANCES
    assert 0 <= a.interval[0] <= a.risk <= a.interval[1] <= 1
    names = [name for name, _ in a.reasons]
    assert names[0] == "base" and names[-1] == "calibration" and len(names) == len(set(names))
    assert math.isclose(sum(v for _, v in a.reasons), math.log(a.risk / (1 - a.risk)), abs_tol=1e-6)
    for match in (*a.indicators, *a.counter, *a.entities):
        assert 0 <= match.start < match.end <= len(text) and text[match.start : match.end] == match.text
    assert all(m.scope in SCOPES and (m.weight == 0 or m.scope == "asserted") for m in a.indicators)
    assert all(0 <= share <= 1 for share in a.exploitation.values())


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_are_assessed_like_any_other(text: str) -> None:
    """Emptiness, halves of surrogate pairs, control characters and repetition end in an assessment."""
    check(assessor().assess(text), text)


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_text_keeps_the_contract(text: str) -> None:
    """On any Unicode text spans slice back and reasons sum to the log-odds of the risk."""
    check(assessor().assess(text), text)


@pytest.mark.parametrize(
    "letters",
    ["ｌｏｋｅｒ　ａｄｍｉｎ", "l o k e r  a d m i n", "l0k3r adm1n", "𝗹𝗼𝗸𝗲𝗿"],
)
def test_spans_slice_back_under_disguise(letters: str) -> None:
    """Folding moves no offset: what is shown is what was written."""
    text = f"{letters} P o i p e t, g4ji 12jt, p.a.s.p.o.r ditahan bos"
    assessment = assessor().assess(text)
    check(assessment, text)
    assert "document_confiscation" in {m.id for m in assessment.indicators}


@pytest.mark.parametrize("size", [1, 7, BATCH + 1])
def test_an_answer_does_not_depend_on_its_batch(size: int) -> None:
    """A text assessed alone, in a small batch or across batches is assessed the same to the last bit."""
    texts = (sample() * (1 + size // len(sample())))[:size]
    together = list(assessor().assess_many(texts))
    assert together == [assessor().assess(text) for text in texts]


def test_many_texts_are_read_lazily_and_in_order() -> None:
    """A stream is never read more than two batches ahead of what was asked for."""
    taken = 0

    def stream() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield f"gaji {taken} juta"

    results = assessor().assess_many(stream())
    assert [next(results).text for _ in range(3)] == ["gaji 1 juta", "gaji 2 juta", "gaji 3 juta"]
    assert taken <= 2 * BATCH


def test_two_processes_answer_as_one() -> None:
    """Work spread over processes comes back whole, in order and the same."""
    texts = sample()[:40]
    assert list(assessor().assess_many(texts, jobs=2)) == list(assessor().assess_many(texts))


def test_a_wrong_argument_is_named() -> None:
    """What is no text, or too long to be one, is refused in words."""
    with pytest.raises(TypeError, match="must be a str, not bytes"):
        assessor().assess(b"x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="1,000,000 characters"):
        assessor().assess("x" * (MAX_CHARACTERS + 1))
    with pytest.raises(ValueError, match="prevalence"):
        tppo_watch.load(prevalence=1.5)


def test_a_rarer_crime_makes_every_risk_lower() -> None:
    """Risks follow the prevalence that is set, and keep their order."""
    common, rare = tppo_watch.load(prevalence=0.05), tppo_watch.load(prevalence=0.001)
    for text in sample()[:30]:
        assert rare.assess(text).risk < common.assess(text).risk


def test_the_example_of_the_contract() -> None:
    """A recruiter's post is high, with its signs, places, pay and number found and explained."""
    a = assessor().assess(POIPET)
    assert (a.level, a.label, a.stance, a.assistance) == ("high", "trafficking", "offer", False)
    assert {"visitor_visa_for_work", "document_confiscation"} <= {m.id for m in a.indicators}
    assert {"destination", "salary", "contact"} <= {e.kind for e in a.entities}
    assert next(iter(a.exploitation)) == "scam_compound"
    record = a.to_dict()
    assert "assistance" not in record and record["reasons"][0][0] == "base"


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Waspada! Modus loker admin di Kamboja gaji 12 juta, paspor ditahan. Jangan tergiur.", "warning"),
        ("Polisi mengungkap korban dijanjikan gaji 12 juta di Kamboja. Dua tersangka ditangkap.", "news"),
    ],
)
def test_who_warns_is_no_suspect(text: str, stance: str) -> None:
    """A warning or a report does not reach high however many red flags it quotes."""
    a = assessor().assess(text)
    assert a.stance == stance and a.level in ("none", "low")


@pytest.mark.parametrize(
    "text",
    [
        "Tolong saya disekap di Myawaddy, paspor diambil bos, saya mau pulang ke Medan",
        "Kak tolong, adik saya dibawa orang ke Malaysia lewat jalur belakang, lapor ke mana?",
    ],
)
def test_a_plea_reaches_the_lane_of_its_own(text: str) -> None:
    """Somebody who needs help is found, and is not shown as a suspect."""
    a = assessor().assess(text)
    assert a.assistance and a.level in ("none", "low")


def test_an_installed_model_travels_by_its_name(tmp_path):
    """Another machine finds it in its own installation; a folder of one's own travels by its path."""
    assessor = tppo_watch.load("student")
    (again, arguments) = assessor.__reduce__()
    assert arguments[0] == "default"
    assert again(*arguments).digest == assessor.digest
    shutil.copytree(assessor._model.folder, tmp_path / "own")
    assert tppo_watch.load(tmp_path / "own").__reduce__()[1][0] == (tmp_path / "own").resolve()
