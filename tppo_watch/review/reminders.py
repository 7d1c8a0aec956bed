"""What is said again: one escalation when a clock runs out, and repetitions that somebody asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ..alerts.channels import Channel
from ..alerts.lanes import LANES
from ..alerts.outbox import note_alert
from ..config import ReviewSettings
from ..storage import outbox
from .queue import allowed

_MOST = 500  # of each lane and rule in one pass; the others follow in the next


def note_reminders(
    connection: Connection, channels: Sequence[Channel], settings: ReviewSettings, *, now: datetime
) -> None:
    """Note what is due to be said again, in the caller's transaction. Called often, it notes all once."""
    for lane in LANES:
        before = now - allowed(settings, lane)
        for alert_id, level in outbox.overdue(
            connection, lane=lane, before=before, kind="escalation", limit=_MOST
        ):
            note_alert(connection, channels, alert_id, lane=lane, level=level, now=now, kind="escalation")
    for rule in outbox.rules(connection, kind="repeat", at=now):
        for alert_id, lane, level, first_seen in outbox.open_alerts(connection, rule, limit=_MOST):
            assert rule.every_s is not None
            # Counted from whichever is later, the rule or the alert: neither repeats what was before it.
            times = int((now - max(rule.created, first_seen)).total_seconds() // rule.every_s)
            if times:
                note_alert(
                    connection,
                    channels,
                    alert_id,
                    lane=lane,
                    level=level,
                    now=now,
                    kind="repeat",
                    again=f":{rule.id}:{times}",
                )
