"""A button of the decision bar as one word, such as ``not_trafficking:news``, and acts in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from ..alerts.masking import masked
from ..errors import InputError
from ..knowledge.agencies import referral
from ..review import KINDS, REASONS, VERDICTS, Act, Decision
from ..text.showing import shown
from .visit import Visit

#: How long a post may be put off, in hours, with the key of its words.
SNOOZES = ((4, "hours4"), (24, "day1"), (72, "days3"), (168, "week1"))


def decision(word: str, note: str, now: datetime) -> Decision:
    """The decision that a button stands for. Raises `InputError` for a word that no button sends."""
    kind, _, rest = word.partition(":")
    if kind not in KINDS:
        raise InputError("is no decision", item=word[:40], why="choice")
    if kind == "not_trafficking" and rest in REASONS:
        return Decision("not_trafficking", note, reason=cast(Any, rest))
    if kind == "refer" and any(agency.id == rest for agency in referral().agencies):
        return Decision("refer", note, agency=rest)
    if kind == "snooze" and rest in {str(hours) for hours, _ in SNOOZES}:
        return Decision("snooze", note, until=now + timedelta(hours=int(rest)))
    if kind == "assign" and (rest == "" or (rest.isascii() and rest.isdecimal() and len(rest) < 10)):
        return Decision("assign", note, assignee=int(rest) if rest else None)
    if kind in ("take_up", "needs_help", "note") and not rest:
        return Decision(cast(Any, kind), note)
    raise InputError("is no decision", item=word[:40], why="choice")


def verdict(word: str) -> tuple[Any, Any]:
    """Verdict and reason of a third opinion."""
    kind, _, rest = word.partition(":")
    if kind not in VERDICTS or (kind == "not_trafficking") != (rest in REASONS):
        raise InputError("is no verdict", item=word[:40], why="choice")
    return kind, rest or None


def act_in_words(act: Act, visit: Visit, people: Mapping[int, str]) -> str:
    """What an act did, such as ``bukan TPPO (berita)``."""
    body: Mapping[str, Any] = act.body
    until = body.get("until")
    values = {
        "reason": visit.say(f"reasons.{body['reason']}") if body.get("reason") in REASONS else "",
        "agency": _agency(str(body.get("agency", ""))),
        "name": people.get(body.get("assignee") or 0, visit.say("decided.nobody")),
        "time": visit.speaker.time(_moment(until)) if until else "",
        "verdict": visit.say(f"decided.{body['verdict']}", reason="") if body.get("verdict") else "",
        "into": body.get("into", ""),
        "file": shown(masked(str(body.get("name", "")))),
    }
    said = visit.say(f"decided.{act.kind}", **values)
    return said.replace(" ()", "")


def worded(visit: Visit, name: str, value: str) -> str:
    """The value of a field of a form in the words of its page."""
    if name not in ("decision", "verdict"):
        return value
    kind, _, rest = value.partition(":")
    if not visit.speaker.knows(f"decide.{kind}"):
        return value
    said = visit.say(f"decide.{kind}")
    if kind == "not_trafficking" and visit.speaker.knows(f"reasons.{rest}"):
        return f"{said}: {visit.say(f'reasons.{rest}')}"
    return f"{said}: {_agency(rest)}" if kind == "refer" else said


def _agency(id: str) -> str:
    return next((agency.name for agency in referral().agencies if agency.id == id), id)


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
