"""Public posts of Mastodon and Bluesky, as their interfaces give them without an account.

Mastodon: ``/api/v1/timelines/tag/NAME`` (a list) and ``/api/v2/search`` (``statuses``),
https://docs.joinmastodon.org/methods/timelines/. Bluesky: ``app.bsky.feed.searchPosts`` (``posts``) and
``app.bsky.feed.getAuthorFeed`` (``feed``), https://docs.bsky.app/docs/api/app-bsky-feed-search-posts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import Fetcher
from .dates import parse_time
from .json_items import address, document, each, objects, text_in
from .markup import html_to_text

_AT_URI = re.compile(r"at://([^/\s]{1,300})/app\.bsky\.feed\.post/([\w.~-]{1,100})", re.ASCII)


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether `body` is JSON with items of the network in question."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    items = _items(source.kind, found)
    if not items:
        return None
    first = _post_of(items[0])
    return {} if ("record" if source.kind == "bluesky" else "visibility") in first else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post each, in the order of the answer; a boost or repost is the post it repeats."""
    answer = document(source, fetcher)
    if answer is None:
        return
    items = _items(source.kind, answer)
    if items is None:
        where = "statuses" if source.kind == "mastodon" else "posts"
        raise SourceError(source.id, f"is no answer of {source.kind.title()}: it has no list of {where}")
    make = _status if source.kind == "mastodon" else _bluesky
    yield from each(items, source, fetcher, lambda item: make(item, source))


def _items(kind: str, answer: Any) -> list[Any] | None:
    if kind == "mastodon" and isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        return None
    for name in ("statuses",) if kind == "mastodon" else ("posts", "feed"):
        if isinstance(answer.get(name), list):
            return answer[name]
    return None


def _status(item: Mapping[str, Any], source: SourceSettings) -> Post:
    boosted = item.get("reblog")
    item = boosted if isinstance(boosted, Mapping) else item
    uri = text_in(item, "uri", "url", "id")
    if not uri:
        raise ValueError("has no uri")
    warning, body = text_in(item, "spoiler_text"), html_to_text(text_in(item, "content"))
    account = item.get("account")
    return Post(
        source_id=source.id,
        native_id=uri[:500],
        text="\n".join(part for part in (warning, body) if part),
        url=address(item.get("url")) or address(uri),
        published=parse_time(text_in(item, "created_at"), zone=source.timezone),
        # Its own address: one name for an account, whichever server shows it.
        author=(text_in(account, "uri", "url", "acct")[:200] or None)
        if isinstance(account, Mapping)
        else None,
        images=tuple(
            found
            for part in objects(item.get("media_attachments"))
            if part.get("type") == "image" and (found := address(part.get("url")))
        ),
    )


def _post_of(item: Any) -> Mapping[str, Any]:
    """A feed wraps its posts, a search does not."""
    if not isinstance(item, Mapping):
        return {}
    return item["post"] if isinstance(item.get("post"), Mapping) else item


def _bluesky(item: Mapping[str, Any], source: SourceSettings) -> Post:
    post = _post_of(item)
    record, author = post.get("record"), post.get("author")
    found = _AT_URI.fullmatch(text_in(post, "uri"))
    if not found or not isinstance(record, Mapping):
        raise ValueError("has no uri or no record")
    embed = post.get("embed")
    return Post(
        source_id=source.id,
        native_id=found.group(),
        text=_with_links(record),
        url=f"https://bsky.app/profile/{found[1]}/post/{found[2]}",
        published=parse_time(text_in(record, "createdAt"), zone=source.timezone),
        author=(text_in(author, "did", "handle")[:200] or None) if isinstance(author, Mapping) else None,
        images=tuple(
            link
            for image in objects(embed.get("images") if isinstance(embed, Mapping) else None)
            if (link := address(image.get("fullsize")))
        ),
    )


def _with_links(record: Mapping[str, Any]) -> str:
    """The text, with link targets that stand behind shortened words written out after it."""
    text = text_in(record, "text")
    links = [
        link
        for facet in objects(record.get("facets"))
        for feature in objects(facet.get("features"))
        if (link := address(feature.get("uri"))) and link not in text
    ]
    return "\n".join(part for part in (text, *dict.fromkeys(links)) if part)
