"""Posts and what was said of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from ..types import Assessment
from .schema import alerts, assessments, insert_if_new, post_parts, posts

# SQLite takes 32,766 values in one statement.
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to be kept."""

    source_id: str
    native_id: str
    content_hash: str
    text: str
    fetched: datetime
    parts: tuple[str, ...]  #: native ids of the messages that make it up
    title: str | None = None
    url: str | None = None
    published: datetime | None = None
    author_key: str | None = None
    province: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier version of a post led to."""

    alert_id: int | None
    lane: str | None


_POST_FIELDS = tuple(name for name in NewPost.__dataclass_fields__ if name != "parts")


def content_hash(text: str) -> str:
    """A digest, the same for texts that differ in letter case, spacing and invisible characters only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = folded if folded.isascii() else "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return hashlib.sha256(" ".join(visible.split()).encode("utf-8", "replace")).hexdigest()


_SEPARATORS = re.compile(r"[\s().-]+")


def author_key(key: bytes, author: str) -> str:
    """The keyed hash that stands for an author; one phone number gives one key however it is spaced."""
    name = " ".join(unicodedata.normalize("NFKC", author).casefold().split())
    digits = _SEPARATORS.sub("", name).removeprefix("+")
    if digits.isdecimal() and len(digits) >= 9:
        name = "62" + digits[1:] if digits.startswith("0") else digits
    return hashlib.blake2b(name.encode("utf-8", "replace"), key=key[:64], digest_size=16).hexdigest()


def known(connection: Connection, source_id: str, native_ids: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs of native id and content hash that are kept already, of those native ids."""
    query = select(posts.c.native_id, posts.c.content_hash).where(posts.c.source_id == source_id)
    return {
        (row.native_id, row.content_hash)
        for chunk in _chunks(native_ids)
        for row in connection.execute(query.where(posts.c.native_id.in_(chunk)))
    }


def owners(connection: Connection, source_id: str, parts: Sequence[str]) -> dict[str, str]:
    """Message -> native id of the post that it first went into, for those of `parts` that are known."""
    query = (
        select(post_parts.c.native_id, posts.c.native_id.label("owner"))
        .join(posts, posts.c.id == post_parts.c.post_id)
        .where(post_parts.c.source_id == source_id)
    )
    return {
        row.native_id: row.owner
        for chunk in _chunks(parts)
        for row in connection.execute(query.where(post_parts.c.native_id.in_(chunk)))
    }


def originals(connection: Connection, hashes: Collection[str]) -> dict[str, int]:
    """Content hash -> id of the first post that said this, for those of `hashes` that are known."""
    first = func.min(func.coalesce(posts.c.copy_of, posts.c.id))
    query = select(posts.c.content_hash, first.label("id")).group_by(posts.c.content_hash)
    return {
        row.content_hash: row.id
        for chunk in _chunks(sorted(hashes))
        for row in connection.execute(query.where(posts.c.content_hash.in_(chunk)))
    }


def earlier_versions(connection: Connection, source_id: str, native_ids: Sequence[str]) -> dict[str, Earlier]:
    """Native id -> the alert its earlier versions led to, for those of `native_ids` that are known."""
    query = (
        select(posts.c.native_id, alerts.c.id, alerts.c.lane)
        .outerjoin(alerts, alerts.c.post_id == posts.c.id)
        .where(posts.c.source_id == source_id)
    )
    found: dict[str, Earlier] = {}
    for chunk in _chunks(native_ids):
        for native_id, alert_id, lane in connection.execute(query.where(posts.c.native_id.in_(chunk))):
            if alert_id is not None or native_id not in found:
                found[native_id] = Earlier(alert_id, lane)
    return found


def add(connection: Connection, new: Sequence[tuple[NewPost, int | None]]) -> list[int]:
    """Keep posts, each with the id of the post it copies, if it does; their ids, in the same order."""
    if not new:
        return []
    rows = [
        {"copy_of": copy_of, "since": post.fetched} | {name: getattr(post, name) for name in _POST_FIELDS}
        for post, copy_of in new
    ]
    returning = insert(posts).returning(posts.c.id, sort_by_parameter_order=True)
    ids = list(connection.execute(returning, rows).scalars())
    parts = [
        {"source_id": post.source_id, "native_id": part, "post_id": post_id}
        for post_id, (post, _) in zip(ids, new, strict=True)
        for part in post.parts
    ]
    connection.execute(insert_if_new(connection, post_parts), parts)
    return ids


def add_assessments(connection: Connection, assessed: Sequence[tuple[int, Assessment]]) -> None:
    """Keep what was said of posts, with everything needed to explain it later."""
    rows = [
        {
            "post_id": post_id,
            "model": assessment.model,
            "risk": assessment.risk,
            "level": assessment.level,
            "assistance": assessment.assistance,
            "lang": assessment.lang,
            "body": assessment.to_dict(),
        }
        for post_id, assessment in assessed
    ]
    if rows:
        connection.execute(insert(assessments), rows)


def _chunks(values: Sequence[str]) -> list[Sequence[str]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
