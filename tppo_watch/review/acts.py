"""Acts: how one is written, the states and lanes that follow, what a purge leaves, how one is shown."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..alerts.channels import Channel
from ..alerts.lanes import LANES
from ..alerts.outbox import note_alert
from ..errors import NotFoundError, ReviewError
from ..storage import decisions, outbox, users
from ..storage.decisions import StoredAct
from ..storage.matters import BODY_KEYS
from .audit import Writing, act_detail, digest_of
from .records import Act, Decision, User
from .replay import from_stored, lane_of, replay, to_stored, undone, verdict_of


def write_act(
    writing: Writing,
    channels: Sequence[Channel],
    actor: User | None,
    kind: str,
    body: Mapping[str, Any],
    alerts: Sequence[int],
    *,
    now: datetime,
    undoes: int | None = None,
) -> Act:
    """Write an act with its record in the log, and bring its alerts to what follows. Raises `NotFoundError`.

    Whoever may need help by it is told of in `channels`.
    """
    connection, actor_id = writing.connection, None if actor is None else actor.id
    ids = sorted(set(alerts))
    require_alerts(connection, ids)
    body, salt = {**body, "alerts": ids}, secrets.token_hex(16)
    act_id = decisions.add_act(
        connection, at=now, actor=actor_id, kind=kind, body=body, salt=salt, alerts=ids, undoes=undoes
    )
    digest = digest_of(act_detail(kind, actor_id, body, undoes), salt)
    writing.ledger.add(actor_id, kind, f"act:{act_id}", now=now, digest=digest)
    refresh(connection, ids)
    if verdict_of(kind, body) == "needs_help":
        for alert_id, (level, _) in decisions.levels(connection, ids).items():
            note_alert(connection, channels, alert_id, lane=LANES[0], level=level, now=now)
    stored = decisions.act(connection, act_id)
    assert stored is not None
    return shown_act(stored)


def require_alerts(connection: Connection, ids: Sequence[int]) -> None:
    """Raise `NotFoundError` for an alert that is not there."""
    known = decisions.levels(connection, ids)
    for alert_id in ids:
        if alert_id not in known:
            raise NotFoundError("alert", str(alert_id))


def check_assignee(connection: Connection, decision: Decision) -> None:
    """Raise `ReviewError` where a post would be given to somebody who cannot decide about it."""
    if decision.kind == "assign" and decision.assignee is not None:
        found = users.get(connection, decision.assignee)
        if found is None or not found.is_active or found.role == "reader":
            raise ReviewError(
                "only an active reviewer, lead or admin can be given a post", why="assignee"
            )

#: What of an act's body is not for showing.
_INNER = frozenset(("alerts", "second", *BODY_KEYS.values()))


def refresh(connection: Connection, alert_ids: Sequence[int]) -> None:
    """Bring states and alerts to what the acts on them say, in the caller's transaction."""
    found, levels = decisions.acts_of(connection, alert_ids), decisions.levels(connection, alert_ids)
    states = [replay(alert_id, acts) for alert_id, acts in found.items()]
    decisions.set_states(
        connection,
        [(to_stored(state), lane_of(state, *levels[state.alert_id]), state.is_waiting) for state in states],
    )


def forget(writing: Writing, alerts: Collection[int], *, now: datetime, actor: int | None = None) -> None:
    """As `Desk.forget`, in a transaction that removes more than that."""
    for act_id in decisions.forget(writing.connection, alerts):
        writing.ledger.add(actor, "purge", f"act:{act_id}", now=now)
    outbox.forget(writing.connection, alerts)
    for alert_id in sorted(alerts):
        writing.ledger.add(actor, "purge", f"alert:{alert_id}", now=now)


def is_found_to_need_help(connection: Connection, alert_id: int) -> bool:
    """Whether a person found that somebody in this post needs help, and nobody took it back."""
    found = decisions.states(connection, [alert_id]).get(alert_id)
    return found is not None and from_stored(found).needs_help


def note_reopened(connection: Connection, alert_id: int, *, now: datetime) -> None:
    """A scan found a more urgent version of a post: it waits again, whatever was decided of the old one."""
    if decisions.acts_of(connection, [alert_id])[alert_id]:
        body, salt = {"alerts": [alert_id]}, secrets.token_hex(16)
        decisions.add_act(
            connection, at=now, actor=None, kind="reopen", body=body, salt=salt, alerts=[alert_id]
        )
        refresh(connection, [alert_id])


def shown_acts(stored: Sequence[StoredAct]) -> tuple[Act, ...]:
    gone = undone(stored)
    return tuple(shown_act(act, is_undone=act.id in gone) for act in stored)


def shown_act(stored: StoredAct, *, is_undone: bool = False) -> Act:
    body = {name: value for name, value in stored.body.items() if name not in _INNER}
    return Act(
        id=stored.id,
        at=stored.at,
        actor=stored.actor,
        actor_name=stored.actor_name,
        kind=stored.kind,
        alerts=stored.alerts,
        body=body,
        undoes=stored.undoes,
        is_undone=is_undone,
    )
