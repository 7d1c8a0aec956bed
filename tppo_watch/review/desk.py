"""The desk: what a signed-in person can see and do. Every method checks the role and takes the time.

Get it from `Watch.desk`. A method that changes something writes the act, the state that follows and the
audit record in one transaction: either all of it is there or nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from ..alerts.channels import Channel
from ..alerts.lanes import LANES
from ..alerts.outbox import note_alert
from ..config import ReviewSettings
from ..errors import NotFoundError, ReviewConflictError, ReviewError, SelectionChangedError
from ..storage import Store, decisions
from ..storage import alerts as stored_alerts
from ..storage import audit as audit_rows
from ..storage.audit import Entry
from ..storage.decisions import StoredAct
from . import queue as queues
from .acts import forget, refresh, shown_act, shown_acts
from .audit import Writing, act_detail, digest_of, recording
from .check import MOST_AT_ONCE, checked_body, checked_reason
from .records import VIEWS, Act, Case, Decision, Item, Reason, Selection, State, User, Verdict, View
from .replay import from_stored, replay, undone, verdict_of
from .roles import may, require

Form = Literal["pdf", "json", "stix", "misp"]

_RECENT = 50  # acts of one person that are looked through for one to take back


class Desk:
    """Lists and decisions over one database."""

    def __init__(
        self, store: Store, settings: ReviewSettings, anchor: Path, channels: Sequence[Channel] = ()
    ) -> None:
        self._store, self._settings, self._anchor, self._channels = store, settings, anchor, channels

    # Lists

    def queue(
        self,
        actor: User,
        *,
        now: datetime,
        view: View = "waiting",
        lane: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Item]:
        """A list in its order: lane, then those past their time by age, then risk, then the latest first."""
        require(actor, "view")
        wanted = queues.filter_of(_known_view(view), actor, now)
        with self._store.read() as connection:
            places = queues.ordered(
                connection, self._settings, wanted, lane=_known_lane(lane), limit=offset + limit
            )
            return self._items(connection, [place.alert_id for place in places[offset:]], actor, now)

    def counts(self, actor: User, *, now: datetime) -> dict[str, int]:
        """How many in each view but `all`, and of the waiting as ``lane:<lane>`` and ``overdue:<lane>``."""
        require(actor, "view")
        before = {lane: now - queues.allowed(self._settings, lane) for lane in LANES}
        with self._store.read() as connection:
            by_lane = decisions.count_by_lane(connection, queues.filter_of("waiting", actor, now), before)
            found = {
                view: decisions.count(connection, queues.filter_of(view, actor, now))
                for view in VIEWS
                if view not in ("waiting", "all")
            }
        for lane in LANES:
            found[f"lane:{lane}"], found[f"overdue:{lane}"] = by_lane.get(lane, (0, 0))
        return found | {"waiting": sum(every for every, _ in by_lane.values())}

    def next(self, actor: User, *, now: datetime, after: int | None = None) -> int | None:
        """The id of the post this person should see now, held for them for a while; None where none waits.

        `after` skips that post: the one they have just left undecided. Second opinions are dealt out among
        the rest, and look like any other post.
        """
        require(actor, "decide")
        free = decisions.Filter(now, state="open", is_snoozed=False, free_for=actor.id, without=after)
        seconds = decisions.Filter(now, second_for=actor.id, free_for=actor.id, without=after)
        with self._store.write() as connection:
            first = queues.ordered(connection, self._settings, free, limit=1)
            if not may(actor, "undo_others"):  # leads see every finding, so theirs would not be blind
                second = queues.ordered(connection, self._settings, seconds, limit=1)
                if second and (not first or queues.precedes(self._settings, second[0], first[0], now)):
                    first = second
            decisions.release_all_of(connection, actor.id)
            if not first:
                return None
            found = first[0].alert_id
            decisions.claim(connection, found, actor.id, until=now + self._settings.hold_for)
            return found

    # One post

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
                self._act(writing, actor, "reveal", {"reason": checked_reason(reason)}, [alert_id], now)
            (item,) = self._items(writing.connection, [alert_id], actor, now)
            writing.ledger.add(actor.id, "view", f"alert:{alert_id}", now=now)
            is_held = item.held_by is not None
            if may(actor, "decide") and not is_held:
                decisions.claim(writing.connection, alert_id, actor.id, until=now + self._settings.hold_for)
            stored = decisions.acts_of(writing.connection, [alert_id])[alert_id]
        is_blind = _is_blind(item.state, actor)
        if is_blind:
            stored = [act for act in stored if act.actor == actor.id]
            state = State(alert_id, version=item.state.version)
            item = replace(item, state=state, alert=replace(item.alert, state="open"))
        return Case(item, shown_acts(stored), is_blind, is_revealed=reason is not None)

    def export(self, actor: User, alert_id: int, form: Form, *, now: datetime) -> Case:
        """A post as it may leave the office in a file, numbers masked; that it leaves is logged.

        Raises
        ------
        NotFoundError, NotAllowedError
        """
        require(actor, "export")
        with recording(self._store, self._anchor) as writing:
            (item,) = self._items(writing.connection, [alert_id], actor, now)
            writing.ledger.add(actor.id, f"export_{form}", f"alert:{alert_id}", now=now)
            stored = decisions.acts_of(writing.connection, [alert_id])[alert_id]
        is_blind = _is_blind(item.state, actor)
        return Case(item, () if is_blind else shown_acts(stored), is_blind, is_revealed=False)

    def note_export(self, actor: User | None, form: str, *, now: datetime) -> None:
        """Log that a file of many posts was made; None is the command line."""
        if actor is not None:
            require(actor, "export_revealed")
        with recording(self._store, self._anchor) as writing:
            actor_id = None if actor is None else actor.id
            writing.ledger.add(actor_id, f"export_{form}", "alerts:all", now=now)

    def log(self, actor: User, *, limit: int = 100, before: int | None = None) -> list[Entry]:
        """Rows of the audit log, the latest first; those before the number `before` where it is given."""
        require(actor, "audit")
        with self._store.read() as connection:
            return audit_rows.latest(connection, limit=limit, before=before)

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
            if _is_blind(state, actor):
                return self._second_opinion(writing, actor, alert_id, decision, body, now)
            other = (
                None if is_overruling else self._other(writing.connection, actor, stored, alert_id, seen, now)
            )
            if other is None:
                self._check_assignee(writing.connection, decision)
                if decision.kind != "note":
                    decisions.release(writing.connection, [alert_id])
                body |= self._asks_for_second([state], decision.kind)
                return self._act(writing, actor, decision.kind, body, [alert_id], now)
            verdict = verdict_of(decision.kind, body)
            if verdict is not None:
                self._act(writing, actor, "opinion", {**body, "verdict": verdict}, [alert_id], now)
            elif decision.kind == "note":
                return self._act(writing, actor, "note", body, [alert_id], now)  # takes nothing from anybody
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
        return self._act(writing, actor, kind, body, [alert_id], now)

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
            if act.id > seen and act.actor != actor.id and act.kind not in ("note", "reveal", "opinion")
        ]
        return (later[-1].actor_name or "tppo-watch") if later else None

    def _asks_for_second(self, states: Iterable[State], kind: str) -> dict[str, Any]:
        """Whether the first finding is looked at by a second person. Help and referral wait for nobody."""
        if kind not in ("take_up", "not_trafficking"):
            return {}
        chosen = [
            state.alert_id
            for state in states
            if state.verdict is None
            and not state.opinions
            and queues.is_seen_by_two(state.alert_id, self._settings.second_share)
        ]
        return {"second": chosen} if chosen else {}

    def _check_assignee(self, connection: Connection, decision: Decision) -> None:
        from ..storage import users

        if decision.kind == "assign" and decision.assignee is not None:
            found = users.get(connection, decision.assignee)
            if found is None or not found.is_active or found.role == "reader":
                raise ReviewError("only an active reviewer, lead or admin can be given a post")

    # Many posts

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
        wanted = queues.filter_of(_known_view(view), actor, now)
        if alerts is not None:
            wanted = replace(wanted, among=tuple(_checked_ids(alerts)))
        with self._store.read() as connection:
            places = queues.ordered(
                connection, self._settings, wanted, lane=_known_lane(lane), limit=MOST_AT_ONCE
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
        ids = _checked_ids(alerts)
        body = checked_body(decision, now)
        with recording(self._store, self._anchor) as writing:
            if _selection_digest(writing.connection, ids) != digest:
                raise SelectionChangedError()
            held = decisions.holders(writing.connection, ids, now=now)
            if any(holder != actor.id for holder, _ in held.values()):
                raise SelectionChangedError()
            self._check_assignee(writing.connection, decision)
            states = self._states(writing.connection, ids)
            if any(_is_blind(state, actor) for state in states.values()):
                raise SelectionChangedError()
            body |= self._asks_for_second(states.values(), decision.kind)
            decisions.release(writing.connection, ids)
            return self._act(writing, actor, decision.kind, body, ids, now)

    def merge(self, actor: User, into: int, alerts: Sequence[int], *, now: datetime, note: str = "") -> Act:
        """Let one alert stand for others of the same matter; they leave the queue."""
        require(actor, "decide")
        ids = _checked_ids([alert_id for alert_id in alerts if alert_id != into])
        body = {"into": into, **checked_body(Decision("note", note=note or "-"), now)}
        with recording(self._store, self._anchor) as writing:
            states = self._states(writing.connection, [into, *ids])
            if states[into].status == "merged":
                raise ReviewError(f"alert {into} stands for nothing itself: it was merged; choose another")
            if any(state.status == "merged" for state in states.values()):
                raise ReviewError("one of them is merged already; undo that first")
            if any(state.needs_help for alert_id, state in states.items() if alert_id != into):
                raise ReviewError("somebody in one of them may need help: it stays by itself")
            return self._act(writing, actor, "merge", body, sorted([into, *ids]), now)

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
                raise ReviewError(f"act {act_id} is taken back already")
            decisions.release(writing.connection, found.alerts)
            return self._act(writing, actor, "undo", {}, found.alerts, now, undoes=act_id)

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
                raise ReviewError(f"alert {alert_id} is not in dispute")
            if any(opinion.reviewer == actor.id for opinion in state.opinions):
                raise ReviewError("one of the two findings is yours; a third person decides")
            return self._act(writing, actor, "adjudicate", {**body, "verdict": verdict}, [alert_id], now)

    # The command line and the scan

    def set_closed(self, alerts: Sequence[int], is_closed: bool, *, now: datetime) -> Act:
        """Close alerts or open them again, from the command line: no finding. Raises `NotFoundError`."""
        with recording(self._store, self._anchor) as writing:
            kind = "close" if is_closed else "reopen"
            return self._act(writing, None, kind, {}, _checked_ids(alerts), now)

    def hand_over(
        self, alerts: Sequence[int], form: Form, *, now: datetime, reason: str | None = None
    ) -> dict[int, tuple[Act, ...]]:
        """What was decided of alerts that the command line writes into a file; that they leave is logged.

        With a `reason` (kept in the log of events) numbers are shown. Raises `NotFoundError`, `ReviewError`.
        """
        ids = _checked_ids(alerts)
        with recording(self._store, self._anchor) as writing:
            self._require_alerts(writing.connection, ids)
            if reason is not None:
                self._act(writing, None, "reveal", {"reason": checked_reason(reason)}, ids, now)
            for alert_id in ids:
                writing.ledger.add(None, f"export_{form}", f"alert:{alert_id}", now=now)
            stored = decisions.acts_of(writing.connection, ids)
        return {alert_id: shown_acts(stored[alert_id]) for alert_id in ids}

    def forget(self, alerts: Collection[int], *, now: datetime) -> None:
        """Remove what was said of these alerts, before they go themselves; the log keeps a tombstone."""
        with recording(self._store, self._anchor) as writing:
            forget(writing, alerts, now=now)

    # How an act is written

    def _act(
        self,
        writing: Writing,
        actor: User | None,
        kind: str,
        body: Mapping[str, Any],
        alerts: Sequence[int],
        now: datetime,
        undoes: int | None = None,
    ) -> Act:
        connection, actor_id = writing.connection, None if actor is None else actor.id
        ids = sorted(set(alerts))
        self._require_alerts(connection, ids)
        body, salt = {**body, "alerts": ids}, secrets.token_hex(16)
        act_id = decisions.add_act(
            connection,
            at=now,
            actor=actor_id,
            kind=kind,
            body=body,
            salt=salt,
            alerts=ids,
            undoes=undoes,
        )
        digest = digest_of(act_detail(kind, actor_id, body, undoes), salt)
        writing.ledger.add(actor_id, kind, f"act:{act_id}", now=now, digest=digest)
        refresh(connection, ids)
        if verdict_of(kind, body) == "needs_help":
            for alert_id, (level, _) in decisions.levels(connection, ids).items():
                note_alert(connection, self._channels, alert_id, lane=LANES[0], level=level, now=now)
        stored = decisions.act(connection, act_id)
        assert stored is not None
        return shown_act(stored)

    def _require_alerts(self, connection: Connection, ids: Sequence[int]) -> None:
        known = decisions.levels(connection, ids)
        for alert_id in ids:
            if alert_id not in known:
                raise NotFoundError("alert", str(alert_id))

    def _look(self, connection: Connection, alert_id: int) -> tuple[State, list[StoredAct]]:
        self._require_alerts(connection, [alert_id])
        stored = decisions.acts_of(connection, [alert_id])[alert_id]
        return replay(alert_id, stored), stored

    def _states(self, connection: Connection, ids: Sequence[int]) -> dict[int, State]:
        found = decisions.states(connection, ids)
        return {
            alert_id: from_stored(found[alert_id]) if alert_id in found else State(alert_id)
            for alert_id in ids
        }

    def _items(self, connection: Connection, ids: Sequence[int], actor: User, now: datetime) -> list[Item]:
        states = self._states(connection, ids)
        held = decisions.holders(connection, ids, now=now)
        out = []
        for record in stored_alerts.several(connection, ids):
            holder = held.get(record.id)
            out.append(
                Item(
                    alert=record,
                    state=states[record.id],
                    clock=queues.clock(self._settings, record.lane, record.first_seen, now),
                    held_by=holder[1] if holder and holder[0] != actor.id else None,
                )
            )
        if len(out) < len(ids):
            missing = set(ids) - {item.alert.id for item in out}
            raise NotFoundError("alert", str(min(missing)))
        return out


def _is_blind(state: State, actor: User) -> bool:
    """Whether this person is to give a second opinion without knowing the first."""
    return (
        state.waits_for_second
        and may(actor, "decide")
        and not may(actor, "undo_others")
        and all(opinion.reviewer != actor.id for opinion in state.opinions)
    )


def _selection_digest(connection: Connection, ids: Sequence[int]) -> str:
    versions = {alert_id: state.version for alert_id, state in decisions.states(connection, ids).items()}
    marks = " ".join(f"{alert_id}:{versions.get(alert_id, 0)}" for alert_id in sorted(ids))
    return hashlib.sha256(marks.encode()).hexdigest()


def _checked_ids(alerts: Collection[int]) -> list[int]:
    ids = sorted(set(alerts))
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        raise ReviewError(f"choose 1 to {MOST_AT_ONCE:,} posts")
    return ids


def _known_view(view: View) -> View:
    if view not in VIEWS:
        raise ReviewError(f"there is no list {view!r}; lists are {', '.join(VIEWS)}")
    return view


def _known_lane(lane: str | None) -> str | None:
    if lane is not None and lane not in LANES:
        raise ReviewError(f"there is no lane {lane!r}; lanes are {', '.join(LANES)}")
    return lane
