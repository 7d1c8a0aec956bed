"""What a corpus is held to: form, guideline, spans, near-duplicates, leaks."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tppo_watch.training import check
from tppo_watch.training.corpus import record_from

CORPUS = Path(__file__).parents[3] / "models" / "corpus"
TEXT = "Butuh waitress kafe di Tabang, kasbon 3 juta di depan, KTP dititip sama mami"
CASE = {
    "id": "x-1", "text": TEXT, "label": "trafficking", "stance": "offer",
    "types": ["sexual_exploitation_adult"], "risk": "high", "channel": "chat", "lang": ["id"],
    "spans": [{"kind": "indicator", "id": "document_confiscation", "start": 55, "end": 76}],
}  # fmt: skip
BENIGN = {**CASE, "label": "benign", "stance": "warning", "types": [], "risk": "none", "spans": []}


def span(start: int, end: int, kind: str = "entity", id: str = "salary") -> dict[str, Any]:
    return {"kind": kind, "id": id, "start": start, "end": end}


def written(folder: Path, *rows: dict[str, Any], name: str = "a.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def problems(folder: Path, *rows: dict[str, Any]) -> list[str]:
    return list(check.problems_of(check.read_rows([written(folder, *rows)])))


@pytest.mark.parametrize("row", [CASE, BENIGN, {**BENIGN, "stance": "offer", "risk": "low"}])
def test_a_record_by_the_guideline_passes(tmp_path: Path, row: dict) -> None:
    """Nothing is said of a record that keeps the guideline."""
    assert problems(tmp_path, row) == []


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ({**CASE, "types": []}, "types: a case names its kind"),
        ({**BENIGN, "types": ["baby_trade"]}, "types: a case names its kind"),
        ({**CASE, "types": ["slavery"]}, "types: 'slavery' is unknown"),
        ({**CASE, "types": ["baby_trade", "baby_trade"]}, "types: one stands twice"),
        ({**CASE, "risk": "none"}, "risk: none does not go"),
        ({**BENIGN, "risk": "low"}, "risk: low does not go"),
        ({**BENIGN, "stance": "offer", "risk": "medium"}, "risk: medium does not go"),
        ({**CASE, "stance": "news"}, "stance: a news makes no case"),
        ({**CASE, "risk": "medium", "types": ["child_labour_begging"]}, "takes a minor is high"),
        ({**CASE, "risk": "low", "spans": [span(0, 5, "indicator", "minor_accepted")]}, "a minor is high"),
        ({**CASE, "ordinary": True}, "ordinary: only a benign text"),
        ({**BENIGN, "assistance": False}, "assistance: is true or absent"),
        ({**CASE, "channel": "pigeon"}, "channel: 'pigeon'"),
        ({**CASE, "lang": ["Bahasa"]}, "lang:"),
        ({**CASE, "spans": [span(0, 6)]}, "begins or ends with white space"),
        ({**CASE, "spans": [span(5, 6)]}, "is blank"),
        ({**CASE, "spans": [span(0, 999)]}, "outside the text"),
        ({**CASE, "spans": [span(0, 5, "feeling")]}, "the kind is unknown"),
        ({**CASE, "spans": [span(0, 5, "indicator", "bad_luck")]}, "'bad_luck' is unknown"),
        ({**CASE, "spans": [{**span(0, 5), "alt": ["wealth"]}]}, "'wealth' is unknown"),
        ({**CASE, "spans": [span(0, 5), span(0, 5)]}, "stands twice"),
        ({**CASE, "spans": [{"kind": "entity"}]}, "each needs kind, id, start and end"),
        ({**CASE, "types": 5}, "missing or of the wrong kind"),
        ({**CASE, "label": "evil"}, "'evil' is none of"),
        ({**CASE, "pair": "7"}, "pair 7: has 1 texts"),
    ],
)  # fmt: skip
def test_each_defect_is_named_once(tmp_path: Path, row: dict, what: str) -> None:
    """One defect gives one line, which says what is wrong."""
    found = problems(tmp_path, row)
    assert len(found) == 1 and what in found[0], found


def test_a_defect_says_where_it_stands(tmp_path: Path) -> None:
    """File, line and id lead to the record; the lines before it pass."""
    (found,) = problems(tmp_path, CASE, {**BENIGN, "id": "x-2", "types": ["baby_trade"]})
    assert found.startswith("a.jsonl:2 x-2: ")


def test_an_id_given_twice_is_named(tmp_path: Path) -> None:
    """An id leads to one record only, over all files."""
    written(tmp_path, CASE)
    written(tmp_path, {**BENIGN, "text": "lain sama sekali"}, name="b.jsonl")
    assert list(check.problems_of(check.read_rows([tmp_path]))) == ["x-1: id: given 2 times"]


def record(id: str, text: str, **more: Any):
    return record_from({**BENIGN, "id": id, "text": text, **more}, "test")


def test_near_duplicates_are_found_but_in_a_pair() -> None:
    """One changed word makes no new text, whatever the case; a pair is made that way on purpose."""
    other = TEXT.upper().replace("TABANG", "Berau").replace(",", " --")
    far = "Ibu-ibu, arisan besok pindah ke rumah Bu Ratih jam dua siang ya"
    (found,) = check.near_duplicates([record("a", TEXT), record("b", far), record("c", other)])
    assert (found.first, found.second) == ("a", "c") and 0.5 <= found.overlap < 1
    assert check.near_duplicates([record("a", TEXT, pair="1"), record("c", other, pair="1")]) == []
    assert len(check.near_duplicates([record("a", TEXT, pair="1"), record("c", other, pair="2")])) == 1


def test_short_texts_are_compared_whole() -> None:
    """Texts of up to three words have no three in a row, and still are found when they are the same."""
    assert len(check.near_duplicates([record("a", "Mau kerja?"), record("b", "mau kerja")])) == 1
    apart = [record("a", "mau kerja"), record("b", "mau makan"), record("c", "??"), record("d", "!")]
    assert check.near_duplicates(apart) == []


def test_a_leak_is_shown_by_ids_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who mends the corpus learns that a measured text is in it, and not how it reads."""
    corpus = written(tmp_path, CASE)
    measuring = written(tmp_path, {**CASE, "id": "dev-9", "text": TEXT + " ya"}, name="dev.jsonl")
    assert check.main([str(corpus), "--against", str(measuring)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("leak: x-1 dev-9 0.9") and "waitress" not in out
    assert check.main([str(corpus)]) == 0


def test_a_file_that_measures_must_be_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A measured text that cannot be read is an error, for a leak of it would not be seen."""
    corpus = written(tmp_path, CASE)
    measuring = written(tmp_path, {**CASE, "label": "evil"}, name="dev.jsonl")
    assert check.main([str(corpus), "--against", str(measuring)]) == 1
    assert check.main([str(corpus), "--against", str(tmp_path / "none.jsonl")]) == 1
    assert capsys.readouterr().err.count("\n") == 2


def test_the_corpus_has_no_defect() -> None:
    """The corpus in the tree keeps the guideline and repeats nothing; checking it takes under 20 s."""
    begun = time.perf_counter()
    rows = check.read_rows([CORPUS])
    assert list(check.problems_of(rows)) == []
    assert check.near_duplicates([row.record for row in rows if row.record]) == []
    assert time.perf_counter() - begun < 20


def test_the_datasheet_states_the_composition_as_counted() -> None:
    """Figures of the datasheet are those of ``check --counts``, and change with the corpus."""
    sheet = (CORPUS / "README.md").read_text(encoding="utf-8")
    counted = check.composition(check.read_rows([CORPUS]))
    assert counted in sheet, "put what `check models/corpus --counts` prints into its section of the sheet"
