"""What gives cause for a message is noted in the transaction it happens in: both are kept, or neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..storage import outbox
from ..storage.outbox import Entry
from .channels import Channel, not_before, wants


def note_alert(
    connection: Connection,
    channels: Iterable[Channel],
    alert_id: int,
    *,
    lane: str,
    level: str,
    now: datetime,
    kind: str = "alert",
    again: str = "",
) -> None:
    """Note an alert for every channel that wants it. Noted twice in one lane, it is said once.

    `kind` is ``alert``, ``escalation`` or ``repeat``; `again` tells one repetition from the next.
    """
    subject = f"{kind}:{alert_id}:{lane}{again}"
    outbox.add(
        connection,
        [
            Entry(
                channel=channel.name,
                subject=subject,
                kind=kind,
                created=now,
                not_before=not_before(channel.settings, lane, now),
                alert_id=alert_id,
                lane=lane,
            )
            for channel in channels
            if wants(channel.settings, lane, level)
        ],
    )


def note_notice(
    connection: Connection,
    channels: Sequence[Channel],
    notice_id: int,
    body: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Note something about the service itself, such as a source that fails, for the channels that want it."""
    wanting = [channel for channel in channels if channel.settings.notices]
    _note(connection, wanting, "notice", notice_id, body, now=now)


def note_signal(
    connection: Connection,
    channels: Sequence[Channel],
    signal_id: int,
    body: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Note a series that rises above its past, once, for the channels that want it; `body` holds no text."""
    wanting = [channel for channel in channels if channel.settings.signals]
    _note(connection, wanting, "signal", signal_id, {"id": signal_id, **body}, now=now)


def _note(
    connection: Connection,
    channels: Sequence[Channel],
    kind: str,
    of: int,
    body: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    entries = [
        Entry(
            channel=channel.name,
            subject=f"{kind}:{of}",
            kind=kind,
            created=now,
            not_before=not_before(channel.settings, None, now),
            body=dict(body),
        )
        for channel in channels
    ]
    outbox.add(connection, entries)
