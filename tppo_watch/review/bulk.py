"""Many posts at once: decided as exactly the set that was counted, or merged. Roles are checked.

Get it from `Watch.bulk`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from ..alerts.channels import Channel
from ..config import ReviewSettings
from ..errors import ReviewError, SelectionChangedError
from ..storage import Store, decisions
from . import queue as queues
from .acts import check_assignee, write_act
from .audit import recording
from .check import MOST_AT_ONCE, checked_body, checked_ids, known_lane, known_view
from .items import states_of
from .records import Act, Decision, Selection, User, View
from .roles import require
from .second import asks_for_second, is_blind


class Bulk:
    """Acts on many posts of one database."""

    def __init__(
        self, store: Store, settings: ReviewSettings, anchor: Path, channels: Sequence[Channel] = ()
    ) -> None:
        self._store, self._settings, self._anchor, self._channels = store, settings, anchor, channels

    def select(
        self,
        actor: User,
        *,
        now: datetime,
        view: View = "waiting",
        lane: str | None = None,
        alerts: Collection[int] | None = None,
    ) -> Selection:
        """The first 1,000 posts of a list, or those of it among `alerts`, counted."""
        require(actor, "decide")
        wanted = queues.filter_of(known_view(view), actor, now)
        if alerts is not None:
            wanted = replace(wanted, among=tuple(checked_ids(alerts)))
        with self._store.read() as connection:
            places = queues.ordered(
                connection, self._settings, wanted, lane=known_lane(lane), limit=MOST_AT_ONCE
            )
            chosen = [place.alert_id for place in places]
            return Selection(tuple(chosen), _selection_digest(connection, chosen))

    def decide_all(
        self, actor: User, alerts: Sequence[int], digest: str, decision: Decision, *, now: datetime
    ) -> Act:
        """Decide about exactly the posts of a `Selection`, as one act that one undo takes back.

        Raises
        ------
        SelectionChangedError
            If one of them changed since it was counted; nothing is done.
        """
        require(actor, "decide")
        ids = checked_ids(alerts)
        body = checked_body(decision, now)
        with recording(self._store, self._anchor) as writing:
            if _selection_digest(writing.connection, ids) != digest:
                raise SelectionChangedError()
            held = decisions.holders(writing.connection, ids, now=now)
            if any(holder != actor.id for holder, _ in held.values()):
                raise SelectionChangedError()
            check_assignee(writing.connection, decision)
            states = states_of(writing.connection, ids)
            if any(is_blind(state, actor) for state in states.values()):
                raise SelectionChangedError()
            body |= asks_for_second(states.values(), decision.kind, self._settings.second_share)
            decisions.release(writing.connection, ids)
            return write_act(writing, self._channels, actor, decision.kind, body, ids, now=now)

    def merge(self, actor: User, into: int, alerts: Sequence[int], *, now: datetime, note: str = "") -> Act:
        """Let one alert stand for others of the same matter; they leave the queue."""
        require(actor, "decide")
        ids = checked_ids([alert_id for alert_id in alerts if alert_id != into])
        body = {"into": into, **checked_body(Decision("note", note=note or "-"), now)}
        with recording(self._store, self._anchor) as writing:
            states = states_of(writing.connection, [into, *ids])
            if states[into].status == "merged":
                raise ReviewError(
                    f"alert {into} was merged itself and stands for none; choose another", why="into_merged"
                )
            if any(state.status == "merged" for state in states.values()):
                raise ReviewError("one of them is merged already; undo that first", why="merged")
            if any(state.needs_help for alert_id, state in states.items() if alert_id != into):
                raise ReviewError(
                    "somebody in one of them may need help: it stays by itself", why="help_alone"
                )
            return write_act(writing, self._channels, actor, "merge", body, sorted([into, *ids]), now=now)


def _selection_digest(connection: Connection, ids: Sequence[int]) -> str:
    versions = {alert_id: state.version for alert_id, state in decisions.states(connection, ids).items()}
    marks = " ".join(f"{alert_id}:{versions.get(alert_id, 0)}" for alert_id in sorted(ids))
    return hashlib.sha256(marks.encode()).hexdigest()
