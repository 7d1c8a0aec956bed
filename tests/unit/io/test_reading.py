"""Reading posts: every format, and everything that is wrong with real files."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.io.naughty import NAUGHTY
from tppo_watch.errors import InputError
from tppo_watch.io import parquet as parquet_files
from tppo_watch.io import reading
from tppo_watch.io.reading import format_of, read_rows
from tppo_watch.io.rows import Row


def rows(data: bytes, format: str, **options) -> list[Row]:
    """All rows of a file with that content."""
    return list(read_rows(io.BytesIO(data), format, name="posts", **options))


def texts(data: bytes, format: str, **options) -> list[str | None]:
    """Their texts."""
    return [row.text for row in rows(data, format, **options)]


def table(*records: list[str], delimiter: str = ",") -> bytes:
    """A CSV file with those records."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(records)
    return out.getvalue().encode()


def parquet(path: Path, **columns: list) -> Path:
    """A Parquet file with those columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), path)
    return path


any_text = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(any_text))
def test_json_lines_give_back_what_was_written(posts):
    """Whatever text was written as JSON Lines is read again, in order."""
    data = "".join(json.dumps({"text": post}) + "\n" for post in posts).encode()
    assert texts(data, "jsonl") == posts


@given(st.lists(any_text.filter(lambda t: "\r" not in t), min_size=1))
def test_csv_gives_back_what_was_written(posts):
    """Whatever text was written as CSV is read again, line breaks, quotes and delimiters included."""
    data = table(["id", "text"], *([str(i), post] for i, post in enumerate(posts)))
    found = rows(data, "csv")
    assert [row.text for row in found] == posts
    assert [row.id for row in found] == [str(i) for i in range(len(posts))]


@given(st.binary(max_size=400), st.sampled_from(["jsonl", "csv", "text"]))
def test_any_bytes_give_rows_or_one_clear_refusal(data, format):
    """No sequence of bytes gets past the reader as anything but rows or an InputError."""
    try:
        found = rows(data, format)
    except InputError as exc:
        assert "posts: " in str(exc)
    else:
        assert all((row.text is None) != (row.error is None) for row in found)


@pytest.mark.parametrize("format", ["jsonl", "csv", "text"])
def test_naughty_strings_are_only_text(format):
    """Strings that break careless programs arrive unchanged in every text format."""
    if format == "jsonl":
        posts = NAUGHTY
        data = "".join(json.dumps({"text": post}) + "\n" for post in posts).encode()
    elif format == "csv":
        posts = [post for post in NAUGHTY if "\ud83d" not in post]  # no encoding has halves of pairs
        data = table(["id", "text"], *(["", post] for post in posts))
    else:
        posts = [post for post in NAUGHTY if post.strip() and not {"\n", "\ud83d"} & set(post)]
        data = "\n".join(posts).encode()
    assert texts(data, format) == posts


@pytest.mark.parametrize("format", ["jsonl", "csv", "text"])
@pytest.mark.parametrize("data", [b"", b"\n", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_rows(data, format):
    """Nothing in, nothing out, and no complaint."""
    assert rows(data, format) == []


def test_plain_text_has_a_post_a_line():
    """Blank lines are no posts, line ends of any system are no part of one, a last line needs none."""
    found = rows(b"satu\r\n\n  dua \nt\xc3\xa9ga", "text")
    assert [(row.line, row.text) for row in found] == [(1, "satu"), (3, "  dua "), (4, "téga")]


def test_only_a_line_feed_ends_a_line():
    """Characters that Unicode calls line ends stay inside a post."""
    assert texts("a\u2028b\x85c\x0bd\n".encode(), "text") == ["a\u2028b\x85c\x0bd"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "a"', "not JSON: .* at column"),
        (b"loker", "not JSON"),
        (b'["text"]', "object is wanted, not an array"),
        (b"null", "object is wanted, not null"),
        (b'{"isi": "a"}', "no field 'text'"),
        (b'{"text": null}', "'text' is null"),
        (b'{"text": 5}', "'text' is a number"),
        (b'{"text": ["a"]}', "'text' is an array"),
        (b'{"text": true}', "'text' is true or false"),
        (b'{"text": "caf\xe9"}', "not UTF-8 .*0xe9.*--encoding"),
        (b'{"text": ' + b"[" * 100_000, "nested too deep"),
        (b'{"text": ' + b"9" * 10_000 + b"}", "a number too long"),
    ],
)
def test_a_bad_line_costs_only_itself(line, reason):
    """The lines around a bad line are read, and the bad one says what is wrong and where."""
    found = rows(b'{"text": "a"}\n' + line + b'\n{"text": "b"}\n', "jsonl")
    assert [row.text for row in found] == ["a", None, "b"]
    assert found[1].line == 2
    assert re.search(reason, found[1].error or "")


def test_an_id_is_a_text_or_a_number():
    """Ids are passed on as they are; what is none is left out."""
    values = ["p1", 7, None, True, [], "", 1.5]
    data = b"".join(json.dumps({"id": v, "text": "a"}).encode() + b"\n" for v in values)
    assert [row.id for row in rows(data, "jsonl")] == ["p1", 7, None, None, None, None, None]


def test_half_a_surrogate_pair_is_text():
    r"""A text cut in the middle of an emoji, "\ud83d" in JSON, is still a post."""
    assert texts(b'{"text": "gas \\ud83d"}', "jsonl") == ["gas \ud83d"]


def test_a_megabyte_on_one_line_is_a_post():
    """A line of a megabyte is read whole."""
    assert texts(b'{"text": "' + b"a" * 2**20 + b'"}\n', "jsonl") == ["a" * 2**20]


@pytest.mark.parametrize("format", ["jsonl", "csv", "text"])
def test_a_line_without_end_is_refused_and_passed_over(monkeypatch, format):
    """A line past the bound costs only itself, and is never held whole."""
    monkeypatch.setattr(reading, "MAX_LINE_CHARS", 50)
    head = b"text\n" if format == "csv" else b""
    good = b'{"text": "a"}\n' if format == "jsonl" else b"a\n"
    found = rows(head + good + b"x" * 1000 + b"\n" + good, format)
    assert [row.text is None for row in found] == [False, True, False]
    assert "longer than 50 characters" in (found[1].error or "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("format", ["jsonl", "csv", "text"])
def test_a_byte_order_mark_names_the_encoding(encoding, format):
    """Files as Windows programs save them are read without being asked for their encoding."""
    contents = {"jsonl": '{"text": "gaji é"}\n', "csv": "id,text\r\n1,gaji é\r\n", "text": "gaji é\r\n"}
    content = contents[format]
    assert texts(content.encode(encoding), format) == ["gaji é"]


def test_an_encoding_can_be_named():
    """A file from an old spreadsheet is read under the name of its encoding."""
    assert texts("gaji é “bersih”\n".encode("cp1252"), "text", encoding="cp1252") == ["gaji é “bersih”"]
    assert texts("gaji é\n".encode("utf-16-le"), "text", encoding="UTF-16LE") == ["gaji é"]


def test_a_wrong_encoding_costs_only_the_lines_it_spoils():
    """In a cp1252 file taken for UTF-8 plain lines survive, and the others say how to read them."""
    found = rows("text\nsatu\ncafé\ntiga\n".encode("cp1252"), "csv")
    assert [row.text for row in found] == ["satu", None, "tiga"]
    assert "--encoding" in (found[1].error or "")


@pytest.mark.parametrize("data", [bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"PK\3\4\0\0"])
@pytest.mark.parametrize("format", ["jsonl", "csv", "text"])
def test_a_binary_file_is_refused(data, format):
    """A picture or an archive is refused at once, not taken for thousands of bad lines."""
    with pytest.raises(InputError, match="posts: binary data"):
        rows(data, format)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(delimiter):
    """Commas, and the semicolons and tabs that spreadsheets write, need no option."""
    data = table(["id", "isi", "kota"], ["p1", "gaji 5;6, bersih\tya", "Nunukan"], delimiter=delimiter)
    assert rows(data, "csv", text_field="isi") == [Row(2, "p1", "gaji 5;6, bersih\tya")]


def test_a_csv_without_the_text_column_names_those_it_has():
    """The message lists the columns and the option that names the right one."""
    with pytest.raises(InputError, match="'text' among: nomor, isi, kota; name it with --text-field"):
        rows(b"nomor,isi,kota\n1,a,b\n", "csv")


def test_a_row_with_other_columns_than_the_header_is_refused():
    """An unquoted comma must not cut a post short in silence."""
    found = rows(b"id,text\np1,a\np2,a, b\np3\np4,d\n", "csv")
    assert [row.text for row in found] == ["a", None, None, "d"]
    assert "3 columns where the header has 2" in (found[1].error or "")
    assert "1 columns where the header has 2" in (found[2].error or "")


def test_a_quoted_post_may_have_many_lines():
    """Rows are numbered by the line they begin on."""
    found = rows(b'id,text\np1,"a\nb\n\nc"\np2,d\n', "csv")
    assert [(row.line, row.text) for row in found] == [(2, "a\nb\n\nc"), (6, "d")]


def test_a_quote_that_is_never_closed_costs_one_line():
    """The rows after an open quote are not swallowed by it."""
    found = rows(b'id,text\np1,"a\np2,b\np3,c\n', "csv")
    assert [(row.line, row.text) for row in found] == [(2, None), (3, "b"), (4, "c")]
    assert "not CSV" in (found[0].error or "")


def test_parquet_is_read_in_batches(tmp_path, monkeypatch):
    """Rows keep their order across batches, with numbers for ids and refusals for what is no text."""
    monkeypatch.setattr(parquet_files, "BATCH_ROWS", 2)
    path = parquet(tmp_path / "p.parquet", id=[1, 2, 3, 4, 5], text=["a", "b", None, "d", "e"], other=[0] * 5)
    found = rows(path.read_bytes(), "parquet")
    assert [(row.line, row.id, row.text) for row in found] == [
        (1, 1, "a"), (2, 2, "b"), (3, 3, None), (4, 4, "d"), (5, 5, "e"),
    ]  # fmt: skip
    assert found[2].error == "field 'text' is null, not a text"


def test_large_rows_of_parquet_come_few_at_a_time(tmp_path, monkeypatch):
    """A table of long texts does not fill the memory with a batch of them."""
    import pyarrow.parquet as pq

    monkeypatch.setattr(parquet_files, "BATCH_BYTES", 50_000)
    long = parquet(tmp_path / "long.parquet", text=[os.urandom(5_000).hex() for _ in range(40)])
    short = parquet(tmp_path / "short.parquet", text=["a"] * 2_000)
    assert 1 <= parquet_files._batch_rows(pq.ParquetFile(long)) <= 10
    assert parquet_files._batch_rows(pq.ParquetFile(short)) == parquet_files.BATCH_ROWS
    assert len(rows(long.read_bytes(), "parquet")) == 40


def test_parquet_comes_through_a_pipe(tmp_path):
    """A Parquet file can be piped in, although it is read from its end."""
    path = parquet(tmp_path / "p.parquet", text=["a"])
    read_end, write_end = os.pipe()
    os.write(write_end, path.read_bytes())
    os.close(write_end)
    with open(read_end, "rb") as pipe:
        assert [row.text for row in read_rows(pipe, "parquet", name="stdin")] == ["a"]


@pytest.mark.parametrize("data", [b"", b"id,text\n", b"PAR1" + b"\0" * 100 + b"PAR1", b"\x10" * 5000])
def test_what_is_no_parquet_is_refused(data):
    """A damaged file is refused in one line."""
    with pytest.raises(InputError, match="posts: not a Parquet file: .+") as caught:
        rows(data, "parquet")
    assert "\n" not in str(caught.value)


def test_parquet_without_the_text_column_names_those_it_has(tmp_path):
    """As for CSV."""
    path = parquet(tmp_path / "p.parquet", nomor=[1], isi=["a"])
    with pytest.raises(InputError, match="'text' among: nomor, isi; name it with --text-field"):
        rows(path.read_bytes(), "parquet")


def test_without_pyarrow_the_message_says_how_to_get_it(monkeypatch):
    """The missing extra names its install command."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"pip install 'tppo-watch\[parquet\]'"):
        rows(b"", "parquet")


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.jsonl", "jsonl"), ("A.CSV", "csv"), ("a.b.tsv", "csv"), ("a.parquet", "parquet"), ("a.txt", "text"),
     ("a.jpg", None), ("csv", None), ("-", None)],
)  # fmt: skip
def test_the_ending_tells_the_format(name, format):
    """Endings in any case; what has no known ending is not guessed."""
    assert format_of(name) == format


def test_reading_is_lazy():
    """The first row is there before the second is read."""

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            line = b'{"text": "a"}\n'
            buffer[: len(line)] = line
            return len(line)

    assert next(read_rows(Endless(), "jsonl", name="endless")).text == "a"
