"""The public page of a Telegram channel: ``https://t.me/s/NAME``, the newest twenty messages or so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree

from ..config import SourceSettings
from ..errors import FetchError, SourceError
from ..types import Failure, Post
from . import guarded
from .content import Fetcher
from .dates import told_time
from .markup import parsed, text_of
from .plain import decode, incomplete
from .reach import Reach

_CHANNEL = re.compile(r"(https?://(?:t|telegram)\.me/)(?:s/)?([A-Za-z]\w{3,31})/?(\?[^#]*)?", re.ASCII | re.I)
_PICTURE = re.compile(r"background-image:\s*url\(['\"]?(https?://[^'\")]{1,2000})", re.I)
_ID = re.compile(r"[\w-]{1,64}/\d{1,12}", re.ASCII)
_RAW = 65_536
_EMPTY = "is a Telegram channel that shows no message"
MAX_PAGES = 5  #: read in one scan where the settings do not say; all channels share one host


def page_of(url: str) -> str | None:
    """The page that shows the messages of the channel `url` names; None where it names none."""
    found = _CHANNEL.fullmatch(url)
    return f"{found[1]}s/{found[2]}{found[3] or ''}" if found else None


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether `body` is such a page, or its address that of a channel."""
    is_channel = source.url is not None and page_of(source.url) is not None
    return {} if is_channel or b"tgme_widget_message" in body else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a message, oldest first. An edited message has the id it had.

    A page shows some twenty messages. Where it does not reach back to what was read before, the pages before
    it are asked for, `max_pages` of them in one scan; what is still missing then is left to the next scans.
    """
    if source.url is None:
        yield from guarded.read("telegram_public", source, fetcher)
        return
    source = source.model_copy(update={"url": page_of(source.url) or source.url})
    known = fetcher.remembered()
    stream = fetcher.open(source, is_conditional=False)
    assert stream is not None
    with stream:
        newest = _shown(stream.read(), source, fetcher)
    reach = Reach.of(known)
    fetcher.unchanged = reach.holds(newest)
    reach = reach.after_page(newest)
    pages = [newest]
    for _ in range(1, source.max_pages or MAX_PAGES):
        before = reach.gap if known else reach.lowest
        if before is None:
            break
        try:
            answer = fetcher.web.get(_before(source.url or "", before), source_id=source.id)
            older = _shown(answer.body, source, fetcher)
        except FetchError as exc:
            yield Failure(f"{source.id}: messages before {before}", "read", exc.message)
            break
        except SourceError as exc:
            if exc.message != _EMPTY:
                yield Failure(f"{source.id}: messages before {before}", "read", exc.message)
                break
            older = []
        further = reach.after_page(older, before=before)
        if further == reach:  # a server that does not understand the question
            break
        pages.append(older)
        reach = further
    for page in reversed(pages):
        yield from page
    fetcher.remember(reach.marks())


def _before(page: str, number: int) -> str:
    """The address of what a page shows before a message."""
    parts = urlsplit(page)
    return parts._replace(query=urlencode([*parse_qsl(parts.query), ("before", str(number))])).geturl()


def _shown(body: bytes, source: SourceSettings, fetcher: Fetcher) -> list[Post | Failure]:
    return list(guarded.items("telegram_public", body, source, fetcher.config, fetcher.now))


def items(
    body: bytes, source: SourceSettings, max_items: int, now: datetime | None
) -> Iterator[Post | Failure]:
    """What the page in `body` shows, oldest first. To be run in a guarded process.

    A channel is nobody: only what it forwards has an author, namely whom it forwards.
    """
    tree = parsed(decode(body, source.id))
    messages = [] if tree is None else _all(tree, "tgme_widget_message")
    if not messages:
        raise SourceError(source.id, _why_empty(tree))
    for number, message in enumerate(islice(messages, max_items), 1):
        where, flaws = f"{source.id}: message {number}", []
        try:
            yield _post(message, source, now, flaws)
        except ValueError as exc:
            yield Failure(where, "read", str(exc), _raw_of(message))
        if flaws:
            yield incomplete(where, flaws, _raw_of(message))


def _raw_of(message: Any) -> bytes:
    return etree.tostring(message, encoding="utf-8", with_tail=False)[:_RAW]


def _why_empty(tree: Any) -> str:
    if tree is not None and (_all(tree, "tgme_channel_info") or _all(tree, "tgme_channel_history")):
        return _EMPTY
    if tree is not None and _all(tree, "tgme_page"):
        return (
            "is a Telegram page without messages: a group, a person, or a channel that shows none in public"
        )
    return "is no page of a public Telegram channel"


def _all(element: Any, name: str) -> list[Any]:
    """Elements below `element` of the class `name`."""
    return element.xpath(".//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} ")


def _post(message: Any, source: SourceSettings, now: datetime | None, flaws: list[str]) -> Post:
    native = message.get("data-post") or ""
    if not _ID.fullmatch(native):
        raise ValueError("has no id")
    # What it answers to is quoted in it, with words of its own.
    texts = [part for part in _all(message, "tgme_widget_message_text") if not _is_quoted(part)]
    times = [time.get("datetime") for time in message.iter("time") if time.get("datetime")]
    forwarded = _all(message, "tgme_widget_message_forwarded_from_name")
    photos = [
        _PICTURE.search(photo.get("style") or "") for photo in _all(message, "tgme_widget_message_photo_wrap")
    ]
    return Post(
        source_id=source.id,
        native_id=native,
        text="\n".join(text for part in texts if (text := text_of(part, with_links=True))),
        url=f"https://t.me/{native}",
        published=told_time(times[-1], flaws, now=now, zone=source.timezone) if times else None,
        author=(forwarded[0].get("href") or text_of(forwarded[0]))[:200] or None if forwarded else None,
        images=tuple(dict.fromkeys(photo[1] for photo in photos if photo)),
    )


def _is_quoted(part: Any) -> bool:
    return any("tgme_widget_message_reply" in (above.get("class") or "") for above in part.iterancestors())
