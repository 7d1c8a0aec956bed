"""From acts to what follows of them: states and lanes, what a purge leaves, an act as it is shown."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..storage import decisions, outbox
from ..storage.decisions import StoredAct
from .audit import Writing
from .records import Act
from .replay import from_stored, lane_of, replay, to_stored, undone


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
    body = {name: value for name, value in stored.body.items() if name not in ("alerts", "second")}
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
