"""How each source fared, and what to ask it with next time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from .schema import insert_if_new, posts, sources


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


def states(connection: Connection) -> dict[str, SourceState]:
    """Every source that was ever tried, by id, in the order of ids."""
    rows = connection.execute(select(sources).order_by(sources.c.id))
    return {row.id: SourceState(**row._mapping) for row in rows}


def ensure(connection: Connection, source_id: str) -> None:
    """Make the row of a source, so that posts can refer to it."""
    connection.execute(insert_if_new(connection, sources).values(id=source_id))


def record_success(
    connection: Connection,
    source_id: str,
    *,
    now: datetime,
    etag: str | None,
    last_modified: str | None,
) -> None:
    """Note that everything of a source was read and kept; counts its posts anew."""
    count = select(func.count()).where(posts.c.source_id == source_id).scalar_subquery()
    connection.execute(
        sources.update()
        .where(sources.c.id == source_id)
        .values(
            etag=etag,
            last_modified=last_modified,
            last_attempt=now,
            last_success=now,
            last_error=None,
            failures_in_row=0,
            posts=count,
        )
    )


def record_failure(connection: Connection, source_id: str, *, now: datetime, error: str) -> None:
    """Note that a source could not be read; what it was asked with stays."""
    connection.execute(
        sources.update()
        .where(sources.c.id == source_id)
        .values(
            last_attempt=now,
            last_error=error,
            last_error_at=now,
            failures_in_row=sources.c.failures_in_row + 1,
        )
    )
