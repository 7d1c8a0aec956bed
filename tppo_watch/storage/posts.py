"""Posts and what was said of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, func, select, update

from ..errors import NotFoundError
from ..types import Assessment, Picture
from .loading import load, load_numbered
from .pictures import attach
from .schema import alerts, assessments, insert_if_new, insert_or_update, post_marks, post_parts, posts

# SQLite takes 32,766 values in one statement.
_CHUNK = 10_000

T = TypeVar("T")


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
    pictures: tuple[Picture, ...] = ()  #: whose words are part of `text`


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier version of a post led to."""

    alert_id: int | None
    lane: str | None


@dataclass(frozen=True, slots=True)
class Marked:
    """The version of a post that a mark was given to last."""

    native_id: str
    text: str
    fetched: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a post, as its source showed it from `since` on."""

    id: int
    since: datetime
    fetched: datetime  #: when it was seen first
    title: str | None
    text: str
    risk: float | None  #: None for a copy of another post, which has none of its own
    level: str | None
    assistance: bool | None


_POST_FIELDS = tuple(name for name in NewPost.__dataclass_fields__ if name not in ("parts", "pictures"))


def content_hash(text: str) -> str:
    """A digest, the same for texts that differ in letter case, spacing and invisible characters only."""
    visible = unicodedata.normalize("NFKC", text).casefold()
    if not visible.isascii():
        for invisible in [char for char in set(visible) if unicodedata.category(char) == "Cf"]:
            visible = visible.replace(invisible, "")
    return hashlib.sha256(" ".join(visible.split()).encode("utf-8", "replace")).hexdigest()


KEY_BYTES = 32
_SEPARATORS = re.compile(r"[\s().-]+")


def author_key(key: bytes, author: str) -> str:
    """The keyed hash that stands for an author; one phone number gives one key however it is spaced.

    Parameters
    ----------
    key : bytes
        One or more keys of `KEY_BYTES`, the oldest first: each hashes what the one before it gave.
    """
    name = " ".join(unicodedata.normalize("NFKC", author).casefold().split())
    digits = _SEPARATORS.sub("", name).removeprefix("+")
    if digits.isdecimal() and len(digits) >= 9:
        name = "62" + digits[1:] if digits.startswith("0") else digits
    for start in range(0, len(key), KEY_BYTES):
        name = rehashed(key[start : start + KEY_BYTES], name)
    return name


def rehashed(key: bytes, name: str) -> str:
    """A name, or the hash of one, hashed with one key."""
    return hashlib.blake2b(name.encode("utf-8", "replace"), key=key, digest_size=16).hexdigest()


def known(connection: Connection, source_id: str, native_ids: Sequence[str]) -> dict[str, list[str]]:
    """Native id -> content hashes of its versions, the latest last, for those that are kept."""
    query = select(posts.c.native_id, posts.c.content_hash).where(posts.c.source_id == source_id)
    found: dict[str, list[str]] = {}
    for chunk in chunks(native_ids):
        rows = query.where(posts.c.native_id.in_(chunk)).order_by(posts.c.since, posts.c.id)
        for row in connection.execute(rows):
            found.setdefault(row.native_id, []).append(row.content_hash)
    return found


def take_back(
    connection: Connection, source_id: str, native_id: str, content_hash: str, *, now: datetime
) -> None:
    """Note that a source shows an earlier version of a post again."""
    connection.execute(
        update(posts)
        .where(
            posts.c.source_id == source_id,
            posts.c.native_id == native_id,
            posts.c.content_hash == content_hash,
        )
        .values(since=now)
    )


def author_of(connection: Connection, post_id: int) -> str:
    """The hash of whoever wrote a post. Raises `NotFoundError`, also where its author is not known."""
    found = connection.execute(select(posts.c.author_key).where(posts.c.id == post_id)).scalar()
    if found is None:
        raise NotFoundError("post with an author", str(post_id))
    return found


def history(connection: Connection, post_id: int) -> list[Version]:
    """All versions of the post that `post_id` is one of, the latest last. Raises `NotFoundError`."""
    one = posts.alias()
    query = (
        select(posts, assessments.c.risk, assessments.c.level, assessments.c.assistance)
        .join(one, (one.c.source_id == posts.c.source_id) & (one.c.native_id == posts.c.native_id))
        .outerjoin(assessments, assessments.c.post_id == posts.c.id)
        .where(one.c.id == post_id)
        .order_by(posts.c.since, posts.c.id)
    )
    fields = Version.__dataclass_fields__
    found = [Version(**{name: row[name] for name in fields}) for row in connection.execute(query).mappings()]
    if not found:
        raise NotFoundError("post", str(post_id))
    return found


def marked(connection: Connection, source_id: str, marks: Sequence[str]) -> dict[str, Marked]:
    """Mark -> the version it was given to last, for those of `marks` that were given."""
    query = (
        select(post_marks.c.mark, posts.c.native_id, posts.c.text, posts.c.fetched)
        .join(posts, posts.c.id == post_marks.c.post_id)
        .where(post_marks.c.source_id == source_id)
    )
    return {
        row.mark: Marked(row.native_id, row.text, row.fetched)
        for chunk in chunks(marks)
        for row in connection.execute(query.where(post_marks.c.mark.in_(chunk)))
    }


def add_marks(connection: Connection, source_id: str, marks: Sequence[tuple[str, str, str]]) -> None:
    """Give each mark to the version with that native id and content hash, where it is kept."""
    wanted = {mark: (native_id, content_hash) for mark, native_id, content_hash in marks}
    names = sorted({native_id for native_id, _ in wanted.values()})
    query = select(posts.c.id, posts.c.native_id, posts.c.content_hash).where(posts.c.source_id == source_id)
    ids = {
        (row.native_id, row.content_hash): row.id
        for chunk in chunks(names)
        for row in connection.execute(query.where(posts.c.native_id.in_(chunk)))
    }
    rows = [
        {"source_id": source_id, "mark": mark, "post_id": ids[version]}
        for mark, version in sorted(wanted.items())
        if version in ids
    ]
    if rows:
        connection.execute(insert_or_update(connection, post_marks), rows)


def owners(connection: Connection, source_id: str, parts: Sequence[str]) -> dict[str, str]:
    """Message -> native id of the post that it first went into, for those of `parts` that are known."""
    query = (
        select(post_parts.c.native_id, posts.c.native_id.label("owner"))
        .join(posts, posts.c.id == post_parts.c.post_id)
        .where(post_parts.c.source_id == source_id)
    )
    return {
        row.native_id: row.owner
        for chunk in chunks(parts)
        for row in connection.execute(query.where(post_parts.c.native_id.in_(chunk)))
    }


def originals(connection: Connection, hashes: Collection[str]) -> dict[str, int]:
    """Content hash -> id of the first post that said this, for those of `hashes` that are known."""
    first = func.min(func.coalesce(posts.c.copy_of, posts.c.id))
    query = select(posts.c.content_hash, first.label("id")).group_by(posts.c.content_hash)
    return {
        row.content_hash: row.id
        for chunk in chunks(sorted(hashes))
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
    for chunk in chunks(native_ids):
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
    ids = load_numbered(connection, posts, rows)
    parts = [
        {"source_id": post.source_id, "native_id": part, "post_id": post_id}
        for post_id, (post, _) in zip(ids, new, strict=True)
        for part in post.parts
    ]
    connection.execute(insert_if_new(connection, post_parts), parts)
    for post_id, (post, _) in zip(ids, new, strict=True):
        attach(connection, post_id, post.pictures, now=post.fetched)
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
    load(connection, assessments, rows)


def chunks(values: Sequence[T]) -> list[Sequence[T]]:
    """`values` in pieces that one statement takes."""
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
