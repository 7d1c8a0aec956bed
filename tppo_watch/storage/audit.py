"""The rows of the log of who did what. How they are chained is the matter of `tppo_watch.review.audit`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from .schema import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: ids and digests only, so that nothing in it ever has to be purged."""

    seq: int
    at: datetime
    actor: int | None
    action: str
    object: str  #: kind and id, such as ``alert:12``
    digest: str  #: of what was done; empty where the other fields say it all
    hash: str  #: of this row and the hash before it


def last(connection: Connection) -> Entry | None:
    """The latest row; None where there is none."""
    row = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).first()
    return None if row is None else Entry(**row._mapping)


def add(connection: Connection, entry: Entry) -> None:
    """Add a row."""
    connection.execute(insert(audit).values(asdict(entry)))


def entries(connection: Connection) -> Iterator[Entry]:
    """Every row, the oldest first, a few at a time."""
    rows = connection.execution_options(yield_per=1000).execute(select(audit).order_by(audit.c.seq))
    for row in rows:
        yield Entry(**row._mapping)


def latest(connection: Connection, *, limit: int, before: int | None = None) -> list[Entry]:
    """Rows, the latest first; those before the number `before` where it is given."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [Entry(**row._mapping) for row in connection.execute(query)]
