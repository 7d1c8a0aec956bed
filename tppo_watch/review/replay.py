"""From what people did to where a post stands. Pure: the same acts give the same state, on any day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..alerts.lanes import LANES
from ..storage.decisions import StoredAct, StoredState
from .records import Opinion, State, Status, Verdict

_STATUS: dict[str, Status] = {
    "take_up": "taken_up",
    "not_trafficking": "dismissed",
    "needs_help": "help",
    "refer": "referred",
}
#: Acts that say what a post is.
FINDINGS = (*_STATUS, "opinion", "adjudicate")


def verdict_of(kind: str, body: Mapping[str, Any]) -> Verdict | None:
    """What an act says of a post; None for one that says nothing, such as a note."""
    if kind in ("opinion", "adjudicate"):
        return body["verdict"]
    return "take_up" if kind == "refer" else kind if kind in _STATUS else None  # type: ignore[return-value]


def undone(acts: Iterable[StoredAct]) -> set[int]:
    """Ids of the acts that are taken back. An undo that is itself taken back takes nothing back."""
    out: set[int] = set()
    for act in sorted(acts, key=lambda act: -act.id):
        if act.undoes is not None and act.id not in out:
            out.add(act.undoes)
    return out


def replay(alert_id: int, acts: Sequence[StoredAct]) -> State:
    """The state of one alert after `acts`, in the order of their ids."""
    state, gone = State(alert_id), undone(acts)
    for act in acts:
        if act.id not in gone and act.undoes is None:
            state = _after(state, act)
    return replace(state, version=max((act.id for act in acts), default=0))


def _after(state: State, act: StoredAct) -> State:
    body = act.body
    if act.kind in FINDINGS:
        return _after_finding(state, act)
    if act.kind == "snooze":
        until = datetime.fromisoformat(body["until"])
        return replace(state, status="snoozed", snoozed_until=until) if state.is_waiting else state
    if act.kind == "assign":
        return replace(state, assignee=body["assignee"])
    if act.kind == "merge" and body["into"] != state.alert_id:
        return replace(state, status="merged", merged_into=body["into"], snoozed_until=None)
    if act.kind == "close":
        return replace(state, status="closed", snoozed_until=None)
    if act.kind == "reopen":
        return replace(state, status="open", verdict=None, reason=None, merged_into=None, snoozed_until=None)
    return state  # a note, a look at numbers, the alert others were merged into


def _after_finding(state: State, act: StoredAct) -> State:
    verdict, reason = verdict_of(act.kind, act.body), act.body.get("reason")
    assert verdict is not None
    is_third = act.kind == "adjudicate" or (
        act.kind != "opinion"
        and state.is_disputed
        and all(opinion.reviewer != act.actor for opinion in state.opinions)
    )
    opinions = state.opinions if is_third else _with_opinion(state, act, verdict, reason)
    is_settled = state.is_settled or is_third
    state = replace(
        state,
        opinions=opinions,
        is_settled=is_settled,
        is_disputed=not is_settled and len({opinion.verdict for opinion in opinions}) > 1,
        waits_for_second=(state.alert_id in act.body.get("second", ()) or state.waits_for_second)
        and len(opinions) < 2
        and not is_settled,
        needs_help=state.needs_help or verdict == "needs_help",
    )
    if act.kind == "opinion":
        # A second opinion changes nothing by itself, except that nobody who may need help waits for a third.
        return replace(state, status="help", snoozed_until=None) if verdict == "needs_help" else state
    agencies = (*state.agencies, act.body["agency"]) if act.kind == "refer" else state.agencies
    return replace(
        state,
        status=_STATUS[verdict if act.kind == "adjudicate" else act.kind],
        verdict=verdict,
        reason=reason,
        snoozed_until=None,
        merged_into=None,
        agencies=tuple(dict.fromkeys(agencies)),
    )


def _with_opinion(state: State, act: StoredAct, verdict: Verdict, reason: Any) -> tuple[Opinion, ...]:
    """The findings of people who did not know each other's: the first, and those given blind or at once."""
    if act.actor is None:
        return state.opinions
    new = Opinion(act.actor, verdict, reason, act.id)
    if any(opinion.reviewer == act.actor for opinion in state.opinions):
        return tuple(new if opinion.reviewer == act.actor else opinion for opinion in state.opinions)
    is_independent = act.kind == "opinion" or state.verdict is None
    return (*state.opinions, new) if is_independent else state.opinions


def lane_of(state: State, level: str, assistance: bool) -> str:
    """Where an alert waits: who may need help comes first, whoever noticed it."""
    if state.needs_help or assistance:
        return LANES[0]
    return level if level in LANES else LANES[-1]


_IN_COLUMNS = ("alert_id", "status", "assignee", "snoozed_until", "is_disputed", "version")


def to_stored(state: State) -> StoredState:
    """The state as its row."""
    body = {
        "verdict": state.verdict,
        "reason": state.reason,
        "merged_into": state.merged_into,
        "agencies": list(state.agencies),
        "opinions": [
            [opinion.reviewer, opinion.verdict, opinion.reason, opinion.act] for opinion in state.opinions
        ],
        "is_settled": state.is_settled,
        "waits_for_second": state.waits_for_second,
        "needs_help": state.needs_help,
    }
    first = state.opinions[0].reviewer if state.waits_for_second and state.opinions else None
    return StoredState(
        first_opinion_by=first, body=body, **{name: getattr(state, name) for name in _IN_COLUMNS}
    )


def from_stored(stored: StoredState) -> State:
    """The state in a row."""
    body = stored.body
    return State(
        verdict=body["verdict"],
        reason=body["reason"],
        merged_into=body["merged_into"],
        agencies=tuple(body["agencies"]),
        opinions=tuple(Opinion(*fields) for fields in body["opinions"]),
        is_settled=body["is_settled"],
        waits_for_second=body["waits_for_second"],
        needs_help=body["needs_help"],
        **{name: getattr(stored, name) for name in _IN_COLUMNS},
    )
