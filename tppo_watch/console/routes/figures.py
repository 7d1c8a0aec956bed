"""How the work goes: sources, and figures of the review."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...alerts import LANES
from ...config import SourceSettings
from ...storage.sources import SourceState
from ...text.showing import shown
from ..doors import looking
from ..visit import Visit

router = APIRouter()


@router.get("/sources")
def sources(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    rows = [_source(source, state, visit) for source, state in visit.house.watch.sources()]
    counts = {name: sum(row["health"] == name for row in rows) for name in ("ok", "failing", "new")}
    return visit.page("sources.html", here="sources", sources=rows, counts=counts)


def _source(source: SourceSettings, state: SourceState | None, visit: Visit) -> dict[str, Any]:
    """One source; those that fail say why."""
    speaker = visit.speaker
    if state is None or state.last_attempt is None:
        health, tag, said = "new", "", visit.say("sources.waiting")
    elif state.failures_in_row:
        health, tag, said = "failing", "high", visit.say("sources.failing", n=state.failures_in_row)
    else:
        health, tag, said = "ok", "calm", visit.say("sources.ok")
    return {
        "id": source.id,
        "kind": source.kind,
        "province": shown(source.province or ""),
        "health": health,
        "tag": tag,
        "state": said,
        "error": shown(state.last_error or "") if state and state.failures_in_row else "",
        "last": speaker.time(state.last_success) if state and state.last_success else "–",
        "every": visit.say("sources.every_n", time=speaker.span(source.every)),
        "posts": state.posts if state else 0,
    }


@router.get("/statistics")
def statistics(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    desk = visit.house.watch.desk
    counts = desk.counts(visit.user, now=visit.now)
    return visit.page("statistics.html", here="statistics", counts=counts, lanes=LANES)
