"""What the people who run a watch have to be told of its sources. Whoever delivers takes what is pending."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select

from .schema import notices

#: Cannot be read; gives nothing new; is gone for good; works again; has another address.
Kind = Literal["failing", "quiet", "stopped", "recovered", "moved"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told, once."""

    source_id: str
    kind: Kind
    created: datetime
    number: int = 1  #: 1 for the first of its kind, then one more with each reminder
    detail: Mapping[str, Any] = field(default_factory=dict)  #: JSON-ready; no text of any post
    id: int | None = None  #: None until it is kept


def add(connection: Connection, new: Collection[Notice]) -> None:
    """Keep notices of sources that have a row."""
    if new:
        names = ("source_id", "kind", "created", "number", "detail")
        connection.execute(insert(notices), [{name: getattr(one, name) for name in names} for one in new])


def standing(connection: Connection) -> dict[str, Notice]:
    """Source id -> the latest notice of it, other than of a move, whether or not it was handed on."""
    latest = select(func.max(notices.c.id)).where(notices.c.kind != "moved").group_by(notices.c.source_id)
    return {one.source_id: one for one in _read(connection, select(notices).where(notices.c.id.in_(latest)))}


def pending(connection: Connection, *, limit: int = 1000) -> list[Notice]:
    """What is not handed on yet, the oldest first."""
    query = select(notices).where(notices.c.handed_on.is_(None)).order_by(notices.c.id).limit(limit)
    return _read(connection, query)


def hand_on(connection: Connection, ids: Collection[int], *, now: datetime) -> None:
    """Note that whoever delivers has taken these."""
    connection.execute(notices.update().where(notices.c.id.in_(ids)).values(handed_on=now))


def drop(connection: Connection, *, before: datetime) -> int:
    """Remove notices made before, but for those of `standing`, and what is not handed on; how many."""
    latest = select(func.max(notices.c.id)).where(notices.c.kind != "moved").group_by(notices.c.source_id)
    is_over = (notices.c.created < before) & notices.c.handed_on.is_not(None) & notices.c.id.not_in(latest)
    return connection.execute(delete(notices).where(is_over)).rowcount


def _read(connection: Connection, query: Any) -> list[Notice]:
    names = ("source_id", "kind", "created", "number", "detail", "id")
    return [Notice(**{name: row._mapping[name] for name in names}) for row in connection.execute(query)]
