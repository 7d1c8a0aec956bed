"""The pages that a site map names (https://www.sitemaps.org/protocol.html), newest first, a few each time.

Which pages were read is remembered by a short hash of address and `lastmod`, so a page that changes is read
again, and a backlog is worked off over many scans at the pace of the host.
"""

from __future__ import annotations

import fnmatch
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from lxml import etree

from ..config import FetchSettings, SourceSettings
from ..errors import FetchError, SourceError
from ..types import Failure, Post
from . import guarded
from .content import Fetcher
from .dates import parse_time
from .json_items import RAW, address

MAX_PAGES = 20  #: read in one scan where the settings do not say
_MAX_MAPS = 20  # of one index, the newest first
_MAX_ENTRIES = 50_000  # of one map; the protocol allows no more
_PAGE, _MAP = "page", "map"  # what a map names
_GONE = frozenset({404, 410})
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """An address in a map."""

    url: str
    changed: datetime | None  #: `lastmod`

    @property
    def mark(self) -> str:
        return hashlib.sha256(f"{self.url} {self.changed}".encode("utf-8", "replace")).hexdigest()[:12]


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether `body` is a site map or an index of them."""
    head = unpacked(body, 65_536)[:4096]
    return {} if b"<urlset" in head or b"<sitemapindex" in head or b":urlset" in head else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield the posts of up to `max_pages` pages that were not read yet in this version."""
    known = fetcher.remembered()
    stream = fetcher.open(source, is_conditional=False)
    assert stream is not None
    with stream:
        entries, failures = _entries(stream.read(), source, fetcher)
    yield from failures
    entries.sort(key=lambda entry: entry.changed or _LONG_AGO, reverse=True)
    del entries[fetcher.config.max_items :]
    read_now: set[str] = set()
    unread = [entry for entry in entries if entry.mark not in known]
    for entry in unread[: source.max_pages or MAX_PAGES]:
        try:
            answer = fetcher.web.get(entry.url, source_id=source.id, is_page=True)
        except FetchError as exc:
            yield Failure(f"{source.id}: {entry.url[:200]}", "read", exc.message)
            if exc.status in _GONE:
                read_now.add(entry.mark)
            continue
        yield from _page(answer.body, source, entry, fetcher.config)
        read_now.add(entry.mark)
    fetcher.unchanged = not unread
    # Only what the map still names, so that the memory of it cannot grow.
    fetcher.remember([entry.mark for entry in entries if entry.mark in known or entry.mark in read_now])


def _page(
    body: bytes, source: SourceSettings, entry: Entry, config: FetchSettings
) -> Iterator[Post | Failure]:
    page = source.model_copy(update={"url": entry.url, "path": None})
    try:
        yield from guarded.items("page", body, page, config)
    except SourceError as exc:
        yield Failure(f"{source.id}: {entry.url[:200]}", "read", exc.message, body[:RAW])


def _entries(body: bytes, source: SourceSettings, fetcher: Fetcher) -> tuple[list[Entry], list[Failure]]:
    failures: list[Failure] = []
    pages, maps = _listed(body, source, fetcher, failures)
    if not maps:
        return _wanted(pages, source), failures
    maps.sort(key=lambda entry: entry.changed or _LONG_AGO, reverse=True)
    entries: list[Entry] = []
    for found in maps[:_MAX_MAPS]:
        try:
            answer = fetcher.web.get(found.url, source_id=source.id)
            pages, inner = _listed(answer.body, source, fetcher, failures)
            if inner:
                raise SourceError(source.id, "is an index within an index")
            entries += _wanted(pages, source)
        except SourceError as exc:
            failures.append(Failure(f"{source.id}: {found.url[:200]}", "read", exc.message))
        if len(entries) >= fetcher.config.max_items:
            break
    return entries, failures


def unpacked(body: bytes, limit: int) -> bytes:
    """`body`, or the first `limit` bytes of what it unpacks to where it is gzip."""
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, limit)
    except zlib.error:
        return b""


def _listed(
    body: bytes, source: SourceSettings, fetcher: Fetcher, failures: list[Failure]
) -> tuple[list[Entry], list[Entry]]:
    """The pages and the site maps that a site map names; what else it holds goes to `failures`."""
    limit = fetcher.config.max_bytes
    body = unpacked(body, limit + 1)
    if len(body) > limit:
        raise SourceError(source.id, f"is a site map of more than [fetch] max_bytes = {limit} bytes")
    entries: dict[str, list[Entry]] = {_PAGE: [], _MAP: []}
    for found in guarded.items("sitemap", body, source, fetcher.config):
        if isinstance(found, Failure):
            failures.append(found)
        elif found.url:
            entries[found.native_id].append(Entry(found.url, found.published))
    return entries[_PAGE], entries[_MAP]


def _wanted(pages: list[Entry], source: SourceSettings) -> list[Entry]:
    match = source.match
    return [page for page in pages if not match or fnmatch.fnmatchcase(page.url, match)]


def items(
    body: bytes, source: SourceSettings, max_items: int, now: datetime | None
) -> Iterator[Post | Failure]:
    """What the map in `body` names, as posts without words. To be run in a guarded process."""
    if b"<!DOCTYPE" in body[:4096].replace(b"\0", b"").upper():
        raise SourceError(
            source.id, "refused: the site map has a DOCTYPE, through which it could grow without end"
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(body, parser) if body.strip() else None
    if root is None or _name(root) not in ("urlset", "sitemapindex"):
        raise SourceError(source.id, "is no site map")
    kind = _PAGE if _name(root) == "urlset" else _MAP
    for number, item in enumerate(islice(root, _MAX_ENTRIES), 1):
        parts = {_name(part): (part.text or "").strip() for part in item if part.text}
        if url := address(parts.get("loc"), source.url or ""):
            yield Post(source.id, kind, "", url=url, published=parse_time(parts.get("lastmod", "")))
        elif "loc" in parts:
            raw = parts["loc"].encode("utf-8", "replace")[:RAW]
            yield Failure(f"{source.id}: entry {number}", "read", "is no web address", raw)


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
