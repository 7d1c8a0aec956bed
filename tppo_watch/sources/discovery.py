"""Say what an address or a file is, and what it would give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from ..config import FetchSettings, SourceSettings
from ..errors import FetchError, SourceError
from ..types import Failure, Post
from . import read
from .content import Fetcher, GivenFetcher, SourceFetcher
from .gate import checked
from .json_items import address
from .kinds import candidates, hint_for
from .markup import parsed
from .plain import decode

_FEEDS = {
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/feed+json": "json_feed",
}
_TRIED_PAGES = {"sitemap": 3, "telegram_public": 1}  # enough to see whether they hold anything
_LISTED = 10  # addresses in one note


@dataclass(frozen=True, slots=True)
class Found:
    """What a place is."""

    kind: str | None  #: None where nothing here can read it
    options: Mapping[str, Any] = field(default_factory=dict)  #: settings it needs beside its place
    posts: tuple[Post, ...] = ()
    failures: tuple[Failure, ...] = ()
    hint: str | None = None  #: what to do where `kind` is None
    notes: tuple[str, ...] = ()  #: what else is worth knowing


def identify(place: str, fetch: FetchSettings, *, now: datetime | None = None) -> Found:
    """Read an address, a file or a folder once, as every kind in turn, and say as which it gives posts.

    Raises
    ------
    SourceError
        If it cannot be opened.
    """
    fetcher = SourceFetcher(fetch, now=now)
    if re.match(r"[a-z][a-z0-9+.-]*://", place, re.I):
        checked(place, "check")
        where: dict[str, Any] = {"url": place}
    else:
        where = {"path": Path(place)}
        if where["path"].is_dir():
            return _folder(SourceSettings(id="check", kind="folder", **where), fetcher)
    stream = fetcher.open(SourceSettings(id="check", kind="feed", **where))
    assert stream is not None  # without validators nothing is ever unchanged
    with stream:
        body = stream.read()
    notes: tuple[str, ...] = ()
    for source, _ in candidates("check", where, body):
        options = {name: getattr(source, name) for name in source.model_fields_set - {"id", "kind", *where}}
        if source.kind in _TRIED_PAGES:
            source = source.model_copy(update={"max_pages": _TRIED_PAGES[source.kind]})
        if source.kind == "page":
            notes = _about_page(body, source, fetcher)
        try:
            items = list(read(source, GivenFetcher(fetcher, body)))
        except SourceError:
            continue
        posts, failures = _apart(items)
        if posts or source.kind in ("feed", "json_feed", "sitemap"):
            return Found(source.kind, options, posts, failures, notes=notes or _about(source, body))
    return Found(None, hint="; ".join(notes) or hint_for(body))


def _apart(items: list[Post | Failure]) -> tuple[tuple[Post, ...], tuple[Failure, ...]]:
    posts = tuple(item for item in items if isinstance(item, Post))
    return posts, tuple(item for item in items if isinstance(item, Failure))


def _folder(source: SourceSettings, fetcher: Fetcher) -> Found:
    posts, failures = _apart(list(islice(read(source, fetcher), fetcher.config.max_items)))
    has_pictures = any("is a picture" in failure.reason for failure in failures)
    notes = ("files of any known kind that are put there will be read",)
    return Found("folder", {"images": True} if has_pictures else {}, posts, failures, notes=notes)


def _about(source: SourceSettings, body: bytes) -> tuple[str, ...]:
    """What whoever adds this should know."""
    if source.kind == "telegram_public":
        return ("shows some twenty messages a page; max_pages says how many pages back a scan reads",)
    if source.kind == "sitemap":
        return (f"tried {_TRIED_PAGES['sitemap']} of its pages; max_pages says how many a scan reads",)
    if source.kind == "whatsapp_export":
        from .whatsapp_export import is_order_clear

        if source.date_order == "auto" and not is_order_clear(body, source.id):
            return ("no date tells day from month: day first is taken; set date_order if that is wrong",)
    return ()


def _about_page(body: bytes, source: SourceSettings, fetcher: Fetcher) -> tuple[str, ...]:
    """Better ways to read the site of a page: the feeds it names, the site maps of its host."""
    try:
        tree = parsed(decode(body, source.id))
    except SourceError:
        tree = None
    if tree is None:
        return ()
    base = source.url or ""
    feeds = [
        found
        for link in tree.iter("link")
        if link.get("type", "").strip().lower() in _FEEDS and (found := address(link.get("href"), base))
    ]
    notes = [f"is a web page that names a feed; try {_some(feeds)}"] if feeds else []
    if maps := _site_maps(base, fetcher):
        notes.append(f"its site has a map of its pages; try {_some(maps)}")
    return tuple(notes)


def _some(addresses: list[str]) -> str:
    return ", ".join(list(dict.fromkeys(addresses))[:_LISTED])


def _site_maps(url: str, fetcher: Fetcher) -> list[str]:
    """The site maps that robots.txt names."""
    if not url:
        return []
    from protego import Protego

    try:
        answer = fetcher.web.get(urljoin(url, "/robots.txt"), source_id="check")
    except FetchError:
        return []
    return list(Protego.parse(answer.body[:524_288].decode("utf-8", "replace")).sitemaps)[:_LISTED]
