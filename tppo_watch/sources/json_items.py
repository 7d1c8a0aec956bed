"""JSON that others wrote: a document, its list of items, and fields of which none is what it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from ..config import SourceSettings
from ..errors import SourceError
from ..types import Failure, Post
from .content import Fetcher
from .plain import decode, incomplete

RAW = 65_536  # characters of an item kept for inspection
_MAX_DIGITS = 30  # of a whole number


def load(body: bytes, source_id: str) -> Any:
    """The document in `body`. Raises `SourceError`; quotes nothing of it."""
    text = decode(body, source_id)
    try:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a number of thousands of digits, which must not cost the document
            return json.loads(text, parse_int=_number)
    except (ValueError, RecursionError) as exc:
        where = f" (line {exc.lineno}, column {exc.colno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise SourceError(source_id, f"is no valid JSON{where}") from None


def _number(digits: str) -> int | str:
    """A whole number; what is too long for one stays as it is written."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def document(source: SourceSettings, fetcher: Fetcher) -> Any:
    """What `source` holds; None where nothing changed."""
    stream = fetcher.open(source)
    if stream is None:
        return None
    with stream:
        return load(stream.read(), source.id)


def each(
    items: list[Any],
    source: SourceSettings,
    limit: int,
    make: Callable[[Mapping[str, Any], list[str]], Post | None],
) -> Iterator[Post | Failure]:
    """What `make` makes of each of the first `limit` items; its `ValueError`, or no object, is a failure.

    Beside the item `make` is given a list, for what of it cannot be read while the rest can.
    """
    for number, item in enumerate(islice(items, limit), 1):
        where = f"{source.id}: item {number}"
        if not isinstance(item, Mapping):
            yield Failure(where, "read", f"is {type(item).__name__}, not an object", raw_of(item))
            continue
        flaws: list[str] = []
        try:
            post = make(item, flaws)
        except ValueError as exc:
            yield Failure(where, "read", str(exc), raw_of(item))
            continue
        if post is not None:
            yield post
        if flaws:
            yield incomplete(where, flaws, raw_of(item))
    if len(items) > limit:
        said = f"{len(items)} items, only the first {limit} read ([fetch] max_items = {limit})"
        yield Failure(source.id, "read", said)


def raw_of(item: Any) -> bytes:
    """An item as it is kept for inspection."""
    return json.dumps(item, ensure_ascii=False)[:RAW].encode("utf-8", "replace")


def text_in(item: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds words, without the spaces around; else nothing."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; a single one is a list of one, anything else is an empty one."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, Mapping)]


def address(value: Any, base: str = "") -> str | None:
    """`value` where it is a web address, or one below that of `base`."""
    if not isinstance(value, str):
        return None
    try:
        found = urljoin(base, value.strip()) if base else value.strip()
    except ValueError:  # such as a bracket that opens an IPv6 address and none that closes it
        return None
    return found[:2000] if re.match(r"https?://[^\s/?#]", found, re.I) else None
