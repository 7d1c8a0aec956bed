"""Whether what somebody asks for is whole, before anything is read or written. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from ..alerts.lanes import LANES
from ..errors import ReviewError
from ..knowledge.agencies import referral
from .records import KINDS, REASONS, VIEWS, Decision, View

MOST_AT_ONCE = 1000  # posts of one bulk decision: more than that nobody has counted
_LONGEST_NOTE, _LONGEST_REASON = 5000, 500  # characters
_LONGEST_SNOOZE = timedelta(days=90)
# What a database cannot hold.
_UNSTORABLE = re.compile("[\ud800-\udfff\0]")


def checked_body(decision: Decision, now: datetime) -> dict[str, Any]:
    """What is kept of a decision, with only the fields that belong to its kind. Raises `ReviewError`."""
    if decision.kind not in KINDS:
        raise ReviewError(
            f"there is no decision {decision.kind!r}; there are {', '.join(KINDS)}", why="choice"
        )
    note = checked_note(decision.note)
    body: dict[str, Any] = {"note": note}
    match decision.kind:
        case "not_trafficking":
            if decision.reason not in REASONS:
                raise ReviewError(f"say why it is not trafficking: {', '.join(REASONS)}", why="choice")
            body["reason"] = decision.reason
        case "refer":
            if decision.agency not in {agency.id for agency in referral().agencies}:
                raise ReviewError(f"there is no agency {decision.agency!r} in agencies.yaml", why="choice")
            body["agency"] = decision.agency
        case "snooze":
            until = decision.until
            if until is None or until.tzinfo is None or not now < until <= now + _LONGEST_SNOOZE:
                raise ReviewError(
                    f"snooze until a moment within the next {_LONGEST_SNOOZE.days} days", why="choice"
                )
            body["until"] = until.isoformat()
        case "assign":
            body["assignee"] = decision.assignee
        case "note" if not note:
            raise ReviewError("the note is empty", why="note_empty")
    return body


def checked_note(note: str) -> str:
    """A note as it is kept. Raises `ReviewError`."""
    note = _UNSTORABLE.sub("\ufffd", note.strip())
    if len(note) > _LONGEST_NOTE:
        raise ReviewError(
            f"a note has at most {_LONGEST_NOTE:,} characters, this one has {len(note):,}",
            why="note_long",
            values={"most": _LONGEST_NOTE},
        )
    return note


def checked_reason(reason: str) -> str:
    """Why somebody wants to see numbers. Raises `ReviewError`."""
    reason = _UNSTORABLE.sub("\ufffd", reason.strip())
    if not 1 <= len(reason) <= _LONGEST_REASON:
        raise ReviewError(
            f"give a reason of 1 to {_LONGEST_REASON} characters; it is logged",
            why="reason",
            values={"most": _LONGEST_REASON},
        )
    return reason


def known_view(view: View) -> View:
    """The name of a list. Raises `ReviewError` for one that is none."""
    if view not in VIEWS:
        raise ReviewError(f"there is no list {view!r}; lists are {', '.join(VIEWS)}", why="choice")
    return view


def known_lane(lane: str | None) -> str | None:
    """The name of a lane, or None. Raises `ReviewError` for one that is none."""
    if lane is not None and lane not in LANES:
        raise ReviewError(f"there is no lane {lane!r}; lanes are {', '.join(LANES)}", why="choice")
    return lane


def checked_ids(alerts: Collection[int]) -> list[int]:
    """The alerts of one act, in order, each once. Raises `ReviewError` for none or too many."""
    ids = sorted(set(alerts))
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        raise ReviewError(
            f"choose 1 to {MOST_AT_ONCE:,} posts", why="how_many", values={"most": MOST_AT_ONCE}
        )
    return ids
