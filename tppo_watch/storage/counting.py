"""What was seen in a span of time, for counts: no text leaves here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, or_, select

from .schema import assessments, posts, runs


@dataclass(frozen=True, slots=True)
class Marked:
    """A post that was put before a person, without its text."""

    at: datetime  #: when it was published, or fetched where that is unknown or lies after
    source_id: str
    province: str | None  #: where its source watches
    assessment: Mapping[str, Any]  #: as `Assessment.to_dict`


def _moment() -> ColumnElement[datetime]:
    """When a post was published; a date after it was fetched is a clock that runs ahead."""
    is_known = posts.c.published.is_not(None) & (posts.c.published <= posts.c.fetched)
    return case((is_known, posts.c.published), else_=posts.c.fetched)


def marked(connection: Connection, start: datetime, end: datetime) -> Iterator[Marked]:
    """Posts of medium or high level, and those of people who may need help, from `start` until before `end`.

    Copies of an earlier post are left out. In the order of time.
    """
    for row in connection.execution_options(yield_per=1_000).execute(_marked(start, end)):
        yield Marked(row.at, row.source_id, row.province, row.body)


def spotted(
    connection: Connection, start: datetime, end: datetime, spot: Callable[[str], frozenset[str]]
) -> Iterator[tuple[Marked, frozenset[str]]]:
    """As `marked`, each with what `spot` finds in its text, where it finds anything."""
    query = _marked(start, end).add_columns(posts.c.text)
    for row in connection.execution_options(yield_per=1_000).execute(query):
        if found := spot(row.text):
            yield Marked(row.at, row.source_id, row.province, row.body), found


def _marked(start: datetime, end: datetime) -> Select[Any]:
    moment = _moment().label("at")
    return (
        select(moment, posts.c.source_id, posts.c.province, assessments.c.body)
        .join(assessments, assessments.c.post_id == posts.c.id)
        .where(moment >= start, moment < end)
        .where(or_(assessments.c.level.in_(("medium", "high")), assessments.c.assistance))
        .order_by(moment, posts.c.id)
    )


def read_counts(connection: Connection, bounds: Sequence[datetime]) -> dict[tuple[int, str | None], int]:
    """Posts read, without copies, by span and province of the source.

    `bounds` rise; span 0 is from the first until before the second, and so on.
    """
    moment = _moment()
    span = case(*((moment < end, index) for index, end in enumerate(bounds[1:])))
    query = (
        select(span, posts.c.province, func.count())
        .where(moment >= bounds[0], moment < bounds[-1], posts.c.copy_of.is_(None))
        .group_by(span, posts.c.province)
    )
    return {(index, province): count for index, province, count in connection.execute(query)}


def scan_times(connection: Connection, start: datetime, end: datetime) -> list[datetime]:
    """When scans ended, from `start` until before `end`, in order."""
    query = select(runs.c.finished).where(runs.c.finished >= start, runs.c.finished < end)
    return list(connection.execute(query.order_by(runs.c.finished)).scalars())
