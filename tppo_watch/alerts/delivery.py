"""Bring out what the outbox holds: at least once, always under the same id.

A message is made of entries in one transaction and has its id from them. It is tried in three steps: note
the attempt and when to try again, send, note the outcome. Whoever dies in between leaves a message that is
tried again under its id; a receiver that remembers ids takes each once.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..errors import DeliveryError
from ..storage import Store, outbox
from ..storage import alerts as stored_alerts
from ..storage.outbox import Due, Rule
from .channels import Channel
from .messages import told
from .senders import Send

#: After so many attempts, over some two days, a message is dead: it is shown, and sent again by hand.
MOST_ATTEMPTS = 12
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=6)
_MOST_AT_ONCE = 500  # entries packed, and messages tried, in one pass
_MOST_MESSAGES = 5  # of one channel in one pass, beside those about help; what is more goes into one

_log = logging.getLogger(__name__)

#: Alert -> name of its campaign, for those that belong to one.
CampaignsOf = Callable[[Connection, Sequence[int]], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one pass brought out."""

    sent: int = 0
    failed: int = 0  #: to be tried again
    dead: int = 0  #: given up in this pass


def deliver(
    store: Store,
    channels: Sequence[Channel],
    send: Send,
    *,
    clock: Callable[[], datetime],
    campaigns_of: CampaignsOf = lambda connection, ids: {},
    should_stop: Callable[[], bool] = lambda: False,
    console: str | None = None,
) -> DeliveryReport:
    """Make messages of what is due and try each message whose time has come, once.

    They link to the `console`, where its address is given.

    Failures of a channel are in the report and at the message, never raised: the others get their turn.

    Raises
    ------
    StorageError
    """
    by_name = {channel.name: channel for channel in channels}
    if not by_name:
        return DeliveryReport()
    with store.write() as connection:
        for channel in channels:
            _pack(connection, channel.name, clock(), campaigns_of)
        waiting = outbox.waiting(connection, by_name, now=clock(), limit=_MOST_AT_ONCE)
    outcomes: list[str] = []
    for message_id in waiting:
        if should_stop():
            break
        outcomes.append(_try(store, by_name, message_id, send, clock, console))
    return DeliveryReport(*(outcomes.count(name) for name in ("sent", "waiting", "dead")))


def _pack(connection: Connection, channel: str, now: datetime, campaigns_of: CampaignsOf) -> None:
    """Make messages of the entries of one channel that are due."""
    silences = outbox.rules(connection, kind="silence", at=now)
    loud = []
    for entry in outbox.due(connection, channel, now=now, limit=_MOST_AT_ONCE):
        rule = next((rule for rule in silences if _covers(rule, entry)), None)
        if rule is None:
            loud.append(entry)
        else:
            outbox.silence(connection, entry.id, rule.id)
    ids = [entry.alert_id for entry in loud if entry.alert_id is not None]
    for kind, entries in _grouped(loud, campaigns_of(connection, ids)):
        numbers = [entry.id for entry in entries]
        outbox.pack(connection, _message_id(channel, numbers), channel, kind, numbers, now=now)


def _covers(rule: Rule, entry: Due) -> bool:
    """Whether a silence is about an entry. No rule silences a call for help or a notice."""
    return (
        entry.alert_id is not None
        and entry.lane != "assistance"
        and rule.source_id in (None, entry.source_id)
        and rule.lane in (None, entry.lane)
        and rule.alert_id in (None, entry.alert_id)
    )


def _grouped(entries: Iterable[Due], campaigns: Mapping[int, str]) -> list[tuple[str, list[Due]]]:
    """Entries by message: each call for help by itself, then by campaign; many at once become one digest."""
    urgent: list[tuple[str, list[Due]]] = []
    groups: dict[tuple[str, str], list[Due]] = {}
    for entry in entries:
        if entry.lane == "assistance":
            urgent.append((entry.kind, [entry]))
        else:
            of = campaigns.get(entry.alert_id, f"alert {entry.alert_id}") if entry.alert_id else "notices"
            groups.setdefault((entry.kind, of), []).append(entry)
    if len(groups) <= _MOST_MESSAGES:
        return urgent + [(kind, group) for (kind, _), group in groups.items()]
    return [*urgent, ("digest", [entry for group in groups.values() for entry in group])]


def _message_id(channel: str, entries: Sequence[int]) -> str:
    """The same for the same entries: a message packed twice would have one id."""
    return hashlib.sha256(f"{channel} {' '.join(map(str, entries))}".encode()).hexdigest()[:32]


def _try(
    store: Store,
    channels: Mapping[str, Channel],
    message_id: str,
    send: Send,
    clock: Callable[[], datetime],
    console: str | None,
) -> str:
    """One attempt; the state of the message after it."""
    now = clock()
    with store.write() as connection:
        message = outbox.message(connection, message_id)
        if message is None or message.state != "waiting" or message.next_attempt > now:
            return "taken"  # by another process
        parts = outbox.parts(connection, message_id)
        if not parts:
            outbox.change(connection, message_id, state="empty")
            return "empty"
        attempts = message.attempts + 1
        outbox.change(connection, message_id, attempts=attempts, next_attempt=now + pause_after(attempts))
        records = stored_alerts.several(
            connection, list(dict.fromkeys(part.alert_id for part in parts if part.alert_id is not None))
        )
    channel = channels[message.channel]
    notices = [part.body for part in parts if part.body is not None]
    letter = told(message_id, message.kind, records, notices, channel.settings.lang, console=console)
    try:
        send(channel, letter, now)
    except DeliveryError as exc:
        state = "dead" if attempts >= MOST_ATTEMPTS else "waiting"
        _log.warning("not delivered", extra={"channel": channel.name, "reason": exc.message, "state": state})
        outcome: dict[str, object] = {"state": state, "error": exc.message}
    else:
        outcome = {"state": "sent", "error": None, "sent_at": clock()}
    with store.write() as connection:
        outbox.change(connection, message_id, **outcome)
    return str(outcome["state"])


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, six hours at most."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempts - 1, 20))
