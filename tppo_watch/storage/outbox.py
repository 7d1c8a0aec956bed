"""What is to be said to whom: entries written with their cause, messages made of them, rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from .schema import alerts, assessments, delivery_rules, insert_if_new, messages, outbox, posts

MessageState = Literal["waiting", "sent", "dead", "empty"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be said to one channel; said once, whatever the `subject` was noted for again."""

    channel: str
    subject: str
    kind: str  #: alert, escalation, repeat, signal or notice
    created: datetime
    not_before: datetime
    alert_id: int | None = None
    lane: str | None = None
    body: Mapping[str, Any] | None = None  #: of a signal or notice


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that waits to become part of a message."""

    id: int
    kind: str
    alert_id: int | None
    lane: str | None
    source_id: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one channel. Its id stays through every attempt: a receiver can drop a copy."""

    id: str
    channel: str
    kind: str
    state: str
    created: datetime
    attempts: int
    next_attempt: datetime
    sent_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of a message."""

    kind: str
    alert_id: int | None
    lane: str | None
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """That less is said, or something is said again, for a time. Fields that are None match everything."""

    id: int
    kind: str  #: silence or repeat
    author: int
    created: datetime
    until: datetime
    reason: str
    source_id: str | None
    lane: str | None
    alert_id: int | None
    every_s: int | None  #: of a repetition


def add(connection: Connection, entries: Sequence[Entry]) -> None:
    """Note what is to be said. What was noted before under the same channel and subject stays as it is."""
    if entries:
        connection.execute(insert_if_new(connection, outbox), [asdict(entry) for entry in entries])


def due(connection: Connection, channel: str, *, now: datetime, limit: int) -> list[Due]:
    """Entries of a channel that may be said now and are in no message yet, the oldest first."""
    query = (
        select(outbox.c.id, outbox.c.kind, outbox.c.alert_id, outbox.c.lane, posts.c.source_id)
        .outerjoin(alerts, alerts.c.id == outbox.c.alert_id)
        .outerjoin(posts, posts.c.id == alerts.c.post_id)
        .where(outbox.c.channel == channel, outbox.c.not_before <= now)
        .where(outbox.c.message_id.is_(None), outbox.c.silenced_by.is_(None))
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [Due(*row) for row in connection.execute(query)]


def silence(connection: Connection, entry_id: int, rule_id: int) -> None:
    """Note that a rule kept an entry back; it stays, with the rule, for whoever asks."""
    connection.execute(update(outbox).where(outbox.c.id == entry_id).values(silenced_by=rule_id))


def pack(
    connection: Connection, message_id: str, channel: str, kind: str, ids: Sequence[int], *, now: datetime
) -> None:
    """Make a message of entries."""
    values = {"id": message_id, "channel": channel, "kind": kind, "state": "waiting", "attempts": 0}
    connection.execute(insert(messages).values(created=now, next_attempt=now, **values))
    connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(message_id=message_id))


def waiting(connection: Connection, channels: Collection[str], *, now: datetime, limit: int) -> list[str]:
    """Ids of messages to those channels that should be tried now, the oldest first."""
    query = (
        select(messages.c.id)
        .where(messages.c.state == "waiting", messages.c.next_attempt <= now)
        .where(messages.c.channel.in_(sorted(channels)))
        .order_by(messages.c.created, messages.c.id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def message(connection: Connection, message_id: str) -> Message | None:
    """One message."""
    row = connection.execute(select(messages).where(messages.c.id == message_id)).first()
    return None if row is None else Message(**row._mapping)


def parts(connection: Connection, message_id: str) -> list[Part]:
    """What a message is made of; nothing where all of it was purged."""
    query = select(outbox.c.kind, outbox.c.alert_id, outbox.c.lane, outbox.c.body)
    rows = connection.execute(query.where(outbox.c.message_id == message_id).order_by(outbox.c.id))
    return [Part(*row) for row in rows]


def change(connection: Connection, message_id: str, **values: object) -> None:
    """Set columns of a message."""
    connection.execute(update(messages).where(messages.c.id == message_id).values(**values))


def listed(
    connection: Connection, *, state: str | None = None, limit: int = 100
) -> list[tuple[Message, int]]:
    """Messages, the latest first, each with how many entries it holds."""
    count = (
        select(func.count()).where(outbox.c.message_id == messages.c.id).correlate(messages).scalar_subquery()
    )
    query = select(messages, count.label("parts")).order_by(messages.c.created.desc(), messages.c.id)
    if state is not None:
        query = query.where(messages.c.state == state)
    out = []
    for row in connection.execute(query.limit(limit)):
        fields = dict(row._mapping)
        held = fields.pop("parts")
        out.append((Message(**fields), held))
    return out


def counts(connection: Connection) -> dict[str, int]:
    """How many messages are in each state; entries not in one yet as ``held``, silenced as ``silenced``."""
    found = {
        state: count
        for state, count in connection.execute(
            select(messages.c.state, func.count()).group_by(messages.c.state)
        )
    }
    free = outbox.c.message_id.is_(None)
    for name, condition in (
        ("held", and_(free, outbox.c.silenced_by.is_(None))),
        ("silenced", outbox.c.silenced_by.is_not(None)),
    ):
        query = select(func.count()).select_from(outbox).where(condition)
        found[name] = connection.execute(query).scalar_one()
    return found


def dead(connection: Connection) -> int:
    """How many messages were given up."""
    query = select(func.count()).select_from(messages).where(messages.c.state == "dead")
    return connection.execute(query).scalar_one()


def overdue(
    connection: Connection, *, lane: str, before: datetime, kind: str, limit: int
) -> list[tuple[int, str]]:
    """Open alerts of a lane first seen up to `before` with no entry of this kind: id and level."""
    noted = select(outbox.c.id).where(outbox.c.alert_id == alerts.c.id, outbox.c.kind == kind)
    query = (
        select(alerts.c.id, assessments.c.level)
        .join(assessments, assessments.c.post_id == alerts.c.post_id)
        .where(alerts.c.state == "open", alerts.c.lane == lane, alerts.c.first_seen <= before)
        .where(~noted.exists())
        .order_by(alerts.c.first_seen)
        .limit(limit)
    )
    return [(row.id, row.level) for row in connection.execute(query)]


def open_alerts(connection: Connection, rule: Rule, *, limit: int) -> list[tuple[int, str, str, datetime]]:
    """Open alerts that a rule is about: id, lane, level, first seen."""
    query = (
        select(alerts.c.id, alerts.c.lane, assessments.c.level, alerts.c.first_seen)
        .join(assessments, assessments.c.post_id == alerts.c.post_id)
        .join(posts, posts.c.id == alerts.c.post_id)
        .where(alerts.c.state == "open")
    )
    if rule.source_id is not None:
        query = query.where(posts.c.source_id == rule.source_id)
    if rule.lane is not None:
        query = query.where(alerts.c.lane == rule.lane)
    if rule.alert_id is not None:
        query = query.where(alerts.c.id == rule.alert_id)
    return [tuple(row) for row in connection.execute(query.order_by(alerts.c.id).limit(limit))]


def add_rule(connection: Connection, **values: object) -> int:
    """Add a rule; its id."""
    return connection.execute(
        insert(delivery_rules).values(**values).returning(delivery_rules.c.id)
    ).scalar_one()


def rules(connection: Connection, *, kind: str | None = None, at: datetime | None = None) -> list[Rule]:
    """Rules, of one kind and those in force at a moment where that is asked for; the oldest first."""
    query = select(delivery_rules).order_by(delivery_rules.c.id)
    if kind is not None:
        query = query.where(delivery_rules.c.kind == kind)
    if at is not None:
        query = query.where(delivery_rules.c.created <= at, delivery_rules.c.until > at)
    return [Rule(**row._mapping) for row in connection.execute(query)]


def end_rule(connection: Connection, rule_id: int, *, now: datetime) -> bool:
    """Let a rule end now; whether it was in force."""
    done = connection.execute(
        update(delivery_rules)
        .where(delivery_rules.c.id == rule_id, delivery_rules.c.until > now)
        .values(until=now)
    )
    return bool(done.rowcount)


def drop_messages(connection: Connection, *, before: datetime) -> dict[str, int]:
    """Remove messages made before that are sent, dead or empty and tell of no alert; rows removed by table.

    One that tells of an alert goes once that has gone: what was said of it is not said again.
    """
    telling = select(outbox.c.message_id).where(
        outbox.c.message_id.is_not(None), outbox.c.alert_id.is_not(None)
    )
    is_over = (messages.c.created < before) & (messages.c.state != "waiting")
    gone = select(messages.c.id).where(is_over, messages.c.id.not_in(telling))
    entries = connection.execute(delete(outbox).where(outbox.c.message_id.in_(gone))).rowcount
    rows = connection.execute(delete(messages).where(is_over, messages.c.id.not_in(telling))).rowcount
    return {"outbox": entries, "messages": rows}


def forget(connection: Connection, alert_ids: Collection[int]) -> None:
    """Remove everything about these alerts, said or not, before they go."""
    ids = sorted(alert_ids)
    connection.execute(delete(outbox).where(outbox.c.alert_id.in_(ids)))
    of_rules = select(delivery_rules.c.id).where(delivery_rules.c.alert_id.in_(ids))
    connection.execute(update(outbox).where(outbox.c.silenced_by.in_(of_rules)).values(silenced_by=None))
    connection.execute(delete(delivery_rules).where(delivery_rules.c.alert_id.in_(ids)))
