"""Tables with a post a row: CSV with `,`, `;` or tab, and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import Fetcher
from .dates import parse_time
from .plain import decode, id_from, unrepeated

_DELIMITERS = ",;\t"
# A quote that is opened and never closed would swallow the rest of the file as one field.
_MAX_ROW_LINES = 500
_MAX_FIELD = 2**20  # characters


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a row, in the order of the file."""
    stream = fetcher.open(source)
    if stream is None:
        return
    with stream:
        text = decode(stream.read(), source.id)
    seen: dict[str, int] = {}
    for line, row in _csv_rows(text, source) if source.kind == "csv" else _json_rows(text):
        if isinstance(row, str):
            yield Failure(f"{source.id}: line {line}", "read", row)
            continue
        try:
            yield _post(row, source, seen)
        except ValueError as exc:
            yield Failure(f"{source.id}: line {line}", "read", str(exc))


def _post(row: Mapping[str, Any], source: SourceSettings, seen: dict[str, int]) -> Post:
    text = row.get(source.text_field)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"field {source.text_field!r} holds no text")
    time = _field(row, source.time_field)
    native = _field(row, source.id_field) or unrepeated(id_from(text, time), seen)
    return Post(
        source_id=source.id,
        native_id=native[:500],
        text=text.strip(),
        published=parse_time(time) if time else None,
        author=_field(row, source.author_field),
    )


def _field(row: Mapping[str, Any], name: str | None) -> str | None:
    value = row.get(name) if name else None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).strip() or None
    return None


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    for number, line in enumerate(io.StringIO(text, newline="\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield number, "is not valid JSON"
            continue
        yield number, row if isinstance(row, dict) else f"is {type(row).__name__}, not a JSON object"


def _csv_rows(text: str, source: SourceSettings) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    lines = list(io.StringIO(text, newline=""))
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_FIELD))
    first = lines[0] if lines else ""
    rows = _split_rows(lines, delimiter=max(_DELIMITERS, key=first.count))
    _, header = next(rows, (1, []))
    columns = [name.strip() for name in header] if isinstance(header, list) else []
    _check_columns(columns, source)
    for number, row in rows:
        if isinstance(row, str):
            yield number, row
        elif len(row) < len(columns) or any(row[len(columns) :]):
            yield number, f"has {len(row)} fields where the header has {len(columns)}"
        else:
            yield number, dict(zip(columns, row, strict=False))


def _check_columns(columns: list[str], source: SourceSettings) -> None:
    wanted = (source.text_field, source.id_field, source.time_field, source.author_field)
    missing = [name for name in wanted if name and name not in columns]
    if missing:
        found = ", ".join(columns)[:200] or "none"
        raise SourceError(
            source.id,
            f"no column {missing[0]!r}; columns found: {found}; set text_field and the like",
        )


def _split_rows(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Rows with the number of their first line; a string says what is wrong with one. Blank rows are skipped.

    A quote that is never closed costs its own line, not the file: reading goes on at the next line.
    """
    at = 0
    while at < len(lines):
        window = _Window(lines, at)
        try:
            row = next(csv.reader(window, delimiter=delimiter))
        except csv.Error as exc:
            yield at + 1, f"is not valid CSV: {exc}"
            at += 1
            continue
        if window.ran_out:
            yield at + 1, "opens a quote and does not close it"
            at += 1
            continue
        if any(field.strip() for field in row):
            yield at + 1, row
        at = window.next_line


class _Window:
    """The lines one row may take, remembering how many it took and whether it wanted more."""

    def __init__(self, lines: list[str], start: int) -> None:
        self._lines, self._end = lines, min(len(lines), start + _MAX_ROW_LINES)
        self.next_line, self.ran_out = start, False

    def __iter__(self) -> _Window:
        return self

    def __next__(self) -> str:
        if self.next_line >= self._end:
            self.ran_out = True
            raise StopIteration
        self.next_line += 1
        return self._lines[self.next_line - 1]
