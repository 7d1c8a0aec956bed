"""Public posts of Mastodon and Bluesky, as their interfaces give them without an account.

Mastodon: ``/api/v1/timelines/tag/NAME`` (a list) and ``/api/v2/search`` (``statuses``),
https://docs.joinmastodon.org/methods/timelines/. Bluesky: ``app.bsky.feed.searchPosts`` (``posts``) and
``app.bsky.feed.getAuthorFeed`` (``feed``), https://docs.bsky.app/docs/api/app-bsky-feed-search-posts.
"""

from __future__ import annotations

import re
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
from .markup import html_to_text

#: Fields that every item has, and no other JSON that is read here.
_SIGNS = {"mastodon": re.compile(rb'"visibility"\s*:\s*"'), "bluesky": re.compile(rb'"record"\s*:\s*\{')}
_AT_URI = re.compile(r"at://([^/\s]{1,300})/app\.bsky\.feed\.post/([\w.~-]{1,100})", re.ASCII)


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether `body` begins as JSON with items of the network in question."""
    head = body[:65_536].lstrip(b"\xef\xbb\xbf \t\r\n")
    return {} if head[:1] in (b"{", b"[") and _SIGNS[source.kind].search(head) else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post each, in the order of the answer; a boost or repost is the post it repeats."""
    yield from guarded.read("social", source, fetcher)


def items(
    body: bytes, source: SourceSettings, max_items: int, now: datetime | None
) -> Iterator[Post | Failure]:
    """What the answer in `body` holds. To be run in a guarded process."""
    found = _items(source.kind, load(body, source.id))
    if found is None:
        where = "statuses" if source.kind == "mastodon" else "posts"
        raise SourceError(source.id, f"is no answer of {source.kind.title()}: it has no list of {where}")
    make = _status if source.kind == "mastodon" else _bluesky
    yield from each(found, source, max_items, lambda item, flaws: make(item, source, flaws))


def _items(kind: str, answer: Any) -> list[Any] | None:
    if kind == "mastodon" and isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        return None
    for name in ("statuses",) if kind == "mastodon" else ("posts", "feed"):
        if isinstance(answer.get(name), list):
            return answer[name]
    return None


def _status(item: Mapping[str, Any], source: SourceSettings, flaws: list[str]) -> Post:
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
        published=told_time(text_in(item, "created_at"), flaws, zone=source.timezone),
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


def _bluesky(item: Mapping[str, Any], source: SourceSettings, flaws: list[str]) -> Post:
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
        published=told_time(text_in(record, "createdAt"), flaws, zone=source.timezone),
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
