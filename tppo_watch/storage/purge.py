"""Take posts out of every table, on request or because their time is over; no source brings them back.

What hangs on a post is found by following references through all tables, so a table that is added later is
covered as long as it refers to what it belongs to. The audit log holds ids and digests only and stays whole.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from ..errors import NotFoundError
from . import notices, outbox
from .campaigns import begin_edition
from .pictures import drop_orphans
from .posts import chunks
from .schema import (
    alerts,
    assessments,
    insert_if_new,
    metadata,
    pictures,
    post_parts,
    post_pictures,
    posts,
    purged,
    runs,
)

# One transaction of a retention run: what others wait for.
_BATCH = 1_000

Forget = Callable[[Sequence[int]], None]


def native_digest(source_id: str, native_id: str, content_hash: str = "") -> str:
    """What stands for a purged id of a source, or for one version of it."""
    return hashlib.sha256(f"{source_id}\n{native_id}\n{content_hash}".encode("utf-8", "replace")).hexdigest()


def purged_digests(connection: Connection, digests: Collection[str]) -> set[str]:
    """Those of `digests`, of ids or contents, that were purged."""
    return {
        digest
        for chunk in chunks(sorted(digests))
        for digest in connection.execute(select(purged.c.digest).where(purged.c.digest.in_(chunk))).scalars()
    }


def purge_post(connection: Connection, post_id: int, *, now: datetime, forget: Forget) -> dict[str, int]:
    """Remove a post: all its versions, whatever copies their words, and all that hangs on these.

    Parameters
    ----------
    forget : callable
        Takes the ids of alerts that are about to go, and removes what people said of them.

    Returns
    -------
    dict
        Table -> rows removed. Raises `NotFoundError`.
    """
    one = connection.execute(
        select(posts.c.source_id, posts.c.native_id).where(posts.c.id == post_id)
    ).first()
    if one is None:
        raise NotFoundError("post", str(post_id))
    versions = select(posts.c.content_hash).where(
        posts.c.source_id == one.source_id, posts.c.native_id == one.native_id
    )
    ids = connection.execute(select(posts.c.id).where(posts.c.content_hash.in_(versions))).scalars().all()
    digests = connection.execute(versions).scalars().all()
    return _remove(connection, ids, now=now, forget=forget, digests=digests)


def purge_author(connection: Connection, author_key: str, *, now: datetime, forget: Forget) -> dict[str, int]:
    """Remove every post of an author and all that hangs on them; others who wrote the same keep theirs.

    Parameters, result and errors are those of `purge_post`.
    """
    ids = connection.execute(select(posts.c.id).where(posts.c.author_key == author_key)).scalars().all()
    if not ids:
        raise NotFoundError("author", author_key)
    return _remove(connection, ids, now=now, forget=forget)


def retain(
    begin: Callable[[], AbstractContextManager[tuple[Connection, Forget]]],
    *,
    now: datetime,
    posts_before: datetime | None = None,
    alerts_before: datetime | None = None,
    messages_before: datetime | None = None,
    runs_before: datetime | None = None,
) -> dict[str, int]:
    """Remove what is older than its class may become; None keeps a class.

    Parameters
    ----------
    begin : callable
        Begins a transaction that may write; gives it, and what forgets alerts in it, see `purge_post`.
    posts_before : datetime, optional
        Posts fetched before, unless there is an alert for them, for a version of them or for what they copy.
    alerts_before : datetime, optional
        Closed alerts last seen before, with their posts.
    messages_before : datetime, optional
        Messages made before that wait for nothing, unless they tell of an alert that is kept.
    runs_before : datetime, optional
        Reports of scans, and what was told of sources but for the latest of each.

    Returns
    -------
    dict
        Table -> rows removed.
    """
    removed: Counter[str] = Counter()
    for query in _outlived(posts_before, alerts_before):
        while True:
            with begin() as (connection, forget):
                ids = connection.execute(query.limit(_BATCH)).scalars().all()
                if ids:
                    removed.update(_remove(connection, ids, now=now, forget=forget, is_outlived=True))
            if len(ids) < _BATCH:
                break
    if messages_before is not None:
        with begin() as (connection, _):
            removed.update(outbox.drop_messages(connection, before=messages_before))
    if runs_before is not None:
        with begin() as (connection, _):
            removed["runs"] += connection.execute(delete(runs).where(runs.c.finished < runs_before)).rowcount
            removed["notices"] += notices.drop(connection, before=runs_before)
    return {table: rows for table, rows in removed.items() if rows}


def _outlived(posts_before: datetime | None, alerts_before: datetime | None) -> Iterator[Any]:
    """Queries for the ids of posts whose time is over."""
    if alerts_before is not None:
        closed = (alerts.c.state == "closed") & (alerts.c.last_seen < alerts_before)
        yield select(alerts.c.post_id).where(closed).order_by(alerts.c.id)
    if posts_before is not None:
        version, alert = posts.alias(), select(alerts.c.id)
        same = (version.c.source_id == posts.c.source_id) & (version.c.native_id == posts.c.native_id)
        of_version = alert.join(version, version.c.id == alerts.c.post_id).where(same).correlate(posts)
        of_original = alert.where(alerts.c.post_id == posts.c.copy_of)
        is_plain = ~of_version.exists() & ~of_original.exists()
        yield select(posts.c.id).where(posts.c.fetched < posts_before, is_plain).order_by(posts.c.id)


def _remove(
    connection: Connection,
    ids: Sequence[int],
    *,
    now: datetime,
    forget: Forget,
    digests: Iterable[str] = (),
    is_outlived: bool = False,
) -> dict[str, int]:
    """Remove posts and what hangs on them; texts that others wrote too stay with those."""
    removed: Counter[str] = Counter()
    leave = _version_digests if is_outlived else _id_digests
    left = set(digests).union(*(leave(connection, chunk) for chunk in chunks(ids)))
    if left:
        rows = [{"digest": digest, "at": now} for digest in sorted(left)]
        connection.execute(insert_if_new(connection, purged), rows)
    for chunk in chunks(ids):
        _hand_on(connection, chunk, set(ids))
    # Copies first: they refer to their originals.
    for kind in (posts.c.copy_of.is_not(None), posts.c.copy_of.is_(None)):
        for chunk in chunks(ids):
            some = connection.execute(select(posts.c.id).where(posts.c.id.in_(chunk), kind)).scalars().all()
            going = select(alerts.c.id).where(alerts.c.post_id.in_(some))
            if found := connection.execute(going).scalars().all():
                forget(found)
            shown = select(post_pictures.c.sha256).where(post_pictures.c.post_id.in_(some))
            pictured = connection.execute(shown.distinct()).scalars().all()
            _cascade(connection, posts, some, removed)
            removed["pictures"] += _drop_pictures(connection, pictured)
    removed["pictures"] += drop_orphans(connection)
    if removed["campaign_posts"]:
        begin_edition(connection)
    return {table: rows for table, rows in removed.items() if rows}


def _id_digests(connection: Connection, ids: Sequence[int]) -> set[str]:
    """Of every id under which a source could bring these posts back, in whatever words."""
    named = [
        select(table.c.source_id, table.c.native_id).where(key.in_(ids))
        for table, key in ((posts, posts.c.id), (post_parts, post_parts.c.post_id))
    ]
    return {native_digest(*row) for query in named for row in connection.execute(query)}


def _version_digests(connection: Connection, ids: Sequence[int]) -> set[str]:
    """Of these versions only: an old post that is edited is a new one."""
    query = select(posts.c.source_id, posts.c.native_id, posts.c.content_hash).where(posts.c.id.in_(ids))
    return {native_digest(*row) for row in connection.execute(query)}


def _hand_on(connection: Connection, ids: Sequence[int], leaving: set[int]) -> None:
    """Where a copy stays and its original goes, let the first copy take its place, assessment and alert."""
    rows = connection.execute(
        select(posts.c.id, posts.c.copy_of).where(posts.c.copy_of.in_(ids)).order_by(posts.c.id)
    )
    heirs: dict[int, int] = {}
    for row in rows:
        if row.id not in leaving:
            heirs.setdefault(row.copy_of, row.id)
    for old, new in heirs.items():
        connection.execute(update(posts).where(posts.c.id == new).values(copy_of=None))
        connection.execute(update(posts).where(posts.c.copy_of == old).values(copy_of=new))
        connection.execute(update(assessments).where(assessments.c.post_id == old).values(post_id=new))
        connection.execute(
            update(alerts).where(alerts.c.post_id == old).values(post_id=new, copies=alerts.c.copies - 1)
        )


def _drop_pictures(connection: Connection, digests: Sequence[str]) -> int:
    """Remove pictures that no post shows any more; how many."""
    is_shown = select(post_pictures.c.post_id).where(post_pictures.c.sha256 == pictures.c.sha256).exists()
    return sum(
        connection.execute(delete(pictures).where(pictures.c.sha256.in_(chunk), ~is_shown)).rowcount
        for chunk in chunks(digests)
    )


def _cascade(connection: Connection, table: Table, keys: Sequence[Any], removed: Counter[str]) -> None:
    """Delete the rows of `table` with these keys, after all rows anywhere that refer to them."""
    if not keys:
        return
    for child, column in _children()[table.name]:
        if child is table:
            connection.execute(update(child).where(column.in_(keys)).values({column: None}))
        elif _children()[child.name]:
            (key,) = child.primary_key
            below = connection.execute(select(key).where(column.in_(keys))).scalars().all()
            _cascade(connection, child, below, removed)
        else:
            removed[child.name] += connection.execute(delete(child).where(column.in_(keys))).rowcount
    (key,) = table.primary_key
    removed[table.name] += connection.execute(delete(table).where(key.in_(keys))).rowcount


def _children() -> Mapping[str, list[tuple[Table, Any]]]:
    """Table -> the tables and columns that refer to it."""
    found: dict[str, list[tuple[Table, Any]]] = {name: [] for name in metadata.tables}
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            found[key.column.table.name].append((table, key.parent))
    return found
