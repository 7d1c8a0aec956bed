"""What links posts to campaigns, the campaigns that follow, and what people decided of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from .schema import (
    alerts,
    assessments,
    campaign_decisions,
    campaign_posts,
    facts,
    insert_or_update,
    posts,
)

_ROWS = 1_000  # read at once: few enough for their texts to fit into memory
_KEY_FACT = "campaigns_key"
_EDITION_FACT = "campaigns_edition"


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """What links one post to others. Posts are named by their ids."""

    post_id: int
    campaign: int | None  #: the first post of it; None for a post in none
    is_own: bool
    is_recruitment: bool
    stance: str
    contacts: list[list[Any]]
    passing: list[int]
    wording: int | None
    similarity: float
    size: int
    novel: int
    near: int | None
    alike: int | None
    alike_similarity: float
    shingles: bytes | None = None
    slots: list[int] | None = None
    is_counted: bool = False


_LINK_FIELDS = tuple(field.name for field in fields(LinkRecord))


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What a person decided."""

    at: datetime
    actor: int | None
    kind: str
    left_posts: list[str]
    right_posts: list[str]
    undone: int


@dataclass(frozen=True, slots=True)
class PostLink:
    """Where a post belongs."""

    campaign: int | None
    wording: int | None


@dataclass(frozen=True, slots=True)
class CampaignAlert:
    """An alert of a campaign."""

    id: int
    lane: str
    state: str
    wording: int | None  #: of the post that stands for it


def grouped_ids(connection: Connection, *, after: int = 0, limit: int | None = None) -> list[int]:
    """The latest `limit` of the posts behind the id `after` that were grouped, in order."""
    column = campaign_posts.c.post_id
    latest = select(column).where(column > after).order_by(column.desc()).limit(limit)
    return list(connection.execute(latest).scalars())[::-1]


def links(connection: Connection, *, after: int = 0) -> Iterator[LinkRecord]:
    """What links the posts behind the id `after` that were grouped, in order; read in parts."""
    query = (
        select(*(campaign_posts.c[name] for name in _LINK_FIELDS))
        .where(campaign_posts.c.post_id > after)
        .order_by(campaign_posts.c.post_id)
    )
    rows = connection.execute(query, execution_options={"yield_per": _ROWS})
    return (LinkRecord(*row) for row in rows)


def add(connection: Connection, records: Sequence[LinkRecord]) -> None:
    """Keep what links posts."""
    if records:
        # Not `asdict`, which copies each of the hundreds of numbers of a record.
        rows = [{name: getattr(record, name) for name in _LINK_FIELDS} for record in records]
        connection.execute(insert(campaign_posts), rows)


def set_campaigns(connection: Connection, found: Mapping[int, int | None]) -> None:
    """Note the campaigns of posts."""
    if found:
        query = update(campaign_posts).where(campaign_posts.c.post_id == bindparam("post"))
        rows = [{"post": post, "first": first} for post, first in found.items()]
        connection.execute(query.values(campaign=bindparam("first")), rows)


def ungrouped(connection: Connection, *, after: int) -> list[tuple[int, str, dict[str, Any]]]:
    """Id, text and assessment of the first posts behind `after` that were assessed and never grouped."""
    query = (
        select(posts.c.id, posts.c.text, assessments.c.body)
        .join(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(campaign_posts, campaign_posts.c.post_id == posts.c.id)
        .where(campaign_posts.c.post_id.is_(None), posts.c.id > after)
        .order_by(posts.c.id)
        .limit(_ROWS)
    )
    return [(row.id, row.text, row.body) for row in connection.execute(query)]


def key_name(connection: Connection) -> str | None:
    """By which key contacts are hashed; None where none was yet."""
    return connection.execute(select(facts.c.value).where(facts.c.name == _KEY_FACT)).scalar()


def use_key(connection: Connection, name: str) -> None:
    """Note by which key contacts are hashed; where it was another, all links are forgotten."""
    if key_name(connection) == name:
        return
    connection.execute(insert_or_update(connection, facts), {"name": _KEY_FACT, "value": name})
    connection.execute(delete(campaign_posts))
    begin_edition(connection)


def edition(connection: Connection) -> int:
    """A number that stays as long as links are only added behind the last one."""
    return int(connection.execute(select(facts.c.value).where(facts.c.name == _EDITION_FACT)).scalar() or 0)


def begin_edition(connection: Connection) -> int:
    """Note that links were removed, or added among others: whoever holds them in memory reads them anew."""
    new = edition(connection) + 1
    connection.execute(insert_or_update(connection, facts), {"name": _EDITION_FACT, "value": str(new)})
    return new


def decisions(connection: Connection) -> list[DecisionRecord]:
    """What people decided, in order."""
    columns = [column for column in campaign_decisions.c if column.name != "id"]
    rows = connection.execute(select(*columns).order_by(campaign_decisions.c.id))
    return [DecisionRecord(**row._mapping) for row in rows]


def add_decision(connection: Connection, record: DecisionRecord) -> None:
    """Add to what people decided."""
    connection.execute(insert(campaign_decisions).values(asdict(record)))


def alerts_of(connection: Connection, campaigns: Sequence[int]) -> dict[int, list[CampaignAlert]]:
    """Campaign -> its alerts, oldest first."""
    query = (
        select(
            campaign_posts.c.campaign, alerts.c.id, alerts.c.lane, alerts.c.state, campaign_posts.c.wording
        )
        .join(campaign_posts, campaign_posts.c.post_id == alerts.c.post_id)
        .where(campaign_posts.c.campaign.in_(campaigns))
        .order_by(alerts.c.id)
    )
    found: dict[int, list[CampaignAlert]] = {}
    for campaign, *alert in connection.execute(query):
        found.setdefault(campaign, []).append(CampaignAlert(*alert))
    return found


def campaigns_of(connection: Connection) -> dict[int, int]:
    """Post -> the first post of its campaign, for all that are in one."""
    query = select(campaign_posts.c.post_id, campaign_posts.c.campaign).where(
        campaign_posts.c.campaign.is_not(None)
    )
    return {row.post_id: row.campaign for row in connection.execute(query)}


def links_of(connection: Connection, post_ids: Sequence[int]) -> dict[int, PostLink]:
    """Campaign and wording of each of `post_ids` that was grouped."""
    columns = campaign_posts.c
    query = select(columns.post_id, columns.campaign, columns.wording).where(columns.post_id.in_(post_ids))
    return {row.post_id: PostLink(row.campaign, row.wording) for row in connection.execute(query)}
