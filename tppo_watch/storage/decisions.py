"""What people did about alerts: acts, the state that follows from them, and who has a post open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, false, func, insert, or_, select, update

from .schema import alerts, assessments, review_acts, review_claims, review_states, review_targets, users

# SQLite takes 32,766 values in one statement.
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class StoredAct:
    """An act as it is kept, for one or many alerts."""

    id: int
    at: datetime
    actor: int | None
    actor_name: str | None
    kind: str
    body: Mapping[str, Any]
    salt: str | None
    undoes: int | None
    alerts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredState:
    """The row of one alert in `review_states`; `body` is what no list is filtered by."""

    alert_id: int
    status: str
    assignee: int | None
    snoozed_until: datetime | None
    first_opinion_by: int | None
    is_disputed: bool
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """What the order of the queue goes by."""

    alert_id: int
    lane: str
    risk: float
    first_seen: datetime


def add_act(
    connection: Connection,
    *,
    at: datetime,
    actor: int | None,
    kind: str,
    body: Mapping[str, Any],
    salt: str,
    alerts: Sequence[int],
    undoes: int | None = None,
) -> int:
    """Add an act on these alerts; its id. One on other matters has none, see `storage.matters`."""
    values = {"at": at, "actor": actor, "kind": kind, "body": dict(body), "salt": salt, "undoes": undoes}
    act_id = connection.execute(insert(review_acts).values(values).returning(review_acts.c.id)).scalar_one()
    if alerts:
        connection.execute(
            insert(review_targets), [{"alert_id": alert_id, "act_id": act_id} for alert_id in alerts]
        )
    return act_id


def act(connection: Connection, act_id: int) -> StoredAct | None:
    """One act with its alerts."""
    found = acts(connection, [act_id])
    return found[0] if found else None


def acts(connection: Connection, act_ids: Sequence[int]) -> list[StoredAct]:
    """These acts with their alerts, oldest first."""
    found = [_acts(connection, review_acts.c.id.in_(chunk)) for chunk in _chunks(sorted(act_ids))]
    return [stored for part in found for stored in part]


def acts_of(connection: Connection, alert_ids: Collection[int]) -> dict[int, list[StoredAct]]:
    """Alert -> every act that touches it, oldest first. Acts on many alerts name all of them."""
    found: dict[int, list[StoredAct]] = {alert_id: [] for alert_id in alert_ids}
    touched: dict[int, list[int]] = {}
    for chunk in _chunks(sorted(alert_ids)):
        pairs = select(review_targets.c.act_id, review_targets.c.alert_id).where(
            review_targets.c.alert_id.in_(chunk)
        )
        for act_id, alert_id in connection.execute(pairs):
            touched.setdefault(act_id, []).append(alert_id)
    for chunk in _chunks(sorted(touched)):
        for stored in _acts(connection, review_acts.c.id.in_(chunk)):
            for alert_id in touched[stored.id]:
                found[alert_id].append(stored)
    return found


def latest_acts(connection: Connection, actor: int, limit: int) -> list[StoredAct]:
    """The latest acts of one person, the latest first."""
    ids = select(review_acts.c.id).where(review_acts.c.actor == actor)
    ids = ids.order_by(review_acts.c.id.desc()).limit(limit)
    return _acts(connection, review_acts.c.id.in_(list(connection.execute(ids).scalars())))[::-1]


def undone_by(connection: Connection, act_id: int) -> list[int]:
    """The undoing acts that name this one, oldest first."""
    query = select(review_acts.c.id).where(review_acts.c.undoes == act_id).order_by(review_acts.c.id)
    return list(connection.execute(query).scalars())


def _acts(connection: Connection, condition: ColumnElement[bool]) -> list[StoredAct]:
    query = (
        select(review_acts, users.c.name.label("actor_name"))
        .outerjoin(users, users.c.id == review_acts.c.actor)
        .where(condition)
        .order_by(review_acts.c.id)
    )
    rows = list(connection.execute(query))
    targets: dict[int, list[int]] = {row.id: [] for row in rows}
    for chunk in _chunks(sorted(targets)):
        pairs = (
            select(review_targets.c.act_id, review_targets.c.alert_id)
            .where(review_targets.c.act_id.in_(chunk))
            .order_by(review_targets.c.alert_id)
        )
        for act_id, alert_id in connection.execute(pairs):
            targets[act_id].append(alert_id)
    return [StoredAct(alerts=tuple(targets[row.id]), **row._mapping) for row in rows]


def states(connection: Connection, alert_ids: Collection[int]) -> dict[int, StoredState]:
    """The states of those of the alerts that anybody did something about."""
    found = {}
    for chunk in _chunks(sorted(alert_ids)):
        for row in connection.execute(select(review_states).where(review_states.c.alert_id.in_(chunk))):
            found[row.alert_id] = StoredState(**row._mapping)
    return found


def set_states(connection: Connection, new: Iterable[tuple[StoredState, str, bool]]) -> None:
    """Write states, each with the lane of its alert and whether it waits for somebody."""
    rows = list(new)
    if not rows:
        return
    ids = [state.alert_id for state, _, _ in rows]
    for chunk in _chunks(ids):
        connection.execute(delete(review_states).where(review_states.c.alert_id.in_(chunk)))
    names = StoredState.__dataclass_fields__
    connection.execute(
        insert(review_states), [{name: getattr(state, name) for name in names} for state, _, _ in rows]
    )
    for state, lane, is_waiting in rows:
        connection.execute(
            update(alerts)
            .where(alerts.c.id == state.alert_id)
            .values(lane=lane, state="open" if is_waiting else "closed")
        )


def levels(connection: Connection, alert_ids: Collection[int]) -> dict[int, tuple[str, bool]]:
    """Alert -> level and need of help of the assessment behind it; alerts that are not there are left out."""
    found = {}
    for chunk in _chunks(sorted(alert_ids)):
        query = (
            select(alerts.c.id, assessments.c.level, assessments.c.assistance)
            .join(assessments, assessments.c.post_id == alerts.c.post_id)
            .where(alerts.c.id.in_(chunk))
        )
        found.update({row.id: (row.level, row.assistance) for row in connection.execute(query)})
    return found


# Lists


@dataclass(frozen=True, slots=True)
class Filter:
    """Which alerts a list holds; None filters nothing."""

    now: datetime
    state: str | None = None
    statuses: tuple[str, ...] | None = None
    is_snoozed: bool | None = None
    is_disputed: bool | None = None
    assignee: int | None = None
    free_for: int | None = None  #: neither assigned to nor held by anybody but this user
    hidden_from: int | None = None  #: leave out what waits for the second opinion of this user
    second_for: int | None = None  #: only what waits for a second opinion that this user may give
    without: int | None = None  #: leave out this alert
    among: tuple[int, ...] | None = None  #: only these; at most 10,000


def places(
    connection: Connection,
    wanted: Filter,
    *,
    lane: str,
    before: datetime,
    is_overdue: bool,
    limit: int,
) -> list[Place]:
    """One stretch of a list: of one lane, those first seen up to `before` by age, or the others by risk."""
    query = select(alerts.c.id, alerts.c.lane, alerts.c.risk, alerts.c.first_seen).where(
        alerts.c.lane == lane, *_conditions(wanted)
    )
    if is_overdue:
        query = query.where(alerts.c.first_seen <= before).order_by(alerts.c.first_seen, alerts.c.id)
    else:
        query = query.where(alerts.c.first_seen > before).order_by(alerts.c.risk.desc(), alerts.c.id.desc())
    return [Place(*row) for row in connection.execute(query.limit(limit))]


def foremost(connection: Connection, wanted: Filter, before: Mapping[str, datetime]) -> Place | None:
    """The first of a list that is short: it is sorted whole, in one question.

    Lanes in the order of `before`; in each those first seen up to its moment by age, then the others by risk.
    """
    rank = case(*((alerts.c.lane == lane, place) for place, lane in enumerate(before)), else_=len(before))
    is_old = _is_old(before)
    query = (
        select(alerts.c.id, alerts.c.lane, alerts.c.risk, alerts.c.first_seen)
        .where(*_conditions(wanted))
        .order_by(
            rank, is_old.desc(), case((is_old, alerts.c.first_seen)), alerts.c.risk.desc(), alerts.c.id.desc()
        )
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else Place(*row)


def _is_old(before: Mapping[str, datetime]) -> ColumnElement[bool]:
    """Whether an alert was first seen up to the moment of its lane."""
    moments = ((alerts.c.lane == lane, alerts.c.first_seen <= moment) for lane, moment in before.items())
    return case(*moments, else_=false())


def count_by_state(connection: Connection, wanted: Filter) -> int:
    """How many a list holds that is made of states alone, without those that are hidden."""
    column = review_states.c.first_opinion_by
    shown = () if wanted.hidden_from is None else (or_(column.is_(None), column == wanted.hidden_from),)
    query = select(func.count()).select_from(review_states).where(*_state_conditions(wanted), *shown)
    return connection.execute(query).scalar_one()


def count_waiting(
    connection: Connection, now: datetime, before: Mapping[str, datetime]
) -> dict[str, tuple[int, int]]:
    """Lane -> how many wait there at a moment, and how many of these were first seen up to its `before`.

    All that are open are counted along the index, then the few that are put off are taken off.
    """
    query = (
        # By state too, and not where it is open: this then begins with the few.
        select(alerts.c.lane, alerts.c.state, func.count(), func.count().filter(_is_old(before)))
        .where(alerts.c.id.in_(_alerts_where(review_states.c.snoozed_until > now)))
        .group_by(alerts.c.lane, alerts.c.state)
    )
    asleep = {lane: (every, old) for lane, state, every, old in connection.execute(query) if state == "open"}
    found = {}
    for lane, moment in before.items():
        is_open = alerts.c.state == "open", alerts.c.lane == lane
        every, old = (
            connection.execute(select(func.count()).select_from(alerts).where(*is_open, *more)).scalar_one()
            for more in ((), (alerts.c.first_seen <= moment,))
        )
        every_asleep, old_asleep = asleep.get(lane, (0, 0))
        found[lane] = every - every_asleep, old - old_asleep
    return found


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """What an alert must be to stand in a list.

    States are looked up apart, not joined: a list then comes from the index of its order, however long it is,
    and each set of states from the index that holds little else.
    """
    column, id = review_states.c, alerts.c.id
    found: list[ColumnElement[bool]] = []
    if must := _state_conditions(wanted):
        found.append(id.in_(_alerts_where(*must)))
    if wanted.state is not None:
        found.append(alerts.c.state == wanted.state)
    if wanted.is_snoozed is False:
        found.append(id.not_in(_alerts_where(column.snoozed_until > wanted.now)))
    if wanted.free_for is not None:
        found.append(id.not_in(_alerts_where(column.assignee != wanted.free_for)))
        held = review_claims.c.user_id != wanted.free_for, review_claims.c.until > wanted.now
        found.append(id.not_in(select(review_claims.c.alert_id).where(*held)))
    if wanted.hidden_from is not None:
        found.append(id.not_in(_alerts_where(column.first_opinion_by != wanted.hidden_from)))
    if wanted.among is not None:
        found.append(id.in_(wanted.among))
    if wanted.without is not None:
        found.append(id != wanted.without)
    return found


def _state_conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """What the state of an alert must be to stand in a list."""
    column = review_states.c
    must: list[ColumnElement[bool]] = []
    if wanted.statuses is not None:
        must.append(column.status.in_(wanted.statuses))
    if wanted.is_snoozed:
        must.append(column.snoozed_until > wanted.now)
    if wanted.is_disputed:
        must.append(column.is_disputed.is_(True))
    if wanted.assignee is not None:
        must.append(column.assignee == wanted.assignee)
    if wanted.second_for is not None:
        must.append(column.first_opinion_by != wanted.second_for)
    return must


def _alerts_where(*conditions: ColumnElement[bool]) -> Any:
    return select(review_states.c.alert_id).where(*conditions)


# Claims


def claim(connection: Connection, alert_id: int, user_id: int, *, until: datetime) -> None:
    """Note that a user has a post open; whoever had it before has it no longer."""
    release(connection, [alert_id])
    connection.execute(insert(review_claims).values(alert_id=alert_id, user_id=user_id, until=until))


def release(connection: Connection, alert_ids: Sequence[int]) -> None:
    """Nobody has these open."""
    for chunk in _chunks(alert_ids):
        connection.execute(delete(review_claims).where(review_claims.c.alert_id.in_(chunk)))


def release_all_of(connection: Connection, user_id: int) -> None:
    """This user has nothing open."""
    connection.execute(delete(review_claims).where(review_claims.c.user_id == user_id))


def holders(
    connection: Connection, alert_ids: Collection[int], *, now: datetime
) -> dict[int, tuple[int, str]]:
    """Alert -> id and name of whoever has it open."""
    found = {}
    for chunk in _chunks(sorted(alert_ids)):
        query = (
            select(review_claims.c.alert_id, users.c.id, users.c.name)
            .join(users, users.c.id == review_claims.c.user_id)
            .where(review_claims.c.alert_id.in_(chunk), review_claims.c.until > now)
        )
        found.update({row.alert_id: (row.id, row.name) for row in connection.execute(query)})
    return found


def forget(connection: Connection, alert_ids: Collection[int]) -> list[int]:
    """Remove what was said of these alerts, before they go; the acts that are empty now, as tombstones.

    An act on other alerts too keeps its text for them.
    """
    for table in (review_claims, review_states):
        for chunk in _chunks(sorted(alert_ids)):
            connection.execute(delete(table).where(table.c.alert_id.in_(chunk)))
    touched = sorted({stored.id for found in acts_of(connection, alert_ids).values() for stored in found})
    for chunk in _chunks(sorted(alert_ids)):
        connection.execute(delete(review_targets).where(review_targets.c.alert_id.in_(chunk)))
    left: set[int] = set()
    for chunk in _chunks(touched):
        query = select(review_targets.c.act_id).where(review_targets.c.act_id.in_(chunk))
        left.update(connection.execute(query).scalars())
    empty = [act_id for act_id in touched if act_id not in left]
    for chunk in _chunks(empty):
        connection.execute(update(review_acts).where(review_acts.c.id.in_(chunk)).values(body={}, salt=None))
    return empty


def _chunks(values: Sequence[int]) -> list[Sequence[int]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
