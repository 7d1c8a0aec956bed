"""Alerts: which posts wait for a person, in which lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, insert, select, update

from ..errors import NotFoundError
from .posts import chunks
from .schema import alerts, assessments, campaign_posts, posts


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert with the post and the assessment that stand for it."""

    id: int
    lane: str
    state: str
    first_seen: datetime
    last_seen: datetime
    copies: int  #: posts that said the same, beside the one shown
    post_id: int
    source_id: str
    native_id: str
    text: str
    title: str | None
    url: str | None
    published: datetime | None
    fetched: datetime
    province: str | None
    assessment: Mapping[str, Any]  #: as `Assessment.to_dict`
    campaign: int | None = None  #: the first post of its campaign; None where it is in none
    campaign_posts: int = 0  #: of that campaign, copies apart


_POST_FIELDS = frozenset(AlertRecord.__dataclass_fields__) - {"id"}


def raise_alert(connection: Connection, post_id: int, lane: str, *, now: datetime) -> int:
    """Open an alert for a post and return its id."""
    values = {
        "post_id": post_id,
        "lane": lane,
        "state": "open",
        "first_seen": now,
        "last_seen": now,
        "copies": 0,
        "risk": _risk_of(post_id),
    }
    return connection.execute(insert(alerts).values(values).returning(alerts.c.id)).scalar_one()


def add_copy(connection: Connection, post_id: int, *, now: datetime) -> None:
    """Count one more post that says what the post `post_id` says, where that has an alert."""
    connection.execute(
        update(alerts).where(alerts.c.post_id == post_id).values(copies=alerts.c.copies + 1, last_seen=now)
    )


def move(connection: Connection, alert_id: int, *, post_id: int, lane: str, now: datetime) -> None:
    """Let a newer version of its post stand for an alert, in a more urgent lane; a closed one opens again."""
    connection.execute(
        update(alerts)
        .where(alerts.c.id == alert_id)
        .values(post_id=post_id, lane=lane, state="open", last_seen=now, risk=_risk_of(post_id))
    )


def reweigh(connection: Connection, alert_id: int, *, lane: str) -> None:
    """Let an alert follow a new assessment of its post: its lane, and the risk it is ordered by."""
    post_id = select(alerts.c.post_id).where(alerts.c.id == alert_id).scalar_subquery()
    connection.execute(
        update(alerts).where(alerts.c.id == alert_id).values(lane=lane, risk=_risk_of(post_id))
    )


def touch(connection: Connection, alert_id: int, *, now: datetime) -> None:
    """Note that the post of an alert was seen again."""
    connection.execute(update(alerts).where(alerts.c.id == alert_id).values(last_seen=now))


def listed(
    connection: Connection,
    *,
    lanes: tuple[str, ...],
    lane: str | None = None,
    state: str | None = "open",
    limit: int | None = None,
) -> list[AlertRecord]:
    """Alerts by lane in the order of `lanes`, then risk, then the latest first.

    `lane` and `state` keep only those; None keeps all.
    """
    rank = case({name: index for index, name in enumerate(lanes)}, value=alerts.c.lane, else_=len(lanes))
    query = _joined().order_by(rank, assessments.c.risk.desc(), alerts.c.first_seen.desc(), alerts.c.id)
    if lane is not None:
        query = query.where(alerts.c.lane == lane)
    if state is not None:
        query = query.where(alerts.c.state == state)
    return _records(connection, query.limit(limit))


def several(connection: Connection, ids: Sequence[int]) -> list[AlertRecord]:
    """Those alerts, in the order of `ids`; one that is not there is left out."""
    found = {record.id: record for record in _records(connection, _joined().where(alerts.c.id.in_(ids)))}
    return [found[id] for id in ids if id in found]


def get(connection: Connection, alert_id: int) -> AlertRecord:
    """One alert. Raises `NotFoundError`."""
    for record in several(connection, [alert_id]):
        return record
    raise NotFoundError("alert", str(alert_id))


def campaigns_of(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Alert -> what its campaign is called, for those of them that are in one."""
    query = (
        select(alerts.c.id, campaign_posts.c.campaign)
        .join(campaign_posts, campaign_posts.c.post_id == alerts.c.post_id)
        .where(alerts.c.id.in_(ids))
    )
    return {row.id: f"campaign {row.campaign}" for row in connection.execute(query)}


def _risk_of(post_id: int) -> Any:
    risk = select(assessments.c.risk).where(assessments.c.post_id == post_id).scalar_subquery()
    return func.coalesce(risk, 0.0)


def _joined() -> Select[Any]:
    return (
        select(
            *(column for column in alerts.c if column.name != "risk"),
            *(column for column in posts.c if column.name in _POST_FIELDS),
            assessments.c.body.label("assessment"),
            campaign_posts.c.campaign,
        )
        .join(posts, posts.c.id == alerts.c.post_id)
        .join(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(campaign_posts, campaign_posts.c.post_id == posts.c.id)
    )


def _records(connection: Connection, query: Select[Any]) -> list[AlertRecord]:
    """The alerts of a query, each campaign among them counted once: a large one takes a while."""
    rows = connection.execute(query).all()
    sizes: dict[int | None, int] = {None: 0}
    column = campaign_posts.c.campaign
    for chunk in chunks(sorted({row.campaign for row in rows} - {None})):
        counted = select(column, func.count()).where(column.in_(chunk)).group_by(column)
        sizes.update((campaign, size) for campaign, size in connection.execute(counted))
    return [AlertRecord(**row._mapping, campaign_posts=sizes[row.campaign]) for row in rows]
