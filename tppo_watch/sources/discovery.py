"""Say what an address or a file is, and what it would give."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin

from ..config import KINDS, FetchSettings, SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from . import read
from .content import SourceFetcher
from .plain import decode
from .web import Web

# From the most to the least particular: anything with a line end passes for a table of one column.
_ORDER = ("feed", "telegram_export", "whatsapp_export", "jsonl", "csv")
assert set(_ORDER) == set(KINDS)
# Names of columns that hold the post, in what people export.
_TEXT_NAMES = (
    "text",
    "teks",
    "message",
    "pesan",
    "isi",
    "content",
    "caption",
    "body",
    "full_text",
    "description",
)
_FEED_LINK = re.compile(
    r"<link\b[^<>]{0,500}\btype=[\"']application/(?:rss|atom)\+xml[\"'][^<>]{0,500}>", re.I
)
_HREF = re.compile(r"\bhref=[\"']([^\"'<>]{1,500})[\"']", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """What a place is."""

    kind: str | None  #: None where nothing here can read it
    options: Mapping[str, str] = field(default_factory=dict)  #: settings it needs beside its place
    posts: tuple[Post, ...] = ()
    failures: tuple[Failure, ...] = ()
    hint: str | None = None  #: what to do where `kind` is None


def identify(place: str, fetch: FetchSettings) -> Found:
    """Read an address or a file once, as every kind in turn, and say as which it gives posts.

    Raises
    ------
    SourceError
        If it cannot be opened.
    """
    is_url = re.match(r"https?://", place, re.I)
    where: dict[str, Any] = {"url": place} if is_url else {"path": Path(place)}
    source = SourceSettings(id="check", kind="feed", **where)
    fetcher = SourceFetcher(fetch)
    stream = fetcher.open(source)
    assert stream is not None  # without validators nothing is ever unchanged
    with stream:
        body = stream.read()
    for kind in _ORDER:
        options: dict[str, Any] = _options(kind, body)
        as_kind = SourceSettings(id="check", kind=kind, **where, **options)
        try:
            items = list(read(as_kind, _Given(fetcher.web, body)))
        except SourceError:
            continue
        posts = tuple(item for item in items if isinstance(item, Post))
        if posts or kind == "feed":
            failures = tuple(item for item in items if isinstance(item, Failure))
            return Found(kind, options, posts, failures)
    return Found(None, hint=_hint(body, place))


class _Given:
    """A fetcher for bytes that are here already."""

    def __init__(self, web: Web, body: bytes) -> None:
        self.web, self.config, self._body = web, web.config, body

    def open(self, source: SourceSettings, *, is_page: bool = False) -> BinaryIO:
        return io.BytesIO(self._body)


def _options(kind: str, body: bytes) -> dict[str, str]:
    """The text column of a table, by its name, where it is not the usual one."""
    if kind not in ("csv", "jsonl"):
        return {}
    columns = _columns(kind, body)
    for name in _TEXT_NAMES:
        for column in columns:
            if column.casefold() == name:
                return {} if column == "text" else {"text_field": column}
    return {}


def _columns(kind: str, body: bytes) -> list[str]:
    try:
        first = next(iter(decode(body[:65536], "check").splitlines()), "")
        if kind == "csv":
            return [name.strip().strip('"') for name in re.split("[,;\t]", first)]
        row = json.loads(first)
    except (SourceError, ValueError, RecursionError):
        return []
    return list(row) if isinstance(row, dict) else []


def _hint(body: bytes, place: str) -> str:
    head = body[:262_144].decode("utf-8", "replace")
    if re.search(r"<html\b|<!doctype html", head[:4096], re.I):
        links = [_HREF.search(found.group()) for found in _FEED_LINK.finditer(head)]
        feeds = [urljoin(place, html.unescape(link[1])) for link in links if link]
        if feeds:
            return f"is a web page that names a feed; try {', '.join(dict.fromkeys(feeds))}"
        return "is a web page without a feed; pages cannot be read in this version"
    if columns := _columns("csv", body):
        return f"is nothing that can be read; as a table it has the columns {', '.join(columns)[:200]}"
    return "is nothing that can be read"
