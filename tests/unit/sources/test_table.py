from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scanning import SAMPLES
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources.table import read
from tppo_watch.types import Post

FIELDS = {"text_field": "isi", "id_field": "no", "time_field": "waktu", "author_field": "akun"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_any_usual_form(read_bytes, delimiter, encoding):
    """Delimiter and encoding are seen from the file."""
    rows = [["no", "waktu", "akun", "isi"], ["1", "24/11/2026 10.00", "@a", f'café{delimiter} "baru"\nbuka']]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    (post,), failures = read_bytes("csv", text.getvalue().encode(encoding), **FIELDS)
    assert (post.native_id, post.author, post.text, failures) == (
        "1",
        "@a",
        f'café{delimiter} "baru"\nbuka',
        [],
    )
    assert post.published.hour == 3


def test_one_line_in_another_encoding_spoils_no_other(read_bytes):
    """A file glued together from UTF-8 and Windows-1252 is read right in both."""
    posts, _ = read_bytes("csv", b"text\n" + "café".encode() + b"\n" + "kafé".encode("cp1252") + b"\n")
    assert [post.text for post in posts] == ["café", "kafé"]


def test_wrong_columns_are_one_error_that_names_the_right_ones(read_bytes):
    """Whoever wrote the wrong column sees which ones there are."""
    with pytest.raises(SourceError, match="no column 'isi' among: judul, konten"):
        read_bytes("csv", b"judul,konten\na,b\n", text_field="isi")


def test_a_quote_that_is_never_closed_costs_its_own_row(read_bytes):
    """Rows after the open quote are still read."""
    rows = "".join(f"{n},teks {n}\n" for n in range(900))
    posts, failures = read_bytes("csv", f'no,text\nx,"buka\n{rows}'.encode(), id_field="no")
    assert len(posts) == 900
    assert failures[0].item == "s: line 2"
    assert "a quote is not closed" in failures[0].reason


def test_a_row_of_another_width_is_a_failure(read_bytes):
    """A row with too few or too many fields is reported with its line; empty extra fields are nothing."""
    posts, failures = read_bytes("csv", b"no,text\n1,a\n2\n3,b,c\n4,d,,\n\n5,e\n", id_field="no")
    assert [post.native_id for post in posts] == ["1", "4", "5"]
    assert [failure.item for failure in failures] == ["s: line 3", "s: line 4"]


def test_a_column_that_the_settings_name_must_be_there(read_bytes):
    """A misspelt column of ids or times is told, and not read as if there were none."""
    with pytest.raises(SourceError, match="no column 'waktu' among: no, text"):
        read_bytes("csv", b"no,text\n1,a\n", id_field="no", time_field="waktu")


def test_empty_rows_of_a_spreadsheet_are_nothing(read_bytes):
    """Rows of nothing but delimiters are neither posts nor failures."""
    posts, failures = read_bytes("csv", b"no;text\n1;a\n;\n;\n", id_field="no")
    assert ([post.text for post in posts], failures) == (["a"], [])


def test_rows_without_text_are_failures(read_bytes):
    """A row that holds no text is counted."""
    _, failures = read_bytes("csv", b"no,text\n1,\n2,  \n", id_field="no")
    assert len(failures) == 2


def test_broken_lines_of_json_cost_themselves_only(read_bytes):
    """Every other line is read, and each bad one is named by its number."""
    deep = "[" * 100_000
    lines = ['{"id": 1, "text": "a"}', "{", "[]", '{"text": 5}', "", deep, '{"id": "z", "text": "b"}']
    posts, failures = read_bytes("jsonl", "\n".join(lines).encode(), id_field="id")
    assert [(post.native_id, post.text) for post in posts] == [("1", "a"), ("z", "b")]
    assert [failure.item for failure in failures] == [f"s: line {n}" for n in (2, 3, 4, 6)]


def test_rows_without_an_id_are_known_by_what_they_say(read_bytes):
    """A row keeps its id when rows are added before it; equal rows stay apart."""
    one, _ = read_bytes("jsonl", b'{"text": "a"}\n')
    more, _ = read_bytes("jsonl", b'{"text": "b"}\n{"text": "a"}\n{"text": "a"}\n')
    assert one[0].native_id == more[1].native_id
    assert len({post.native_id for post in more}) == 3


def test_binary_data_is_no_table(read_bytes):
    """A picture named in place of a table is refused."""
    for kind in ("csv", "jsonl"):
        with pytest.raises(SourceError, match="binary"):
            read_bytes(kind, b"\x89PNG\r\n\x00\x00" * 20)


def test_the_sample_is_read_whole(read_bytes):
    """The sample table gives its fourteen rows with times."""
    posts, failures = read_bytes("csv", (SAMPLES / "iklan-medsos.csv").read_bytes(), **FIELDS)
    assert (len(posts), failures) == (14, [])
    assert all(post.published for post in posts)


class _Given:
    config = FetchSettings()

    def __init__(self, body: bytes) -> None:
        self.body = body

    def open(self, source: SourceSettings) -> io.BytesIO:
        return io.BytesIO(self.body)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1).filter(
    str.strip
)


@settings(max_examples=50)
@given(st.lists(TEXT, min_size=1), st.sampled_from(",;\t"))
def test_what_a_csv_writer_wrote_is_read_back(texts, delimiter):
    """Every row that was written comes back with its text."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter)
    table.writerows([["no", "text"], *enumerate(texts)])
    source = SourceSettings(id="s", kind="csv", path="x", id_field="no")
    posts = list(read(source, _Given(out.getvalue().encode())))
    assert [post.text for post in posts] == [text.strip() for text in texts]


@settings(max_examples=50)
@given(st.lists(TEXT, min_size=1))
def test_what_a_json_writer_wrote_is_read_back(texts):
    """Every line that was written comes back with its text."""
    body = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    posts = list(read(SourceSettings(id="s", kind="jsonl", path="x"), _Given(body)))
    assert all(isinstance(post, Post) for post in posts)
    assert [post.text for post in posts] == [text.strip() for text in texts]
