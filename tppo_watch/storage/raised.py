"""Signals that were raised, with some of the posts behind them and where each stands in the review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from ..errors import NotFoundError
from .campaign_lists import signs_of
from .schema import (
    alerts,
    assessments,
    campaign_posts,
    facts,
    insert_if_new,
    insert_or_update,
    posts,
    signal_posts,
    signals,
)

KEPT_POSTS = 20  #: of one day; what a person looks at
_JUDGED_FACT = "signals_judged"


@dataclass(frozen=True, slots=True)
class SignalRecord:
    """A signal as it is kept."""

    id: int
    series: str
    first_day: str  #: ISO 8601, in western Indonesian time
    last_day: str
    raised: datetime
    judged: datetime  #: when one of its days was last judged
    days: Sequence[Mapping[str, Any]]  #: a line a day, by day: as `Signal.to_dict`, with ``n_posts``
    status: str  #: open, taken_up, dismissed
    reason: str | None
    assignee: int | None
    decided: datetime | None  #: None while it waits
    version: int  #: id of the last act on it


@dataclass(frozen=True, slots=True)
class SamplePost:
    """A post behind a signal."""

    id: int
    alert_id: int | None
    source_id: str
    time: datetime
    level: str
    risk: float
    assistance: bool
    text: str
    entities: Sequence[Mapping[str, Any]]
    signs: tuple[str, ...]  #: ids of the indicators found in it
    campaign: int | None  #: the first post of its campaign


def of_series(connection: Connection, series: str) -> list[SignalRecord]:
    """All signals of a series, by their first day."""
    query = select(signals).where(signals.c.series == series).order_by(signals.c.first_day)
    return [SignalRecord(**row._mapping) for row in connection.execute(query)]


def add(connection: Connection, series: str, day: str, line: Mapping[str, Any], *, now: datetime) -> int:
    """Keep a new signal; its id."""
    moments = {"first_day": day, "last_day": day, "raised": now, "judged": now}
    values = {"series": series, "days": [dict(line)], **moments}
    return connection.execute(insert(signals).values(values).returning(signals.c.id)).scalar_one()


def set_days(
    connection: Connection, signal_id: int, days: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """Replace the days of a signal; they are in order."""
    values = {
        "days": [dict(day) for day in days],
        "first_day": days[0]["date"],
        "last_day": days[-1]["date"],
        "judged": now,
    }
    connection.execute(update(signals).where(signals.c.id == signal_id).values(values))


def add_posts(connection: Connection, signal_id: int, ids: Sequence[int]) -> None:
    """Note posts behind a signal; one that is there already stays."""
    if ids:
        rows = [{"signal_id": signal_id, "post_id": post_id} for post_id in ids]
        connection.execute(insert_if_new(connection, signal_posts), rows)


def set_state(
    connection: Connection,
    signal_id: int,
    *,
    status: str,
    reason: str | None,
    assignee: int | None,
    decided: datetime | None,
    version: int,
) -> None:
    """Write where a signal stands."""
    values = {
        "status": status, "reason": reason, "assignee": assignee, "decided": decided, "version": version
    }  # fmt: skip
    connection.execute(update(signals).where(signals.c.id == signal_id).values(values))


def listed(
    connection: Connection, *, statuses: Sequence[str] | None = None, limit: int | None = None
) -> list[SignalRecord]:
    """Signals, the latest day first; only those in `statuses` where these are given."""
    query = select(signals).order_by(signals.c.last_day.desc(), signals.c.id.desc()).limit(limit)
    if statuses is not None:
        query = query.where(signals.c.status.in_(statuses))
    return [SignalRecord(**row._mapping) for row in connection.execute(query)]


def get(connection: Connection, signal_id: int) -> SignalRecord:
    """One signal. Raises `NotFoundError`."""
    row = connection.execute(select(signals).where(signals.c.id == signal_id)).first()
    if row is None:
        raise NotFoundError("signal", str(signal_id))
    return SignalRecord(**row._mapping)


def samples(connection: Connection, signal_id: int) -> list[SamplePost]:
    """Posts behind a signal that are still there, the highest risk first."""
    moment = func.coalesce(posts.c.published, posts.c.fetched, type_=posts.c.fetched.type)
    query = (
        select(
            posts.c.id, alerts.c.id.label("alert_id"), posts.c.source_id, moment.label("time"),
            assessments.c.level, assessments.c.risk, assessments.c.assistance, posts.c.text,
            assessments.c.body, campaign_posts.c.campaign,
        )
        .join(signal_posts, signal_posts.c.post_id == posts.c.id)
        .join(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(campaign_posts, campaign_posts.c.post_id == posts.c.id)
        .outerjoin(alerts, alerts.c.post_id == posts.c.id)
        .where(signal_posts.c.signal_id == signal_id)
        .order_by(assessments.c.risk.desc(), posts.c.id)
    )  # fmt: skip
    return [
        SamplePost(
            row.id, row.alert_id, row.source_id, row.time, row.level, row.risk, row.assistance, row.text,
            row.body["entities"], signs_of(row.body), row.campaign,
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def campaigns_behind(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Signal -> the campaigns of its posts, the most frequent first; at most 1,000 signals."""
    count = func.count().label("posts")
    query = (
        select(signal_posts.c.signal_id, campaign_posts.c.campaign, count)
        .join(campaign_posts, campaign_posts.c.post_id == signal_posts.c.post_id)
        .where(signal_posts.c.signal_id.in_(ids), campaign_posts.c.campaign.is_not(None))
        .group_by(signal_posts.c.signal_id, campaign_posts.c.campaign)
        .order_by(count.desc(), campaign_posts.c.campaign)
    )
    found: dict[int, list[str]] = {signal_id: [] for signal_id in ids}
    for row in connection.execute(query):
        found[row.signal_id].append(f"c{row.campaign}")
    return found


def judged_at(connection: Connection) -> datetime | None:
    """When signals were last looked for."""
    value = connection.execute(select(facts.c.value).where(facts.c.name == _JUDGED_FACT)).scalar()
    return None if value is None else datetime.fromisoformat(value)


def note_judged(connection: Connection, now: datetime) -> None:
    """Note that signals were looked for."""
    connection.execute(insert_or_update(connection, facts).values(name=_JUDGED_FACT, value=now.isoformat()))
