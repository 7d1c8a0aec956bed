"""Labelled records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tppo_watch.errors import InputError
from tppo_watch.knowledge import rules
from tppo_watch.training.corpus import half_of, load_corpus, record_from
from tppo_watch.training.population import Population

CORPUS = Path(__file__).parents[3] / "models" / "corpus"
GOOD = {"id": "x", "text": "gaji 5 juta", "label": "benign", "stance": "offer", "spans": []}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "evil"}, "label: 'evil'"), ({"stance": "angry"}, "stance: 'angry'"),
        ({"risk": "huge"}, "risk: 'huge'"),
        ({"text": ""}, "text: missing"), ({"id": None}, "id: missing"),
        ({"spans": [{"kind": "entity", "id": "salary", "start": 5, "end": 99}]}, "outside the text"),
        ({"spans": [{"kind": "entity", "id": "salary"}]}, "each needs kind, id, start and end"),
        ({"spans": ["salary"]}, "each needs kind, id, start and end"),
    ],
)  # fmt: skip
def test_a_wrong_record_is_refused_by_file_line_and_field(change: dict, message: str) -> None:
    """The error says where the record stands and which field is wrong."""
    with pytest.raises(InputError, match=message) as caught:
        record_from({**GOOD, **change}, "corpus.jsonl:7")
    assert "corpus.jsonl:7" in str(caught.value)


@pytest.mark.parametrize("line", [b"{oops", b"[1, 2]", b'{"id": "\xff"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: bytes) -> None:
    """A line that is not JSON, no object or in another encoding is reported with its number."""
    (tmp_path / "a.jsonl").write_bytes(json.dumps(GOOD).encode() + b"\n\n" + line + b"\n")
    with pytest.raises(InputError, match="a.jsonl:3"):
        load_corpus([tmp_path])


def test_a_folder_without_records_is_named(tmp_path: Path) -> None:
    """An empty folder or a wrong path is an error with the path in it, not an empty corpus."""
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match=path.name):
            load_corpus([path])


def test_the_corpus_keeps_the_guideline() -> None:
    """Ids are unique; indicators, kinds of exploitation and spans are those of the knowledge base."""
    records = load_corpus([CORPUS])
    assert len(records) == len({r.id for r in records}) > 4_000
    indicators = {i.id for i in rules.indicators()}
    counters = {c.id for c in rules.counters()}
    types = {t.id for t in rules.exploitation_types()}
    for record in records:
        assert set(record.types) <= types, record.id
        assert bool(record.types) == (record.label == "trafficking"), record.id
        for span in record.spans:
            known = {"indicator": indicators, "counter": counters}.get(span.kind)
            assert known is None or span.id in known, (record.id, span.id)
            assert record.text[span.start : span.end].strip(), record.id


def test_phone_numbers_in_the_corpus_are_fictitious() -> None:
    """No number in our own texts can be somebody's."""
    import re

    number = re.compile(r"(?:\+?62|\b0)8[\d\s.\-]{8,14}\d")
    hours = re.compile(r"\d\d\.\d\d\s*-?\s*\d\d\.\d\d")
    for record in load_corpus([CORPUS]):
        for found in number.findall(record.text):
            digits = re.sub(r"\D", "", found)
            assert "8120000" in digits or hours.fullmatch(found), (record.id, found)


def test_halves_are_fixed_for_ever() -> None:
    """Which half a text belongs to hangs on its id alone; a change here would let training text measure."""
    assert [half_of(id) for id in ("a", "b", "c", "lokerid-1", "social-77")] == [0, 0, 0, 1, 1]


def test_population_weights_sum_to_their_shares() -> None:
    """Cases, look-alikes and ordinary posts count as in life, however many of each the corpus has."""
    import numpy as np

    kinds = np.array([0] * 5 + [1] * 50 + [2] * 7)
    weights = Population(0.01, 0.02).weights(kinds)
    assert [round(weights[kinds == k].sum(), 9) for k in (0, 1, 2)] == [0.01, 0.02, 0.97]
