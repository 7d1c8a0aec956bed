"""Tables with a post a row: CSV with `,`, `;` or tab, and JSON Lines."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from ..config import SourceSettings
from ..errors import InputError, SourceError
from ..io.reading import InputFormat, Row, read_rows
from ..types import Failure, Post
from .content import Fetcher
from .dates import parse_time
from .plain import decode, id_from, unrepeated

_FORMATS: dict[str, InputFormat] = {"csv": "csv", "jsonl": "jsonl"}


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a row, in the order of the file."""
    stream = fetcher.open(source)
    if stream is None:
        return
    with stream:
        # Nobody sits beside a scan to name an encoding, so what is not UTF-8 is made so first.
        utf8 = io.BytesIO(decode(stream.read(), source.id).encode("utf-8", "surrogatepass"))
    others = [name for name in (source.id_field, source.time_field, source.author_field) if name]
    seen: dict[str, int] = {}
    rows = read_rows(
        utf8, _FORMATS[source.kind], name=source.id, text_field=source.text_field, fields=others
    )
    try:
        for row in rows:
            if row.error or row.text or any(row.fields.values()):  # not the empty rows a spreadsheet leaves
                yield _item(row, source, seen)
    except InputError as exc:
        raise SourceError(source.id, exc.message) from exc


def _item(row: Row, source: SourceSettings, seen: dict[str, int]) -> Post | Failure:
    text = (row.text or "").strip()
    if not text:
        reason = row.error or f"field {source.text_field!r} holds no text"
        return Failure(f"{source.id}: line {row.line}", "read", reason)
    time = _field(row, source.time_field)
    native = _field(row, source.id_field) or unrepeated(id_from(text, time), seen)
    return Post(
        source_id=source.id,
        native_id=native[:500],
        text=text,
        published=parse_time(time) if time else None,
        author=_field(row, source.author_field),
    )


def _field(row: Row, name: str | None) -> str | None:
    value: Any = row.fields.get(name) if name else None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value).strip() or None
    return None
