"""What is done with posts: one, many, a merge, and taking back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...errors import InputError, ReviewError
from ..choices import decision, verdict, worded
from ..doors import sending
from ..visit import Says, Visit
from .posts import AlertId
from .queue import next_path

router = APIRouter()

MAX_NOTE = 2_000  # characters


@router.post("/posts/{alert_id}/decide")
def decide(visit: Annotated[Visit, Depends(sending("decide"))], alert_id: AlertId) -> Response:
    desk = visit.house.watch.desk
    wanted = decision(visit.field("decision"), _note(visit), visit.now)
    seen = number(visit.field("version"))
    is_overruling = visit.field("overrule") == "on"
    desk.decide(visit.user, alert_id, wanted, seen=seen, now=visit.now, is_overruling=is_overruling)
    if wanted.kind in ("note", "assign"):
        return visit.go(f"/posts/{alert_id}")
    return visit.go(next_path(visit, alert_id))


@router.post("/posts/{alert_id}/adjudicate")
def adjudicate(visit: Annotated[Visit, Depends(sending("adjudicate"))], alert_id: AlertId) -> Response:
    desk = visit.house.watch.desk
    found, reason = verdict(visit.field("decision"))
    desk.adjudicate(visit.user, alert_id, found, reason=reason, note=_note(visit), now=visit.now)
    return visit.go("/queue?view=disputed")


@router.post("/bulk")
def count(visit: Annotated[Visit, Depends(sending("decide"))]) -> Response:
    """Say on exactly which posts a decision would be taken; nothing is done yet."""
    chosen = [number(value.partition(":")[0]) for value in visit.form.get("alert", [])]
    back = visit.field("back", "/queue")
    if not chosen:
        visit.says = Says(visit.say("bulk.nothing"), "wrong")
        return visit.page("bulk.html", status=422, selection=None, what="", word="", note="", back=back)
    word = visit.field("decision")
    if word == "merge":
        what = visit.say("bulk.merge")
    else:
        decision(word, "", visit.now)
        what = visit.say("bulk.to_me") if word.startswith("assign:") else worded(visit, "decision", word)
    selection = visit.house.watch.bulk.select(visit.user, now=visit.now, view="all", alerts=chosen)
    return visit.page("bulk.html", selection=selection, what=what, word=word, note="", back=back)


@router.post("/bulk/apply")
def apply(visit: Annotated[Visit, Depends(sending("decide"))]) -> Response:
    bulk = visit.house.watch.bulk
    alerts = [number(value) for value in visit.form.get("alert", [])]
    word = visit.field("decision")
    if word == "merge":
        into = number(visit.field("into"))
        rest = [alert for alert in alerts if alert != into]
        bulk.merge(visit.user, into, rest, now=visit.now, note=_note(visit))
    else:
        wanted = decision(word, _note(visit), visit.now)
        bulk.decide_all(visit.user, alerts, visit.field("digest"), wanted, now=visit.now)
    return visit.go(visit.field("back", "/queue"))


@router.post("/undo")
def undo(visit: Annotated[Visit, Depends(sending("decide"))]) -> Response:
    desk = visit.house.watch.desk
    act = desk.undo(visit.user, number(visit.field("act")), now=visit.now)
    back = f"/posts/{act.alerts[0]}" if len(act.alerts) == 1 else visit.field("back", "/queue")
    return visit.go(back, said="undone")


def number(text: str) -> int:
    """An id out of a form. Raises `InputError`."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise InputError("is no number", item=text[:40] or "form", why="choice")
    return int(text)


def _note(visit: Visit) -> str:
    note = visit.field("note").strip()
    if len(note) > MAX_NOTE:
        raise ReviewError(
            f"a note has at most {MAX_NOTE:,} characters", why="note_long", values={"most": MAX_NOTE}
        )
    return note
