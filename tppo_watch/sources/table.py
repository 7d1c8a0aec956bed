"""Tables with a post a row: CSV with `,`, `;` or tab, JSON Lines, and Parquet."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from ..config import SourceSettings
from ..errors import InputError, SourceError
from ..io.parquet import parquet_columns
from ..io.reading import InputFormat, read_rows
from ..io.rows import Row
from ..types import Failure, Post
from .content import Fetcher
from .dates import told_time
from .plain import decode, id_from, incomplete, unrepeated

_FORMATS: dict[str, InputFormat] = {"csv": "csv", "jsonl": "jsonl", "parquet": "parquet"}
# Names of columns that hold the post, in what people export.
_TEXT_NAMES = (
    "text", "teks", "message", "pesan", "isi", "content", "konten", "caption", "body", "full_text",
    "description", "deskripsi",
)  # fmt: skip


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """The column that holds the text, by its name."""
    columns = columns_of(source.kind, body)
    for name in _TEXT_NAMES:
        for column in columns:
            if column.casefold() == name:
                return {} if column == "text" else {"text_field": column}
    return None


def columns_of(kind: str, body: bytes) -> list[str]:
    """The columns a table begins with; none where `body` is no such table."""
    try:
        if kind == "parquet":
            return parquet_columns(io.BytesIO(body)) if body[:4] == b"PAR1" else []
        first = next((line for line in decode(body[:65_536], "table").splitlines() if line.strip()), "")
        if kind == "csv":
            return [name.strip().strip('"') for name in re.split("[,;\t]", first)]
        row = json.loads(first)
    except (InputError, SourceError, ValueError, RecursionError):
        return []
    return list(row) if isinstance(row, dict) else []


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a row, in the order of the file."""
    stream = fetcher.open(source)
    if stream is None:
        return
    lines: list[str] = []
    with stream:
        body = stream.read()
    if source.kind != "parquet":
        # Nobody sits beside a scan to name an encoding, so what is not UTF-8 is made so first.
        text = decode(body, source.id)
        body = text.encode("utf-8", "surrogatepass")
        lines = text.split("\n")
    others = [name for name in (source.id_field, source.time_field, source.author_field) if name]
    seen: dict[str, int] = {}
    rows = read_rows(
        io.BytesIO(body), _FORMATS[source.kind], name=source.id, text_field=source.text_field, fields=others
    )
    try:
        for row in rows:
            if row.error or row.text or any(row.fields.values()):  # not the empty rows a spreadsheet leaves
                yield from _item(row, source, fetcher, lines, seen)
    except InputError as exc:
        raise SourceError(source.id, exc.message) from exc


def _item(
    row: Row, source: SourceSettings, fetcher: Fetcher, lines: list[str], seen: dict[str, int]
) -> Iterator[Post | Failure]:
    text = (row.text or "").strip()
    where = f"{source.id}: line {row.line}"
    raw = lines[row.line - 1].encode("utf-8", "replace") if row.line <= len(lines) else b""
    if not text:
        yield Failure(where, "read", row.error or f"field {source.text_field!r} holds no text", raw)
        return
    flaws: list[str] = []
    time = _field(row, source.time_field)
    native = _field(row, source.id_field) or unrepeated(id_from(text, time), seen)
    yield Post(
        source_id=source.id,
        native_id=native[:500],
        text=text,
        published=told_time(time, flaws, now=fetcher.now, zone=source.timezone) if time else None,
        author=_field(row, source.author_field),
    )
    if flaws:
        yield incomplete(where, flaws, raw)


def _field(row: Row, name: str | None) -> str | None:
    value: Any = row.fields.get(name) if name else None
    if isinstance(value, str | int | float | date) and not isinstance(value, bool):
        return str(value).strip() or None
    return None
