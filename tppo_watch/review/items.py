"""Alerts as people see them: with where they stand, their clock, and who has them open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..config import ReviewSettings
from ..errors import NotFoundError
from ..storage import alerts as stored_alerts
from ..storage import decisions
from .queue import clock
from .records import Item, State, User
from .replay import from_stored


def states_of(connection: Connection, ids: Sequence[int]) -> dict[int, State]:
    """Where each of these alerts stands; one that nobody did anything about stands at the beginning."""
    found = decisions.states(connection, ids)
    return {
        alert_id: from_stored(found[alert_id]) if alert_id in found else State(alert_id) for alert_id in ids
    }


def items_of(
    connection: Connection, settings: ReviewSettings, ids: Sequence[int], actor: User, *, now: datetime
) -> list[Item]:
    """These alerts as lines of a list, in their order. Raises `NotFoundError`."""
    states = states_of(connection, ids)
    held = decisions.holders(connection, ids, now=now)
    out = []
    for record in stored_alerts.several(connection, ids):
        holder = held.get(record.id)
        out.append(
            Item(
                alert=record,
                state=states[record.id],
                clock=clock(settings, record.lane, record.first_seen, now),
                held_by=holder[1] if holder and holder[0] != actor.id else None,
            )
        )
    if len(out) < len(ids):
        missing = set(ids) - {item.alert.id for item in out}
        raise NotFoundError("alert", str(min(missing)))
    return out
