"""What was said to whom, what could not be, and the rules by which less or more is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ...alerts import LANES
from ...storage.outbox import Message, Rule
from ...text.showing import shown
from ..doors import looking, sending
from ..visit import Visit
from .decisions import number
from .queue import people

router = APIRouter()

DAYS = (1, 3, 7, 30)  #: how long a rule may last, as it is offered
HOURS = (4, 12, 24)  #: between two repetitions
_TAGS = {"waiting": "medium", "sent": "calm", "dead": "high", "empty": ""}


@router.get("/deliveries")
def deliveries(visit: Annotated[Visit, Depends(looking("rules"))]) -> Response:
    found, names = visit.house.watch.deliveries, people(visit)
    # What was given up comes first: somebody has to do something about it.
    messages = [*found.listed(state="dead"), *(one for one in found.listed() if one[0].state != "dead")]
    return visit.page(
        "deliveries.html",
        here="deliveries",
        counts=found.counts(),
        messages=[_message(message, parts, visit) for message, parts in messages],
        rules=[_rule(rule, visit, names) for rule in found.rules(at=visit.now)],
        sources=[source.id for source in visit.house.watch.settings.sources],
        lanes=LANES,
        days=DAYS,
        hours=HOURS,
    )


@router.post("/deliveries/{message_id}/resend")
def resend(
    visit: Annotated[Visit, Depends(sending("rules"))],
    message_id: Annotated[str, Path(pattern="^[0-9a-f-]{8,64}$")],
) -> Response:
    visit.house.watch.deliveries.resend(visit.user, message_id, now=visit.now)
    return visit.go("/deliveries", said="resent")


@router.post("/rules")
def add_rule(visit: Annotated[Visit, Depends(sending("rules"))]) -> Response:
    days, hours, alert = (visit.field(name).strip() for name in ("days", "hours", "alert"))
    visit.house.watch.deliveries.add_rule(
        visit.user,
        "repeat" if hours else "silence",
        until=visit.now + timedelta(days=min(number(days), 90)),
        reason=visit.field("reason"),
        now=visit.now,
        source_id=visit.field("source") or None,
        lane=visit.field("lane") or None,
        alert_id=number(alert) if alert else None,
        every=timedelta(hours=min(number(hours), 720)) if hours else None,
    )
    return visit.go("/deliveries", said="silenced")


@router.post("/rules/{rule_id}/end")
def end(
    visit: Annotated[Visit, Depends(sending("rules"))], rule_id: Annotated[int, Path(ge=1, le=2**53)]
) -> Response:
    visit.house.watch.deliveries.end_rule(visit.user, rule_id, now=visit.now)
    return visit.go("/deliveries", said="rule_ended")


def _message(message: Message, parts: int, visit: Visit) -> dict[str, Any]:
    return {
        "id": message.id,
        "channel": shown(message.channel),
        "state": message.state,
        "tag": _TAGS.get(message.state, ""),
        "parts": parts,
        "attempts": message.attempts,
        "time": visit.speaker.time(message.sent_at or message.created),
        "error": shown(message.error or ""),
    }


def _rule(rule: Rule, visit: Visit, names: dict[int, str]) -> dict[str, Any]:
    about = [shown(rule.source_id or ""), visit.say(f"lanes.{rule.lane}") if rule.lane else ""]
    about.append(visit.say("post.title", id=rule.alert_id) if rule.alert_id else "")
    return {
        "id": rule.id,
        "kind": visit.say(f"deliveries.rule_{rule.kind}"),
        "about": ", ".join(part for part in about if part),
        "reason": shown(rule.reason),
        "who": names.get(rule.author, visit.say("history.machine")),
        "until": visit.speaker.time(rule.until),
    }
