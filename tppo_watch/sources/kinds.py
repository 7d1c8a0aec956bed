"""The registry at work: which module reads a kind, and which kinds some content may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from ..config import KINDS, SourceSettings
from ..types import Failure, Post
from .content import Fetcher
from .plain import media_type_of
from .table import columns_of


class Reader(Protocol):
    """What the module of a kind must have."""

    def read(self, source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
        """Yield what `source` holds, in its order. A post without text is one of pictures only.

        Raises `SourceError` where the source as a whole cannot be read.
        """
        ...

    def recognise(self, source: SourceSettings, body: bytes) -> dict[str, str] | None:
        """Settings with which `read` would read `body`, whose place `source` names; None where it would not.

        May be wrong in saying yes: whoever asks reads it then, and sees whether posts come.
        """
        ...


def reader_of(kind: str) -> Reader:
    """The module that reads a kind, loaded on first use: nobody pays for lxml to read a chat."""
    return cast(Reader, import_module(f".{KINDS[kind].module}", __package__))


def candidates(
    source_id: str, where: Mapping[str, Any], body: bytes
) -> Iterator[tuple[SourceSettings, Reader]]:
    """The kinds that `body` may have, the most particular first, each with its settings and its reader."""
    for kind in KINDS:
        if kind == "folder":  # has no content of its own
            continue
        source = SourceSettings(id=source_id, kind=kind, **where)
        module = reader_of(kind)
        options = module.recognise(source, body)
        if options is not None:
            yield source.model_copy(update=options), module


def hint_for(body: bytes) -> str:
    """What to do with content that no kind can read. Quotes names of columns only."""
    if not body.strip():
        return "is empty"
    if media_type_of(body):
        return "is a picture; put it into a folder and add that, with images = true"
    columns = columns_of("parquet", body) or columns_of("jsonl", body)
    if not columns and re.match(rb"[^\n<>{}\[\]\0]{1,500}[,;\t]", body):
        columns = columns_of("csv", body)
    if len(columns) > 1 and all(0 < len(name) <= 30 for name in columns):
        return f"is nothing that can be read; as a table it has the columns {', '.join(columns)[:200]}"
    return "is nothing that can be read"
