"""What people found of the alerts, for figures and for training: many are counted in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from .decisions import StoredState
from .posts import chunks
from .schema import alerts, assessments, review_acts, review_states, review_targets

_verdict = review_states.c.body["verdict"].as_string()
_reason = review_states.c.body["reason"].as_string()


@dataclass(frozen=True, slots=True)
class Found:
    """How often one thing was found of the alerts of a day."""

    day: date  #: on which they were first seen, in UTC
    level: str
    verdict: str
    alerts: int


@dataclass(frozen=True, slots=True)
class Fired:
    """What an assessment says of the signs in a post."""

    stance: str
    indicators: list[Mapping[str, Any]]  #: as in `Assessment.to_dict`


def by_day(
    connection: Connection, *, levels: Sequence[str], without: Sequence[str], since: datetime | None = None
) -> list[Found]:
    """What was found of alerts of these levels, by day; calls for help by their writers are left out.

    So is what is in dispute, and findings for a reason in `without`.
    """
    moment: ColumnElement[Any] = alerts.c.first_seen
    day = func.date(moment if connection.dialect.name == "sqlite" else func.timezone("UTC", moment))
    query = (
        select(day, assessments.c.level, _verdict, func.count())
        .select_from(review_states)
        .join(alerts, alerts.c.id == review_states.c.alert_id)
        .join(assessments, assessments.c.post_id == alerts.c.post_id)
        .where(_tells(without), assessments.c.level.in_(levels), assessments.c.assistance.is_(False))
        .group_by(day, assessments.c.level, _verdict)
    )
    if since is not None:
        query = query.where(alerts.c.first_seen >= since)
    return [Found(date.fromisoformat(str(on)), *rest) for on, *rest in connection.execute(query)]


def latest(
    connection: Connection,
    *,
    without: Sequence[str],
    since: datetime | None = None,
    limit: int | None = None,
) -> list[StoredState]:
    """The alerts, by id, of which something was found that is not in dispute, and not for one of the reasons.

    With a `limit` the latest of them, with `since` those first seen from then on.
    """
    query = select(review_states).where(_tells(without)).order_by(review_states.c.alert_id.desc())
    if since is not None:
        query = query.join(alerts, alerts.c.id == review_states.c.alert_id)
        query = query.where(alerts.c.first_seen >= since)
    return [StoredState(**row._mapping) for row in connection.execute(query.limit(limit))][::-1]


def _tells(without: Sequence[str]) -> ColumnElement[bool]:
    is_clear = func.coalesce(_reason, "").not_in(without)
    return and_(review_states.c.is_disputed.is_(False), _verdict.is_not(None), is_clear)


def seen_twice(connection: Connection) -> list[StoredState]:
    """The alerts, by id, that may have two opinions: one was given as such, or the post came back."""
    acts = select(review_acts.c.id).where(review_acts.c.kind.in_(("opinion", "reopen")))
    touched = select(review_targets.c.alert_id).where(review_targets.c.act_id.in_(acts))
    query = select(review_states).where(review_states.c.alert_id.in_(touched))
    return [
        StoredState(**row._mapping) for row in connection.execute(query.order_by(review_states.c.alert_id))
    ]


def fired(connection: Connection, alert_ids: Collection[int]) -> dict[int, Fired]:
    """Alert -> what its assessment says of signs, without the text."""
    body = assessments.c.body
    found = {}
    for chunk in chunks(sorted(alert_ids)):
        query = (
            select(alerts.c.id, body["stance"].as_string(), body["indicators"])
            .join(assessments, assessments.c.post_id == alerts.c.post_id)
            .where(alerts.c.id.in_(chunk))
        )
        found.update({id: Fired(stance, indicators) for id, stance, indicators in connection.execute(query)})
    return found
