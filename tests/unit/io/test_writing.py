"""Writing results: whole files or none, nothing that UTF-8, a spreadsheet or a terminal chokes on."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cli.fake import FakeAssessor
from tests.unit.io.naughty import NAUGHTY
from tppo_watch.io.writing import SCORE_COLUMNS, ScoreEncoder, dumps, format_for, replacing

SCORED = {"id": "p1", **FakeAssessor().assess("Poipet, visa turis, tolong").to_dict()}
REFUSED = {"id": "p2", "line": 2, "error": "not JSON"}


def written(format: str, *records: dict) -> bytes:
    """What a file with those records holds."""
    encoder = ScoreEncoder(format)
    parts = b"".join([encoder.header(), *(encoder.encode([record]) for record in records)])
    if format != "parquet":
        return parts
    out = io.BytesIO()
    encoder.complete(io.BufferedReader(io.BytesIO(parts)), out)
    return out.getvalue()


@given(st.text() | st.sampled_from(NAUGHTY))
def test_any_text_can_be_written_as_json(text):
    """Every string, halves of surrogate pairs included, is one line of UTF-8 that gives it back."""
    line = dumps({"text": text})
    assert "\n" not in line
    assert json.loads(line.encode().decode())["text"] == text


def test_json_keeps_letters_readable():
    """What UTF-8 can hold is not escaped."""
    assert dumps("gaji é 🇮🇩") == '"gaji é 🇮🇩"'


def test_json_lines_are_the_records():
    """One line a record, as the contract shows it."""
    assert [json.loads(line) for line in written("jsonl", SCORED, REFUSED).splitlines()] == [SCORED, REFUSED]


def test_csv_has_one_row_a_record():
    """Nested fields are JSON in one cell; what a record does not have is empty."""
    first, second = csv.DictReader(io.StringIO(written("csv", SCORED, REFUSED).decode()))
    assert float(first["risk"]) == SCORED["risk"]
    assert [float(first["interval_low"]), float(first["interval_high"])] == SCORED["interval"]
    assert json.loads(first["indicators"]) == SCORED["indicators"]
    assert (first["assistance"], first["error"]) == ("true", "")
    assert (second["id"], second["line"], second["error"], second["risk"]) == ("p2", "2", "not JSON", "")


def test_parquet_has_one_row_a_record():
    """As CSV, with types."""
    import pyarrow.parquet as pq

    first, second = pq.read_table(io.BytesIO(written("parquet", SCORED, REFUSED))).to_pylist()
    assert first["risk"] == SCORED["risk"]
    assert first["assistance"] is True
    assert json.loads(first["entities"]) == SCORED["entities"]
    assert (second["line"], second["error"], second["risk"]) == (2, "not JSON", None)


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_every_field_of_an_assessment_has_a_column(format):
    """A field that is added to the record is added to the tables too."""
    known = {"interval": "interval_low", "text": "id"}
    record = FakeAssessor().assess("tolong")
    assert {known.get(field.name, field.name) for field in fields(record)} <= set(SCORE_COLUMNS)
    assert written(format, {"id": 1, **record.to_dict()})


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_naughty_ids_can_be_written(format):
    """Ids are foreign text: none of them stops the output."""
    assert written(format, *({"id": id, "line": 1, "error": id} for id in NAUGHTY))


@pytest.mark.parametrize("id", ["=1+1", "+cmd", "@SUM(A1)", "-cmd", "\t=1"])
def test_no_cell_of_a_csv_is_a_formula(id):
    """A spreadsheet that opens the file runs nothing."""
    (row,) = csv.DictReader(io.StringIO(written("csv", {"id": id, "error": id}).decode()))
    assert row["id"] == row["error"] == "'" + id


@pytest.mark.parametrize("id", ["-5", "+62.812", "p1", "a=b"])
def test_numbers_and_plain_ids_stay_as_they_are(id):
    """Only what a spreadsheet would run is quoted."""
    (row,) = csv.DictReader(io.StringIO(written("csv", {"id": id}).decode()))
    assert row["id"] == id


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    """Until it is done, and when it fails, what was there before stays; no other file is left."""
    path = tmp_path / "out.jsonl"
    path.write_text("before")
    with pytest.raises(RuntimeError), replacing(path) as file:
        file.write(b"half")
        assert path.read_text() == "before"
        raise RuntimeError
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.jsonl"]
    with replacing(path) as file:
        file.write(b"after")
    assert path.read_text() == "after"


def test_the_mode_of_a_file_is_kept(tmp_path):
    """A file that others may not read stays so, and a new one is as the umask wants it."""
    path, fresh = tmp_path / "out", tmp_path / "fresh"
    path.touch()
    path.chmod(0o640)
    umask = os.umask(0o027)
    try:
        for target in (path, fresh):
            with replacing(target) as file:
                file.write(b"x")
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(fresh.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path):
    """The file a link points to is replaced, not the link."""
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    with replacing(link) as file:
        file.write(b"x")
    assert link.is_symlink()
    assert target.read_bytes() == b"x"


def test_a_device_is_written_not_replaced():
    """``--out /dev/null`` leaves the device where it is."""
    with replacing(Path("/dev/null")) as file:
        file.write(b"x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize("name", [".", "no/such/folder/out.csv", "file/out.csv"])
def test_what_cannot_be_written_is_named(tmp_path, name):
    """The error carries the path as it was given to the system."""
    (tmp_path / "file").touch()
    with pytest.raises(OSError) as caught, replacing(tmp_path / name):
        pass
    assert str(caught.value.filename).startswith(str(tmp_path))


def test_the_ending_tells_the_format():
    """Endings in any case; what has no known ending is not guessed."""
    assert [format_for(name) for name in ("a.jsonl", "a.CSV", "a.parquet", "a.xlsx")] == [
        "jsonl", "csv", "parquet", None,
    ]  # fmt: skip
