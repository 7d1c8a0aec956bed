"""Telegram Desktop's export of one chat or of an account: `result.json`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import Fetcher
from .dates import parse_time, told_time
from .json_items import document, raw_of
from .plain import incomplete

_MAX_TEXT = 20_000  # characters; Telegram itself allows 4,096


def recognise(source: SourceSettings, body: bytes) -> dict[str, str] | None:
    """Whether `body` is an object with messages."""
    head = body[:65_536]
    is_object = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    return {} if is_object and (b'"messages"' in head or b'"chats"' in head) else None


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a message, in the order of the export; messages of the system are left out."""
    export = document(source, fetcher)
    if export is None:
        return
    chats = list(_chats(export))
    if not chats:
        raise SourceError(source.id, "holds no chat; export one as JSON in Telegram Desktop (result.json)")
    for chat in chats:
        yield from _messages(chat, source)


def _chats(export: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(export, dict):
        return
    if isinstance(export.get("messages"), list):
        yield export
    for name in ("chats", "left_chats"):  # an export of the whole account
        section = export.get(name)
        chats = section.get("list") if isinstance(section, dict) else None
        for chat in chats if isinstance(chats, list) else ():
            if isinstance(chat, dict) and isinstance(chat.get("messages"), list):
                yield chat


def _messages(chat: dict[str, Any], source: SourceSettings) -> Iterator[Post | Failure]:
    for number, message in enumerate(chat["messages"], 1):
        where, flaws = f"{source.id}: message {number}", []
        try:
            post = _post(message, chat, source, flaws)
        except ValueError as exc:
            yield Failure(where, "read", str(exc), raw_of(message))
            continue
        if post is not None:
            yield post
        if flaws:
            yield incomplete(where, flaws, raw_of(message))


def _post(
    message: Any, chat: dict[str, Any], source: SourceSettings, flaws: list[str]
) -> Post | None:
    """A message as a post; None for a message of the system, or one with neither text nor picture."""
    if not isinstance(message, dict):
        raise ValueError(f"is {type(message).__name__}, not an object")
    if message.get("type") != "message":
        return None
    text = _text(message.get("text", ""), flaws).strip()
    images = _images(message)
    if not text and not images:
        if flaws:
            raise ValueError(", ".join(flaws))
        return None
    native = message.get("id")
    if isinstance(native, bool) or not isinstance(native, int | str) or native == "":
        raise ValueError("has no id")
    # A channel speaks for itself: its posts are not parts of a conversation by one person.
    is_channel = "channel" in str(chat.get("type", ""))
    return Post(
        source_id=source.id,
        native_id=f"{chat.get('id', '-')}/{native}"[:200],
        text=text[:_MAX_TEXT],
        published=_time(message, source.timezone, flaws),
        author=None if is_channel else _author(message),
        chat=None if is_channel else str(chat.get("id", "-")),
        images=images,
    )


def _images(message: dict[str, Any]) -> tuple[str, ...]:
    """The picture, where the export holds it: without media it says that the file is not included."""
    photo = message.get("photo")
    if photo is None and str(message.get("mime_type", "")).startswith("image/"):
        photo = message.get("file")
    if not isinstance(photo, str) or not photo or photo.startswith("("):
        return ()
    return (photo[:500],)


def _text(value: Any, flaws: list[str]) -> str:
    """Text is a string, or a list of strings and marked-up parts whose links may hide behind words."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise ValueError(f"text is {type(value).__name__}, not a string or a list")
    parts: list[str] = []
    for part in value:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            parts.append(part["text"])
            href = part.get("href")
            if isinstance(href, str) and href and href not in part["text"]:
                parts.append(f" ({href})")
        else:
            flaws.append("a part of its text is neither a string nor an object with text")
    return "".join(parts)


def _time(message: dict[str, Any], zone: str, flaws: list[str]) -> datetime | None:
    # `date` is the local time of whoever exported; only `date_unixtime` says which moment that was.
    moment = parse_time(str(message.get("date_unixtime") or ""))
    return moment or told_time(str(message.get("date") or ""), flaws, zone=zone)


def _author(message: dict[str, Any]) -> str | None:
    author = message.get("from_id") or message.get("from")
    return str(author)[:200] if author else None
