"""What could not be read, kept for inspection: bounded, and as private as the posts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from ..errors import NotFoundError
from ..types import Failure
from .schema import rejects

KEPT = 50  #: of one source; the ones seen last
MAX_RAW = 256 * 1024  #: bytes of one
KEPT_FOR = timedelta(days=90)  #: since it was seen last


@dataclass(frozen=True, slots=True)
class Reject:
    """One item that could not be read."""

    id: int
    source_id: str
    item: str  #: which line, message or file
    reason: str
    first_seen: datetime
    last_seen: datetime
    times: int  #: how many scans met it
    size: int  #: bytes kept of it
    raw: bytes | None = None  #: those bytes, where they were asked for


def keep(connection: Connection, source_id: str, failures: Iterable[Failure], *, now: datetime) -> None:
    """Keep what failed in one reading of a source; what was there before is counted, not repeated."""
    for failure in failures:
        raw = failure.raw[:MAX_RAW]
        said = f"{failure.item}\x1f{failure.reason}\x1f".encode("utf-8", "replace")
        digest = hashlib.sha256(said + raw).hexdigest()
        is_it = (rejects.c.source_id == source_id) & (rejects.c.digest == digest)
        again = {"last_seen": now, "times": rejects.c.times + 1}
        if not connection.execute(update(rejects).where(is_it).values(again)).rowcount:
            values = {
                "source_id": source_id, "digest": digest, "item": _storable(failure.item),
                "reason": _storable(failure.reason), "raw": raw,
                "first_seen": now, "last_seen": now, "times": 1,
            }  # fmt: skip
            connection.execute(insert(rejects).values(values))
    newest = (
        select(rejects.c.id)
        .where(rejects.c.source_id == source_id)
        .order_by(rejects.c.last_seen.desc(), rejects.c.id.desc())
        .limit(KEPT)
    )
    is_surplus = rejects.c.id.not_in(newest) | (rejects.c.last_seen < now - KEPT_FOR)
    connection.execute(delete(rejects).where(rejects.c.source_id == source_id, is_surplus))


def counts(connection: Connection) -> dict[str, int]:
    """Source -> how many of its items are kept."""
    query = select(rejects.c.source_id, func.count()).group_by(rejects.c.source_id)
    return {source_id: count for source_id, count in connection.execute(query)}


def listed(connection: Connection, source_id: str | None = None) -> list[Reject]:
    """What is kept, of one source or of all, the last seen first; without the bytes."""
    columns = [column for column in rejects.c if column.name not in ("raw", "digest")]
    query = select(*columns, func.length(rejects.c.raw).label("size"))
    if source_id is not None:
        query = query.where(rejects.c.source_id == source_id)
    rows = connection.execute(query.order_by(rejects.c.last_seen.desc(), rejects.c.id.desc()))
    return [Reject(**row._mapping) for row in rows]


def get(connection: Connection, reject_id: int) -> Reject:
    """One of them with its bytes. Raises `NotFoundError`."""
    row = connection.execute(select(rejects).where(rejects.c.id == reject_id)).one_or_none()
    if row is None:
        raise NotFoundError("unreadable item", str(reject_id))
    values = {name: value for name, value in row._mapping.items() if name != "digest"}
    return Reject(**values, size=len(row.raw))


def clear(connection: Connection, source_id: str) -> int:
    """Delete what is kept of a source; how many they were."""
    return connection.execute(delete(rejects).where(rejects.c.source_id == source_id)).rowcount


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:1000]
