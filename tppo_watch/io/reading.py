"""Read posts from JSON Lines, CSV, Parquet or plain text, one row at a time and in bounded memory.

A row that cannot be read becomes a `Row` with an `error`; only a file that cannot be read at all raises.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import BinaryIO, Literal

from ..errors import InputError
from .compression import compression_of, decompressed
from .parquet import parquet_rows
from .rows import Row, Wanted, kind_of

InputFormat = Literal["jsonl", "csv", "parquet", "text"]

INPUT_ENDINGS: dict[str, InputFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".txt": "text",
}

# A post is a few hundred characters and a pasted chat some ten thousand. The bound keeps a file without a
# single line end from filling the memory, and leaves room for a megabyte of text written as \u escapes.
MAX_LINE_CHARS = 8 * 2**20
csv.field_size_limit(MAX_LINE_CHARS)  # the module's own limit is far below the longest text that is assessed

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDECODED = re.compile("[\udc80-\udcff]")  # what `surrogateescape` leaves of bytes it could not decode


def format_of(name: str) -> InputFormat | None:
    """The input format that an ending stands for, before that of a compression; None where for none."""
    return INPUT_ENDINGS.get(PurePath(compression_of(name)[0]).suffix.lower())


def read_rows(
    file: BinaryIO,
    format: InputFormat,
    *,
    name: str,
    text_field: str = "text",
    id_field: str = "id",
    fields: Sequence[str] = (),
    encoding: str | None = None,
    repair: str = "",
) -> Iterator[Row]:
    """The rows of `file` in order. Blank lines are no rows.

    Parameters
    ----------
    file : binary file
        Read forward only, and decompressed where it is compressed. Parquet from a pipe, or compressed, is
        first copied to a temporary file.
    name : str
        What messages call the file.
    fields : sequence of str
        Other fields to carry along. A table must have a column of each name.
    encoding : str, optional
        UTF-8 where nothing is said; a byte order mark overrides that.
    repair : str
        What to do about a column that a table lacks, where the usual advice does not fit.

    Raises
    ------
    InputError
        If the file is binary where text is wanted, lacks a column, is no Parquet or needs pyarrow, or is
        compressed and damaged: then after the rows before the damage.
    """
    wanted = Wanted(text_field, id_field, tuple(fields), repair)
    buffered = decompressed(file, name)
    if format == "parquet":
        yield from parquet_rows(buffered, name, wanted)
        return
    encoding = codecs.lookup(encoding or _encoding(buffered, name)).name
    # Strict decoding would end the file at the first bad byte; marked, the bad line alone is refused.
    errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    text = io.TextIOWrapper(buffered, encoding, errors=errors, newline="" if format == "csv" else "\n")
    lines = _lines(text)
    try:
        if format == "jsonl":
            yield from _jsonl_rows(lines, wanted)
        elif format == "csv":
            yield from _csv_rows(lines, name, wanted)
        else:
            yield from _text_rows(lines)
    finally:
        if not buffered.closed:  # by its owner, when reading ends early
            text.detach()


def _encoding(file: io.BufferedReader, name: str) -> str:
    head = file.peek(4096)[:4096]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    # One NUL in a post must not cost the whole file; many, or one among bytes not UTF-8, make no text.
    if (nuls := head.count(0)) and (nuls > len(head) // 10 or _UNDECODED.search(_decoded(head))):
        raise InputError(
            "binary data, not text; if it is text, name its encoding, as in --encoding utf-16-le", item=name
        )
    return "utf-8"


def _decoded(head: bytes) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    return decoder.decode(head)  # not final: the last character may be cut


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str | None]]:
    """Numbered lines with their ends; None for one that is too long, of which the rest is passed over."""
    number = 0
    while line := _next_line(text):
        number += 1
        if len(line) < MAX_LINE_CHARS or line.endswith("\n"):
            yield number, line
            continue
        while (rest := _next_line(text)) and not rest.endswith("\n"):
            pass
        yield number, None


def _next_line(text: io.TextIOWrapper) -> str:
    try:
        return text.readline(MAX_LINE_CHARS)
    except UnicodeError as exc:  # such as UTF-16 without its mark: nothing after it can be read either
        raise InputError(f"not {text.encoding}: {_one_line(exc)}; name another encoding") from exc


def _flaw(line: str | None) -> str | None:
    """What is wrong with a line before it is parsed."""
    if line is None:
        return f"longer than {MAX_LINE_CHARS:,} characters"
    if found := _UNDECODED.search(line):
        byte = ord(found.group()) - 0xDC00
        return f"not UTF-8 (byte 0x{byte:02x}); name the encoding, as in --encoding cp1252"
    return None


def _text_rows(lines: Iterable[tuple[int, str | None]]) -> Iterator[Row]:
    for number, line in lines:
        if flaw := _flaw(line):
            yield Row(number, None, None, flaw)
        elif line and (text := line.rstrip("\r\n")).strip():
            yield Row(number, None, text)


def _jsonl_rows(lines: Iterable[tuple[int, str | None]], wanted: Wanted) -> Iterator[Row]:
    for number, line in lines:
        if flaw := _flaw(line):
            yield Row(number, None, None, flaw)
        elif line and line.strip():
            yield _jsonl_row(number, line, wanted)


def _jsonl_row(number: int, line: str, wanted: Wanted) -> Row:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as exc:
        return Row(number, None, None, f"not JSON: {exc.msg} at column {exc.colno}")
    except (ValueError, RecursionError):  # a number of thousands of digits; brackets nested without end
        return Row(number, None, None, "not JSON: nested too deep, or a number too long")
    if not isinstance(record, dict):
        return Row(number, None, None, f"a JSON object is wanted, not {kind_of(record)}")
    return wanted.row(number, record)


def _csv_rows(lines: Iterator[tuple[int, str | None]], name: str, wanted: Wanted) -> Iterator[Row]:
    first = next(((number, line) for number, line in lines if line is None or line.strip()), None)
    if first is None:
        return
    if flaw := _flaw(first[1]):
        raise InputError(f"the header is {flaw}", item=name)
    delimiter, header = _header(first[1] or "", wanted.text)
    wanted.check(header, name)
    for number, cells in _csv_records(lines, delimiter):
        if isinstance(cells, str):
            yield Row(number, None, None, cells)
        elif len(cells) < len(header) or any(cells[len(header) :]):
            columns = f"{len(cells)} columns where the header has {len(header)}"
            yield Row(number, None, None, f"{columns}; a text with {delimiter!r} in it needs quotes")
        else:
            yield wanted.row(number, dict(zip(header, cells, strict=False)))


def _header(line: str, text_field: str) -> tuple[str, list[str]]:
    """The delimiter under which the first line holds the text column, and the columns.

    Spreadsheets set to Indonesian write semicolons, exports for spreadsheets tabs.
    """
    for delimiter in (",", ";", "\t"):
        header = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
        if text_field in header:
            return delimiter, header
    return ",", re.split("[,;\t]", line.strip())


def _csv_records(
    lines: Iterator[tuple[int, str | None]], delimiter: str
) -> Iterator[tuple[int, list[str] | str]]:
    """Records with the number of their first line; a string says why a line is none.

    A quote that is never closed would swallow all that follows. So only the line it stands on is given up,
    and those after it are read again.
    """
    again: deque[tuple[int, str | None]] = deque()
    while True:
        taken: list[tuple[int, str | None]] = []
        try:
            cells = next(csv.reader(_feed(again, lines, taken), delimiter=delimiter, strict=True), None)
        except csv.Error as exc:
            again.extendleft(reversed(taken[1:]))
            number, line = taken[0]
            is_open = "unexpected end" in str(exc)  # the file is over, and the field is not
            yield number, _flaw(line) or f"not CSV: {'a quote is not closed' if is_open else exc}"
            continue
        if cells is None:
            return
        flaw = next(filter(None, (_flaw(line) for _, line in taken)), None)
        if flaw or cells:
            yield taken[0][0], flaw or cells


def _feed(
    again: deque[tuple[int, str | None]],
    lines: Iterator[tuple[int, str | None]],
    taken: list[tuple[int, str | None]],
) -> Iterator[str]:
    """Lines for one record, noted in `taken`; ends the record where it grows past what a post can be."""
    size = 0
    while True:
        item = again.popleft() if again else next(lines, None)
        if item is None:
            return
        taken.append(item)
        size += len(item[1] or "")
        if item[1] is None or size > MAX_LINE_CHARS:
            raise csv.Error("a quote is not closed")
        yield item[1]


def _one_line(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:200]
