"""Telegram Desktop's export of one chat or of an account: `result.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import Fetcher
from .dates import parse_time

_MAX_TEXT = 20_000  # characters; Telegram itself allows 4,096


def read(source: SourceSettings, fetcher: Fetcher) -> Iterator[Post | Failure]:
    """Yield one post a message that has text, in the order of the export; service messages are left out."""
    stream = fetcher.open(source)
    if stream is None:
        return
    with stream:
        try:
            export = json.load(stream)
        except (ValueError, RecursionError) as exc:
            raise SourceError(source.id, f"is not JSON as Telegram exports it: {str(exc)[:120]}") from None
    chats = list(_chats(export))
    if not chats:
        raise SourceError(source.id, "holds no chat; export one as JSON in Telegram Desktop (result.json)")
    for chat in chats:
        yield from _messages(chat, source.id)


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


def _messages(chat: dict[str, Any], source_id: str) -> Iterator[Post | Failure]:
    is_channel = "channel" in str(chat.get("type", ""))
    for number, message in enumerate(chat["messages"], 1):
        where = f"{source_id}: message {number}"
        if not isinstance(message, dict):
            yield Failure(where, "read", f"is {type(message).__name__}, not an object")
            continue
        if message.get("type") != "message":
            continue
        try:
            text = _text(message.get("text", "")).strip()
        except ValueError as exc:
            yield Failure(where, "read", str(exc))
            continue
        if not text:
            continue  # a picture or file without a caption
        native = message.get("id")
        if isinstance(native, bool) or not isinstance(native, int | str) or native == "":
            yield Failure(where, "read", "has no id")
            continue
        yield Post(
            source_id=source_id,
            native_id=f"{chat.get('id', '-')}/{native}"[:200],
            text=text[:_MAX_TEXT],
            published=_time(message),
            # A channel speaks for itself: its posts are not parts of a conversation by one person.
            author=None if is_channel else _author(message),
        )


def _text(value: Any) -> str:
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
            raise ValueError("text has a part that is neither a string nor an object with text")
    return "".join(parts)


def _time(message: dict[str, Any]) -> datetime | None:
    # `date` is the local time of whoever exported; only `date_unixtime` says which moment that was.
    return parse_time(str(message.get("date_unixtime") or "")) or parse_time(str(message.get("date") or ""))


def _author(message: dict[str, Any]) -> str | None:
    author = message.get("from_id") or message.get("from")
    return str(author)[:200] if author else None
