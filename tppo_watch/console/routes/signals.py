"""What rose above what was to be expected, as scans raised it, and what people make of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response

from ...review import Act
from ...review.signals import (
    SIGNAL_REASONS,
    SIGNAL_VIEWS,
    SignalDecision,
    SignalFigure,
    SignalItem,
)
from ...storage.raised import SamplePost
from ...text.showing import shown
from .. import views
from ..doors import looking, sending
from ..visit import Visit
from .decisions import MAX_NOTE, number
from .queue import people

router = APIRouter()

SHOWN_CAMPAIGNS = 3
SHOWN_SIGNALS = 100
SHOWN_POSTS = 20
_WIDTH = 200  # of the drawing of a rise
SignalId = Annotated[int, Path(ge=1, le=2**53)]


@router.get("/signals")
def signals(
    visit: Annotated[Visit, Depends(looking("view"))],
    view: Annotated[str, Query(pattern=f"^({'|'.join(SIGNAL_VIEWS)})$")] = "waiting",
) -> Response:
    desk = visit.house.watch.signal_desk
    items = desk.listed(visit.user, view=view, limit=SHOWN_SIGNALS)  # type: ignore[arg-type]
    names = people(visit)
    tabs = [
        {"path": f"/signals?view={name}", "label": visit.say(f"signals.view_{name}"), "is_here": name == view}
        for name in SIGNAL_VIEWS
    ]
    return visit.page(
        "signals.html",
        here="signals",
        tabs=tabs,
        rows=[_line(item, visit, names) for item in items],
        figures=[_figure(figure, visit) for figure in desk.figures()],
    )


@router.get("/signals/{signal_id}")
def signal(visit: Annotated[Visit, Depends(looking("view"))], signal_id: SignalId) -> Response:
    case = visit.house.watch.signal_desk.open(visit.user, signal_id, now=visit.now)
    return visit.page(
        "signal.html",
        here="signals",
        signal=_line(case.item, visit, people(visit)),
        days=[_rise(day, visit) for day in case.item.record.days],
        posts=[_post(post, visit) for post in case.posts[:SHOWN_POSTS]],
        history=[past_step(act, visit) for act in case.history],
        reasons=[(name, visit.say(f"signals.why_{name}")) for name in SIGNAL_REASONS],
        max_note=MAX_NOTE,
    )


@router.post("/signals/{signal_id}/decide")
def decide(visit: Annotated[Visit, Depends(sending("decide"))], signal_id: SignalId) -> Response:
    kind, note = visit.field("decision"), visit.field("note")[:MAX_NOTE]
    wanted = SignalDecision(
        kind,  # type: ignore[arg-type]
        note,
        visit.field("reason") or None,  # type: ignore[arg-type]
        visit.user.id if kind == "assign" else None,
    )
    desk, seen = visit.house.watch.signal_desk, number(visit.field("version"))
    desk.decide(visit.user, [signal_id], wanted, now=visit.now, seen=seen)
    back = f"/signals/{signal_id}" if kind in ("note", "assign") else "/signals"
    return visit.go(back, said="decided")


@router.post("/signals/undo")
def undo(visit: Annotated[Visit, Depends(sending("decide"))]) -> Response:
    visit.house.watch.signal_desk.undo(visit.user, number(visit.field("act")), now=visit.now)
    return visit.go(visit.field("back", "/signals"), said="undone")


def past_step(act: Act, visit: Visit) -> dict[str, Any]:
    """An act on a signal or a term as the history shows it."""
    reason = act.body.get("reason")
    what = visit.say(f"signals.did_{act.kind}")
    return {
        "what": f"{what}: {visit.say(f'signals.why_{reason}')}" if reason else what,
        "who": act.actor_name or visit.say("history.machine"),
        "time": visit.speaker.time(act.at),
        "note": shown(str(act.body.get("note") or "")),
        "act": act.id,
        "is_undone": act.is_undone,
    }


def _line(item: SignalItem, visit: Visit, names: Mapping[int, str]) -> dict[str, Any]:
    record, words = item.record, visit.speaker.words
    total = {name: sum(day[name] for day in record.days) for name in ("count", "expected")}
    return {
        "id": record.id,
        "series": shown(words.series(record.series)),
        "days": visit.speaker.span_of_days(_day(record.first_day), _day(record.last_day)),
        "status": record.status,
        "state": visit.say(f"signals.{record.status}"),
        "reason": visit.say(f"signals.why_{record.reason}") if record.reason else "",
        "assignee": names.get(record.assignee or 0, ""),
        "campaigns": item.campaigns[:SHOWN_CAMPAIGNS],
        "version": record.version,
        **_drawn(total["count"], total["expected"], visit),
    }


def _day(written: str) -> date:
    return date.fromisoformat(written)


def _rise(day: Any, visit: Visit) -> dict[str, Any]:
    q = visit.speaker.words.share(day["q"])
    drawn = _drawn(day["count"], day["expected"], visit)
    return {"date": visit.speaker.day(_day(day["date"])), "q": q, "posts": day["n_posts"], **drawn}


def _drawn(count: float, expected: float, visit: Visit) -> dict[str, Any]:
    most, words = max(count, expected) or 1.0, visit.speaker.words
    return {
        "count": words.number(round(count, 2)),
        "expected": words.number(round(expected, 2)),
        "width": round(_WIDTH * count / most, 1),
        "at": round(_WIDTH * expected / most, 1),
    }


def _post(post: SamplePost, visit: Visit) -> dict[str, Any]:
    return {
        **views.first_words(post),
        **views.urgency(post, visit.speaker),
        "id": post.id,
        "alert": post.alert_id,
        "source": shown(post.source_id),
        "time": visit.speaker.time(post.time),
        "campaign": None if post.campaign is None else f"c{post.campaign}",
    }


def _figure(figure: SignalFigure, visit: Visit) -> dict[str, Any]:
    words = visit.speaker.words
    return {
        "kind": visit.say(f"signals.of_{figure.kind}"),
        "decided": words.number(figure.decided),
        "taken_up": words.number(figure.taken_up),
        "share": words.share(figure.precision),
        "interval": f"{words.share(figure.low)}–{words.share(figure.high)}",
    }
