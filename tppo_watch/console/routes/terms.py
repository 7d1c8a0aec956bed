"""New terms: what rises inside flagged posts, offered as rules."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ...review.terms import TermItem
from ...text.showing import shown
from ..doors import looking, sending
from ..visit import Visit
from .decisions import MAX_NOTE, number
from .signals import past_step

router = APIRouter()

SHOWN = 50
TermId = Annotated[int, Path(ge=1, le=2**53)]


@router.get("/terms")
def terms(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    desk = visit.house.watch.term_desk
    return visit.page(
        "terms.html",
        here="signals",
        offered=[_line(item, visit) for item in desk.listed(visit.user)[:SHOWN]],
        decided=[_line(item, visit) for item in desk.listed(visit.user, is_decided=True)[:SHOWN]],
        has_folder=visit.house.watch.settings.model.rules is not None,
    )


@router.post("/terms/{term_id}/decide")
def decide(visit: Annotated[Visit, Depends(sending("rules"))], term_id: TermId) -> Response:
    kind, note = visit.field("decision"), visit.field("note")[:MAX_NOTE]
    desk = visit.house.watch.term_desk
    desk.decide(visit.user, term_id, kind, now=visit.now, note=note)  # type: ignore[arg-type]
    return visit.go("/terms", said="decided")


@router.post("/terms/undo")
def undo(visit: Annotated[Visit, Depends(sending("rules"))]) -> Response:
    visit.house.watch.term_desk.undo(visit.user, number(visit.field("act")), now=visit.now)
    return visit.go("/terms", said="undone")


def _line(item: TermItem, visit: Visit) -> dict[str, Any]:
    record, numbers, words = item.record, item.record.numbers, visit.speaker.words
    most = max(numbers["weeks"]) or 1
    return {
        "id": record.id,
        "text": shown(record.text),
        "kind": visit.say(f"terms.{record.kind}"),
        "state": visit.say(f"terms.{record.status}"),
        "voices": words.number(numbers["voices"]),
        "others": words.number(numbers["others"]),
        "since": visit.speaker.day(date.fromisoformat(numbers["since"])),
        "bars": [max(round(20 * count / most, 1), 0.8) for count in numbers["weeks"]],
        "examples": [shown(example) for example in item.examples],
        "yaml": shown(item.yaml),
        "history": [past_step(act, visit) for act in item.history],
    }
