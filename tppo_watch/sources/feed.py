"""RSS and Atom, through feedparser, in a process that can be ended."""

from __future__ import annotations

import calendar
import html
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import feedparser

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from . import guarded
from .content import Fetcher
from .dates import to_utc, told_time
from .json_items import RAW
from .markup import html_to_text, images_in
from .plain import decode, id_from, incomplete

_ROOT = re.compile(rb"<(?:[a-z0-9]{1,20}:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
_MAX_ROOT = 20_000  # bytes of the first tag; feedparser's time grows with the square of its attributes
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]{0,500}\bencoding\b[^>]{0,500}>")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
#: References to characters that no XML may hold; one of them would cost the whole feed.
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,20})|([0-9]{1,20}));|&#x?[0-9a-fA-F]{21,};")
_XML_CHARACTERS = ((0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))  # XML 1.0, section 2.2
_RUNNING_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether the tag of a feed stands near the beginning."""
    return {} if _ROOT.search(body[:65_536].replace(b"\0", b"")) else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post an item, title first, in the order of the feed, read in a guarded process."""
    yield from guarded.read("feed", source, fetcher)


def items(
    body: bytes, source: SourceSettings, max_items: int, now: datetime | None
) -> Iterator[Post | Failure]:
    """What a feed holds. Its time and memory are bounded by nothing but the process it runs in."""
    parsed = _parse(body, source)
    entries = parsed.entries
    shared = _shared_links(parsed)
    for number, entry in enumerate(islice(entries, max_items), 1):
        where, flaws = f"{source.id}: item {number}", []
        try:
            yield _post(entry, source, shared, now, flaws)
        except Exception as exc:  # the edge of one item: feedparser's records are as odd as the feed
            yield Failure(where, "read", f"{type(exc).__name__} in this item", _raw_of(entry))
        if flaws:
            yield incomplete(where, flaws, _raw_of(entry))
    if len(entries) > max_items:
        yield Failure(
            source.id,
            "read",
            f"{len(entries)} items, only the first {max_items} read ([fetch] max_items = {max_items})",
        )
    if parsed.bozo and _is_damage(parsed.bozo_exception):
        yield Failure(
            source.id, "read", f"damaged feed, {len(entries)} items recovered: {_first_line(parsed)}", body
        )


def _raw_of(entry: Any) -> bytes:
    return repr(entry).encode("utf-8", "replace")[:RAW]


def _parse(body: bytes, source: SourceSettings) -> Any:
    # UTF-16 hides nothing this way, nor does a comment that holds the name of a root.
    flat = _COMMENT.sub(b"", body.replace(b"\0", b""))
    root = _ROOT.search(flat)
    if root is None:
        raise SourceError(source.id, "is no RSS or Atom feed" if body.strip() else "is empty, not a feed")
    if b"<!ENTITY" in flat[: root.start()].upper():
        raise SourceError(source.id, "refused: the feed declares entities, which can grow without end")
    if flat.find(b">", root.start(), root.start() + _MAX_ROOT) < 0:
        raise SourceError(source.id, "refused: its first tag is longer than any feed's")
    parsed, trouble = _feedparsed(body, source)
    if not parsed.entries and not parsed.version and (named := _DECLARATION.match(body)):
        # The name of an encoding that is none, or not that of the feed, would cost all of it.
        plain = decode(body[named.end() :], source.id).encode("utf-8", "replace")
        again, _ = _feedparsed(plain, source)
        if again.entries or again.version:
            again.bozo, again.bozo_exception = True, ValueError("the encoding it names is not its own")
            return again
    if trouble is not None:
        raise SourceError(source.id, f"cannot be read as a feed ({type(trouble).__name__})") from trouble
    if not parsed.version and not parsed.entries:
        raise SourceError(source.id, f"is no RSS or Atom feed: {_first_line(parsed)}")
    return parsed


def _feedparsed(body: bytes, source: SourceSettings) -> tuple[Any, Exception | None]:
    """What feedparser makes of a feed; an empty one, and what it raised, where it did not get to an end."""
    try:
        # A stream, because feedparser takes a plain string for an address to fetch.
        parsed = feedparser.parse(
            io.BytesIO(_REFERENCE.sub(_legal, body)),
            response_headers={"content-location": source.url} if source.url else None,
        )
    except MemoryError:
        raise  # the guard of this process sees to it
    except Exception as exc:  # some small malformed feeds make feedparser raise whatever they hit inside
        return feedparser.FeedParserDict(entries=[], version=""), exc
    return parsed, None


def _legal(reference: re.Match[bytes]) -> bytes:
    """A character reference as it is where it names a character, the replacement character otherwise."""
    hexadecimal, decimal = reference.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal) if decimal else 0
    is_legal = code in (9, 10, 13) or any(first <= code <= last for first, last in _XML_CHARACTERS)
    return reference.group() if is_legal else b"&#xFFFD;"


def _is_damage(exc: BaseException) -> bool:
    """Whether `exc` means lost items; feedparser also complains where it only had to guess the encoding."""
    return not isinstance(exc, feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType)


def _first_line(parsed: Any) -> str:
    return (str(parsed.get("bozo_exception") or "no items").strip().splitlines() or ["unknown error"])[0][
        :120
    ]


def _shared_links(parsed: Any) -> frozenset[str]:
    """Links that cannot tell items apart: used more than once, or that of the channel."""
    counts = Counter(_link(entry) for entry in parsed.entries)
    channel = parsed.feed.get("link")
    return frozenset(link for link, count in counts.items() if link and (count > 1 or link == channel))


def _post(
    entry: Any, source: SourceSettings, shared: frozenset[str], now: datetime | None, flaws: list[str]
) -> Post:
    title = _text(entry.get("title_detail") or {"value": entry.get("title", "")})
    contents = entry.get("content") or [entry.get("summary_detail") or {"value": entry.get("summary", "")}]
    body = max((_text(content) for content in contents), key=len)
    link = _link(entry)
    if link is None and entry.get("link"):
        flaws.append("its link is no web address")
    # Much repeated titles would count their words twice.
    text = body if title and body.startswith(title) else "\n".join(part for part in (title, body) if part)
    return Post(
        source_id=source.id,
        native_id=_identity(entry, link, shared, title, text),
        text=text,
        url=link,
        published=_published(entry, source.timezone, now, flaws),
        author=(entry.get("author") or "").strip() or None,
        title=title or None,
        images=_images(entry, contents),
    )


def _images(entry: Any, contents: list[Any]) -> tuple[str, ...]:
    """Addresses of pictures: in the markup, enclosed, or of Media RSS."""
    found = [image for content in contents for image in images_in(content.get("value") or "")]
    for part in (*entry.get("enclosures", ()), *entry.get("media_content", ())):
        address = part.get("href") or part.get("url") or ""
        if str(part.get("type", "")).startswith("image/") or part.get("medium") == "image":
            found.append(address)
    return tuple(dict.fromkeys(image for image in found if re.match(r"https?://", image, re.I)))


def _identity(entry: Any, link: str | None, shared: frozenset[str], title: str, text: str) -> str:
    """The link first: some feeds number their items anew in every version, so their guid names nothing."""
    guid = (entry.get("id") or "").strip()
    if _RUNNING_NUMBER.fullmatch(guid) or guid == link:
        guid = ""
    if link and link not in shared:
        return link[:500]
    if link:
        return f"{link[:400]} {guid[:90] or id_from(title)}"
    return guid[:500] or id_from(title, text)


def _link(entry: Any) -> str | None:
    link = (entry.get("link") or "").strip().split("#", 1)[0]
    return link if re.match(r"https?://", link, re.I) else None


def _published(entry: Any, zone: str, now: datetime | None, flaws: list[str]) -> datetime | None:
    """The first of an item's times that can be read; one that cannot counts where no other can."""
    unread: list[str] = []
    for name in ("published", "updated", "created"):
        if raw := dict.get(entry, name):  # feedparser's own `get` would answer with another of the three
            # Before feedparser's own reading: it takes zones it does not know, WIB among them, for UTC.
            parsed = dict.get(entry, f"{name}_parsed")
            if found := told_time(raw, unread, now=now, zone=zone) or (_moment(parsed) if parsed else None):
                return found
    flaws += unread
    return None


def _moment(parsed: Any) -> datetime | None:
    """feedparser's reading of a time; None where no calendar has it: a wrong date must not lose its item."""
    try:
        return to_utc(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _text(content: Any) -> str:
    value = content.get("value") or ""
    if content.get("type") == "text/plain":
        # Titles come as plain text that still holds markup when a site escapes twice.
        value = html.unescape(value) if "&" in value else value
        return value.strip()
    return html_to_text(value)
