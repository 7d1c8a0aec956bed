"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from . import guarded
from .content import Fetcher
from .dates import told_time
from .json_items import address, each, load, objects, text_in
from .markup import html_to_text, images_in
from .plain import id_from

_VERSION = "https://jsonfeed.org/version/"


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """A JSON Feed says what it is."""
    return {} if b"jsonfeed.org/version" in body[:4096].replace(b"\\", b"") else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post an item, title first, in the order of the feed."""
    yield from guarded.read("json_feed", source, fetcher)


def items(
    body: bytes, source: SourceSettings, max_items: int, now: datetime | None
) -> Iterator[Post | Failure]:
    """What the feed in `body` holds. To be run in a guarded process."""
    feed = load(body, source.id)
    if not isinstance(feed, dict) or not str(feed.get("version", "")).startswith(_VERSION):
        raise SourceError(source.id, "is no JSON Feed: it names no version")
    if not isinstance(feed.get("items"), list):
        raise SourceError(source.id, "is a JSON Feed without a list of items")
    yield from each(feed["items"], source, max_items, lambda item, flaws: _post(item, source, now, flaws))


def _post(
    item: Mapping[str, Any], source: SourceSettings, now: datetime | None, flaws: list[str]
) -> Post:
    for name in ("title", "content_html", "content_text", "summary", "url"):
        if not isinstance(item.get(name), str | None):
            flaws.append(f"its {name} is no text")
    title = text_in(item, "title")
    markup = text_in(item, "content_html")
    body = html_to_text(markup) if markup else text_in(item, "content_text", "summary")
    link = address(item.get("url")) or address(item.get("external_url"))
    time = text_in(item, "date_published", "date_modified")
    named = item.get("id")
    images = [item.get("image"), *images_in(markup)]
    images += [
        part.get("url")
        for part in objects(item.get("attachments"))
        if str(part.get("mime_type", "")).startswith("image/")
    ]
    # Version 1.1 has `authors`, 1.0 had `author`.
    authors = objects(item.get("authors")) or objects(item.get("author"))
    text = body if title and body.startswith(title) else "\n".join(part for part in (title, body) if part)
    return Post(
        source_id=source.id,
        native_id=str(named)[:500] if isinstance(named, str | int) and named != "" else link or id_from(text),
        text=text,
        url=link,
        published=told_time(time, flaws, now=now, zone=source.timezone),
        author=text_in(authors[0], "url", "name")[:200] or None if authors else None,
        title=title or None,
        images=tuple(dict.fromkeys(found for image in images if (found := address(image)))),
    )
