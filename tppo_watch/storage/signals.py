"""What signals are counted from: posts with a risk, and when each source was read. No text leaves here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from .schema import assessments, campaign_posts, posts, runs

_CHUNK = 10_000  # values in one statement
GOOD = ("read", "unchanged")  # how a source fared in a scan that reached it


@dataclass(frozen=True, slots=True)
class Weighed:
    """A post that points to exploitation, however little."""

    id: int
    source_id: str
    province: str | None  #: where its source watches
    published: datetime | None
    fetched: datetime
    risk: float
    assessment: Mapping[str, Any]  #: as `Assessment.to_dict`
    campaign: int | None = None  #: the first post of its campaign; None where it is in none


@dataclass(frozen=True, slots=True)
class Reading:
    """A source was read: from its oldest new post on, to the moment of reading."""

    source_id: str
    since: datetime
    at: datetime


def weighed(connection: Connection, start: datetime) -> Iterator[Weighed]:
    """Posts of some level that were fetched since `start`, copies of earlier ones left out, by id."""
    query = (
        select(
            posts.c.id, posts.c.source_id, posts.c.province, posts.c.published, posts.c.fetched,
            assessments.c.risk, assessments.c.body.label("assessment"), campaign_posts.c.campaign,
        )
        .join(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(campaign_posts, campaign_posts.c.post_id == posts.c.id)
        .where(posts.c.fetched >= start, assessments.c.level != "none")
        .order_by(posts.c.id)
    )  # fmt: skip
    for row in connection.execution_options(yield_per=1_000).execute(query):
        yield Weighed(*row)


def readings(connection: Connection, start: datetime) -> list[Reading]:
    """When sources were read since `start`: those that brought posts, and those that had none to bring."""
    oldest = func.min(func.coalesce(posts.c.published, posts.c.fetched), type_=posts.c.fetched.type)
    query = (
        select(posts.c.source_id, oldest.label("since"), posts.c.fetched.label("at"))
        .where(posts.c.fetched >= start)
        .group_by(posts.c.source_id, posts.c.fetched)
    )
    found = [Reading(row.source_id, min(row.since, row.at), row.at) for row in connection.execute(query)]
    kept = select(runs.c.finished, runs.c.report).where(runs.c.finished >= start)
    for finished, report in connection.execute(kept):
        for source in report.get("sources", ()):
            if source.get("status") in GOOD:
                found.append(Reading(source["id"], finished, finished))
    return sorted(found, key=lambda reading: (reading.source_id, reading.at, reading.since))


def campaigns_of(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Post -> the first post of its campaign, for those of `ids` that are in one."""
    columns = campaign_posts.c.post_id, campaign_posts.c.campaign
    query = select(*columns).where(campaign_posts.c.campaign.is_not(None))
    return {
        post_id: campaign
        for start in range(0, len(ids), _CHUNK)
        for post_id, campaign in connection.execute(
            query.where(campaign_posts.c.post_id.in_(ids[start : start + _CHUNK]))
        )
    }
