"""How each source fared, what to ask it with next time, and what the hosts they lie on have asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from .schema import hosts, insert_if_new, posts, sources


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of one source between scans."""

    id: str
    etag: str | None = None
    last_modified: str | None = None
    last_attempt: datetime | None = None  #: None: never tried
    last_success: datetime | None = None
    last_error: str | None = None  #: of the last attempt; None where it succeeded
    last_error_at: datetime | None = None
    failures_in_row: int = 0
    posts: int = 0  #: kept from it
    url: str | None = None  #: the address in the settings that this belongs to; None for a file
    address: str | None = None  #: where that has moved for good
    moved_to: str | None = None  #: where the last answer said so, until another agrees
    next_at: datetime | None = None  #: when to look again
    stopped_at: datetime | None = None  #: when its server said that it is gone for good
    last_item: datetime | None = None  #: the newest item
    rhythm: Mapping[str, Any] | None = None  #: see `tppo_watch.scan.rhythm`


_KEPT = tuple(field.name for field in fields(SourceState) if field.name not in ("id", "posts"))


def states(connection: Connection) -> dict[str, SourceState]:
    """Every source that was ever tried, by id, in the order of ids."""
    rows = connection.execute(select(sources).order_by(sources.c.id))
    return {row.id: SourceState(**row._mapping) for row in rows}


def ensure(connection: Connection, source_id: str) -> None:
    """Make the row of a source, so that posts can refer to it."""
    connection.execute(insert_if_new(connection, sources).values(id=source_id))


def save(connection: Connection, state: SourceState) -> None:
    """Keep what is known of a source; counts its posts anew."""
    ensure(connection, state.id)
    count = select(func.count()).where(posts.c.source_id == state.id).scalar_subquery()
    values = {name: getattr(state, name) for name in _KEPT}
    connection.execute(sources.update().where(sources.c.id == state.id).values(posts=count, **values))


def host(connection: Connection, name: str) -> dict[str, Any] | None:
    """What is remembered of one host: `name`, `asked_at`, `not_before`, `robots`, `robots_at`."""
    row = connection.execute(select(hosts).where(hosts.c.name == name)).first()
    return dict(row._mapping) if row else None


def save_hosts(connection: Connection, known: Collection[Mapping[str, Any]]) -> None:
    """Keep what is known of hosts, each in the form of `host`."""
    for one in known:
        connection.execute(insert_if_new(connection, hosts).values(name=one["name"]))
        connection.execute(hosts.update().where(hosts.c.name == one["name"]).values(**one))
