"""Public text: what may train never measures, and what may not train never does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tppo_watch.errors import InputError
from tppo_watch.training.background import MAX_CHARACTERS, MEASURES, TRAINS, public_texts
from tppo_watch.training.corpus import half_of


def write(folder: Path, name: str, rows: list[dict]) -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def row(number: int, kind: str = "news", **rest: str) -> dict:
    return {"id": f"t{number}", "text": f"teks {number}", "kind": kind, **rest}


def ids(path: Path, half: int) -> set[str]:
    return {text.id for text in public_texts(path, half)}


def test_halves_share_no_text(tmp_path):
    """Each text is in one half, by a hash of its id, whatever file or order it comes in."""
    rows = [row(n) for n in range(100)]
    write(tmp_path, "a.jsonl", rows[:60])
    write(tmp_path, "b.jsonl", rows[60:])
    trains, measures = ids(tmp_path, TRAINS), ids(tmp_path, MEASURES)
    assert trains & measures == set()
    assert trains | measures == {r["id"] for r in rows}
    assert min(len(trains), len(measures)) > 30
    assert {half_of(id) for id in trains} == {0}
    write(tmp_path, "a.jsonl", rows[::-1])
    (tmp_path / "b.jsonl").unlink()
    assert ids(tmp_path, TRAINS) == trains


@pytest.mark.parametrize("license", ["CC-BY-NC-4.0", "cc by-nc-sa 4.0", "CC BY-NC"])
def test_what_is_not_for_commerce_never_trains(tmp_path, license):
    """Text under a non-commercial licence is left out of the half that trains, and measures as any other."""
    write(tmp_path, "a.jsonl", [row(n, license=license) for n in range(40)])
    assert ids(tmp_path, TRAINS) == set()
    assert ids(tmp_path, MEASURES) == {f"t{n}" for n in range(40) if half_of(f"t{n}") == MEASURES}


@pytest.mark.parametrize("license", ["CC-BY-4.0", "CC0-1.0", "MIT", "incorporated", ""])
def test_free_licences_train(tmp_path, license):
    """Other licences do train, whatever letters stand in their names."""
    write(tmp_path, "a.jsonl", [row(n, license=license) for n in range(40)])
    assert len(ids(tmp_path, TRAINS)) > 10


def test_false_job_offers_are_in_neither_half(tmp_path):
    """A false offer is no ordinary text and no false alarm; `other` trains but does not measure."""
    rows = [row(n, kind) for n, kind in enumerate(["fake_job", "other", "ad_formal"] * 30)]
    write(tmp_path, "a.jsonl", rows)
    assert {t.kind for t in public_texts(tmp_path, TRAINS)} == {"other", "ad_formal"}
    assert {t.kind for t in public_texts(tmp_path, MEASURES)} == {"ad_formal"}


def test_a_text_knows_its_file_and_is_cut(tmp_path):
    """One file can be given alone; the family is its name, and an endless text ends."""
    rows = [{**row(n), "text": "x" * 10_000} for n in range(20)]
    write(tmp_path, "koran.jsonl", rows)
    texts = list(public_texts(tmp_path / "koran.jsonl", TRAINS))
    assert {t.family for t in texts} == {"koran"}
    assert {len(t.text) for t in texts} == {MAX_CHARACTERS}


def test_a_broken_row_is_named(tmp_path):
    """A row without id or text is reported by file and line, not as a Python error."""
    write(tmp_path, "a.jsonl", [row(1), {"id": "t2", "kind": "news"}, {"text": "x", "kind": "news"}])
    with pytest.raises(InputError, match=r"a\.jsonl:[23]"):
        [*public_texts(tmp_path, TRAINS), *public_texts(tmp_path, MEASURES)]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """A wrong path is an error with the path in it, not an empty background."""
    with pytest.raises(InputError, match="nowhere"):
        list(public_texts(tmp_path / "nowhere", TRAINS))
