"""Campaigns and their posts as people see them in lists: first words, dates, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from .posts import chunks
from .schema import alerts, assessments, campaign_posts, posts


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign in a list."""

    first: int  #: its first post, by which it is called
    posts: int
    open_alerts: int
    first_seen: datetime
    last_seen: datetime
    text: str  #: of its first post
    entities: list[Mapping[str, Any]]
    signs: tuple[str, ...]  #: ids of the indicators found in it, whatever was meant by them


@dataclass(frozen=True, slots=True)
class AlikeRecord:
    """A post that resembles another and is not in its campaign."""

    id: int
    alert_id: int | None
    campaign: int | None
    is_same_wording: bool  #: of one wording; otherwise of wordings that are close to each other
    time: datetime
    text: str
    entities: list[Mapping[str, Any]]
    signs: tuple[str, ...]  #: ids of the indicators found in it, whatever was meant by them


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A post of a campaign."""

    id: int
    alert_id: int | None
    source_id: str
    time: datetime
    text: str
    level: str
    assistance: bool
    entities: list[Mapping[str, Any]]
    signs: tuple[str, ...]  #: ids of the indicators found in it, whatever was meant by them


def listed(connection: Connection, *, limit: int | None = None) -> list[CampaignRecord]:
    """Campaigns, those with the most open alerts first, then the largest, then the oldest."""
    ranked = _ranked(connection, limit)
    sizes = {campaign: (size, open_alerts) for open_alerts, size, campaign in ranked}
    time = func.coalesce(posts.c.published, posts.c.fetched)
    first, last = func.min(time).label("first_seen"), func.max(time).label("last_seen")
    found: dict[int, CampaignRecord] = {}
    for chunk in chunks(list(sizes)):
        spans = (
            select(campaign_posts.c.campaign, first, last)
            .join(posts, posts.c.id == campaign_posts.c.post_id)
            .where(campaign_posts.c.campaign.in_(chunk))
            .group_by(campaign_posts.c.campaign)
            .subquery()
        )
        query = (
            select(spans, posts.c.text, assessments.c.body)
            .join(posts, posts.c.id == spans.c.campaign)
            .join(assessments, assessments.c.post_id == spans.c.campaign)
        )
        for row in connection.execute(query):
            found[row.campaign] = CampaignRecord(
                row.campaign, *sizes[row.campaign], row.first_seen, row.last_seen, row.text,
                row.body["entities"], signs_of(row.body),
            )  # fmt: skip
    return [found[campaign] for campaign in sizes if campaign in found]


def _ranked(connection: Connection, limit: int | None) -> list[tuple[int, int, int]]:
    """The first campaigns as (open alerts, posts, campaign).

    A campaign has no more open alerts than posts. So alerts are counted from the largest campaign on, until
    none of those that are left can come before the `limit` that were found.
    """
    column, size = campaign_posts.c.campaign, func.count()
    query = select(column, size).where(column.is_not(None)).group_by(column).order_by(size.desc(), column)
    found: list[tuple[int, int, int]] = []
    for largest in connection.execute(query).partitions(limit):
        if limit is not None and len(found) >= limit and found[limit - 1][0] >= largest[0][1]:
            break
        counted = (
            select(column, func.count(alerts.c.id).filter(alerts.c.state == "open"))
            .outerjoin(alerts, alerts.c.post_id == campaign_posts.c.post_id)
            .group_by(column)
        )
        for chunk in chunks(largest):
            sizes = {row.campaign: row[1] for row in chunk}
            rows = connection.execute(counted.where(column.in_(sizes)))
            found += [(open_alerts, sizes[campaign], campaign) for campaign, open_alerts in rows]
        found.sort(key=lambda one: (-one[0], -one[1], one[2]))
    return found[:limit]


def members(connection: Connection, campaign: int, *, limit: int | None = None) -> list[MemberRecord]:
    """The first posts of a campaign, in the order in which they came; none where there is no such."""
    return _members(connection, campaign_posts.c.campaign == campaign, limit)


def several(connection: Connection, post_ids: Sequence[int]) -> dict[int, MemberRecord]:
    """Those of the posts that were grouped, by id."""
    return {one.id: one for one in _members(connection, campaign_posts.c.post_id.in_(post_ids), None)}


def _members(connection: Connection, which: ColumnElement[bool], limit: int | None) -> list[MemberRecord]:
    query = (
        select(
            posts.c.id,
            alerts.c.id.label("alert_id"),
            posts.c.source_id,
            func.coalesce(posts.c.published, posts.c.fetched).label("time"),
            posts.c.text,
            assessments.c.level,
            assessments.c.assistance,
            assessments.c.body,
        )
        .join(campaign_posts, campaign_posts.c.post_id == posts.c.id)
        .join(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(alerts, alerts.c.post_id == posts.c.id)
        .where(which)
        .order_by(campaign_posts.c.post_id)
        .limit(limit)
    )
    return [
        MemberRecord(
            row.id, row.alert_id, row.source_id, row.time, row.text, row.level, row.assistance,
            row.body["entities"], signs_of(row.body),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def alike(connection: Connection, post_id: int, *, limit: int) -> list[AlikeRecord]:
    """Posts worded as this one or nearly so, of other campaigns or of none; the same wording first, then the
    latest."""
    columns = campaign_posts.c
    me = connection.execute(select(campaign_posts).where(columns.post_id == post_id)).one_or_none()
    if me is None or me.wording is None:
        return []
    elsewhere = columns.post_id != post_id
    if me.campaign is not None:
        elsewhere &= or_(columns.campaign.is_(None), columns.campaign != me.campaign)
    # Asked one by one: each has an index, and there may be many posts of one wording.
    found = _alike(connection, columns.wording == me.wording, elsewhere, limit, is_same_wording=True)
    near = [columns.alike == me.wording]
    if me.alike is not None:
        near.insert(0, columns.wording == me.alike)
    for one in near:
        if len(found) < limit:
            others = elsewhere & columns.post_id.not_in([known.id for known in found])
            found += _alike(connection, one, others, limit - len(found), is_same_wording=False)
    return found


def _alike(
    connection: Connection,
    near: ColumnElement[bool],
    elsewhere: ColumnElement[bool],
    limit: int,
    *,
    is_same_wording: bool,
) -> list[AlikeRecord]:
    columns = campaign_posts.c
    ids = select(columns.post_id).where(near, elsewhere).order_by(columns.post_id.desc()).limit(limit)
    query = (
        select(
            posts.c.id,
            alerts.c.id.label("alert_id"),
            columns.campaign,
            func.coalesce(posts.c.published, posts.c.fetched).label("time"),
            posts.c.text,
            assessments.c.body,
        )
        .join(campaign_posts, columns.post_id == posts.c.id)
        .join(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(alerts, alerts.c.post_id == posts.c.id)
        .where(posts.c.id.in_(list(connection.execute(ids).scalars())))
        .order_by(posts.c.id.desc())
    )
    return [
        AlikeRecord(
            row.id, row.alert_id, row.campaign, is_same_wording, row.time, row.text,
            row.body["entities"], signs_of(row.body),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def signs_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the indicators in an assessment, whatever was meant by them."""
    return tuple(dict.fromkeys(match["id"] for match in body["indicators"]))
