"""The desk: one post, what a signed-in person sees and decides of it. Roles are checked, the time is given.

Get it from `Watch.desk`. A method that changes something writes the act, the state that follows and the
audit record in one transaction: either all of it is there or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ..alerts.channels import Channel
from ..config import ReviewSettings
from ..errors import NotFoundError, ReviewConflictError, ReviewError
from ..storage import Store, decisions
from ..storage.decisions import StoredAct
from .acts import check_assignee, forget, require_alerts, shown_act, shown_acts, write_act
from .audit import Writing, recording
from .check import checked_body, checked_ids, checked_reason
from .items import items_of
from .records import Act, Case, Decision, Reason, State, User, Verdict
from .replay import replay, undone, verdict_of
from .roles import may, require
from .second import asks_for_second, is_blind, seen_blind

# What is done beside a post, and stands in nobody's way.
_ASIDE = frozenset(("note", "reveal", "opinion", "evidence"))
_RECENT = 50  # acts of one person that are looked through for one to take back


class Desk:
    """Decisions about single posts of one database."""

    def __init__(
        self, store: Store, settings: ReviewSettings, anchor: Path, channels: Sequence[Channel] = ()
    ) -> None:
        self._store, self._settings, self._anchor, self._channels = store, settings, anchor, channels

    def open(self, actor: User, alert_id: int, *, now: datetime, reason: str | None = None) -> Case:
        """A post with its history, as this person may see it; the view is logged.

        With a `reason` (1 to 500 characters, kept in the log of events) numbers are shown.

        Raises
        ------
        NotFoundError, NotAllowedError, ReviewError
        """
        require(actor, "view" if reason is None else "reveal")
        with recording(self._store, self._anchor) as writing:
            if reason is not None:
                why = {"reason": checked_reason(reason)}
                write_act(writing, self._channels, actor, "reveal", why, [alert_id], now=now)
            (item,) = items_of(writing.connection, self._settings, [alert_id], actor, now=now)
            writing.ledger.add(actor.id, "view", f"alert:{alert_id}", now=now)
            is_held = item.held_by is not None
            if may(actor, "decide") and not is_held:
                decisions.claim(writing.connection, alert_id, actor.id, until=now + self._settings.hold_for)
            stored = decisions.acts_of(writing.connection, [alert_id])[alert_id]
        history = shown_acts(stored)
        blind = is_blind(item.state, actor)
        if blind:
            history = seen_blind(history, actor)
            state = State(alert_id, version=item.state.version)
            item = replace(item, state=state, alert=replace(item.alert, state="open"))
        return Case(item, history, blind, is_revealed=reason is not None)

    def decide(
        self,
        actor: User,
        alert_id: int,
        decision: Decision,
        *,
        seen: int,
        now: datetime,
        is_overruling: bool = False,
    ) -> Act:
        """Decide about a post that was looked at when its version was `seen`.

        Where another person holds it or decided since, the finding is kept as a second opinion and
        `ReviewConflictError` names them. A lead may overrule.

        Raises
        ------
        ReviewConflictError, NotFoundError, NotAllowedError, ReviewError
        """
        require(actor, "decide")
        if is_overruling:
            require(actor, "undo_others")
        body = checked_body(decision, now)
        conflict: ReviewConflictError | None = None
        with recording(self._store, self._anchor) as writing:
            state, stored = self._look(writing.connection, alert_id)
            if is_blind(state, actor):
                return self._second_opinion(writing, actor, alert_id, decision, body, now)
            other = (
                None if is_overruling else self._other(writing.connection, actor, stored, alert_id, seen, now)
            )
            if other is None:
                check_assignee(writing.connection, decision)
                if decision.kind != "note":
                    decisions.release(writing.connection, [alert_id])
                body |= asks_for_second([state], decision.kind, self._settings.second_share)
                return write_act(writing, self._channels, actor, decision.kind, body, [alert_id], now=now)
            verdict = verdict_of(decision.kind, body)
            if verdict is not None:
                body |= {"verdict": verdict}
                write_act(writing, self._channels, actor, "opinion", body, [alert_id], now=now)
            elif decision.kind == "note":  # takes nothing from anybody
                return write_act(writing, self._channels, actor, "note", body, [alert_id], now=now)
            conflict = ReviewConflictError(alert_id, other, is_kept=verdict is not None)
        raise conflict  # after the commit: what they found is kept

    def _second_opinion(
        self,
        writing: Writing,
        actor: User,
        alert_id: int,
        decision: Decision,
        body: dict[str, Any],
        now: datetime,
    ) -> Act:
        verdict = verdict_of(decision.kind, body)
        decisions.release(writing.connection, [alert_id])
        if verdict is None:  # to snooze or hand on what somebody else has decided would undo it
            kind = "note"
            body = {"note": body["note"]}
        else:
            kind, body = "opinion", {**body, "verdict": verdict}
        return write_act(writing, self._channels, actor, kind, body, [alert_id], now=now)

    def _other(
        self,
        connection: Connection,
        actor: User,
        stored: Sequence[StoredAct],
        alert_id: int,
        seen: int,
        now: datetime,
    ) -> str | None:
        """Who holds the post, or decided about it after `seen`."""
        holder = decisions.holders(connection, [alert_id], now=now).get(alert_id)
        if holder is not None and holder[0] != actor.id:
            return holder[1]
        later = [
            act
            for act in stored
            if act.id > seen and act.actor != actor.id and act.kind not in _ASIDE
        ]
        return (later[-1].actor_name or "tppo-watch") if later else None

    # Taking back

    def undo(self, actor: User, act_id: int, *, now: datetime) -> Act:
        """Take back an act, also of many posts, a merge, or an undo: all is as if it had not been.

        One's own; a lead may take back those of others.
        """
        require(actor, "decide")
        with recording(self._store, self._anchor) as writing:
            found = decisions.act(writing.connection, act_id)
            if found is None or not found.alerts or found.kind == "reveal":
                raise NotFoundError("act", str(act_id))
            if found.actor != actor.id:
                require(actor, "undo_others")
            (alert_id, *_) = found.alerts
            if act_id in undone(decisions.acts_of(writing.connection, [alert_id])[alert_id]):
                raise ReviewError(f"act {act_id} is taken back already", why="undone")
            decisions.release(writing.connection, found.alerts)
            return write_act(writing, self._channels, actor, "undo", {}, found.alerts, now=now, undoes=act_id)

    def last_act(self, actor: User) -> Act | None:
        """The latest act of this person that is in force and can be taken back; it survives a reload."""
        with self._store.read() as connection:
            for found in decisions.latest_acts(connection, actor.id, _RECENT):
                if found.undoes is None and found.kind != "reveal" and found.alerts:
                    stored = decisions.acts_of(connection, found.alerts[:1])[found.alerts[0]]
                    if found.id not in undone(stored):
                        return shown_act(found)
        return None

    # Disagreements

    def adjudicate(
        self,
        actor: User,
        alert_id: int,
        verdict: Verdict,
        *,
        reason: Reason | None = None,
        note: str = "",
        now: datetime,
    ) -> Act:
        """Decide, as a third person, where two differ (view ``disputed``)."""
        require(actor, "adjudicate")
        body = checked_body(Decision(verdict, note=note, reason=reason), now)
        with recording(self._store, self._anchor) as writing:
            state, _ = self._look(writing.connection, alert_id)
            if not state.is_disputed:
                raise ReviewError(f"alert {alert_id} is not in dispute", why="no_dispute")
            if any(opinion.reviewer == actor.id for opinion in state.opinions):
                raise ReviewError(
                    "one of the two findings is yours; a third person decides", why="own_finding"
                )
            body |= {"verdict": verdict}
            return write_act(writing, self._channels, actor, "adjudicate", body, [alert_id], now=now)

    # The command line and the scan

    def set_closed(self, alerts: Sequence[int], is_closed: bool, *, now: datetime) -> Act:
        """Close alerts or open them again, from the command line: no finding. Raises `NotFoundError`."""
        with recording(self._store, self._anchor) as writing:
            kind = "close" if is_closed else "reopen"
            return write_act(writing, self._channels, None, kind, {}, checked_ids(alerts), now=now)

    def forget(self, alerts: Collection[int], *, now: datetime) -> None:
        """Remove what was said of these alerts, before they go themselves; the log keeps a tombstone."""
        with recording(self._store, self._anchor) as writing:
            forget(writing, alerts, now=now)

    def _look(self, connection: Connection, alert_id: int) -> tuple[State, list[StoredAct]]:
        require_alerts(connection, [alert_id])
        stored = decisions.acts_of(connection, [alert_id])[alert_id]
        return replay(alert_id, stored), stored
