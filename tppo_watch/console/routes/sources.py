"""How the sources fare."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...config import SourceSettings
from ...scan import Health, health_of
from ...storage.sources import SourceState
from ...text.showing import shown
from ..doors import looking
from ..visit import Visit

router = APIRouter()


_TAGS = {"ok": "calm", "failing": "high", "stopped": "high", "quiet": "medium", "new": ""}


@router.get("/sources")
def sources(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    watch = visit.house.watch
    rows = [
        _source(source, state, health_of(source, state, visit.now, watch.settings.health), visit)
        for source, state in watch.sources()
    ]
    counts = {name: sum(row["status"] == name for row in rows) for name in _TAGS}
    return visit.page("sources.html", here="sources", sources=rows, counts=counts)


def _source(
    source: SourceSettings, state: SourceState | None, health: Health, visit: Visit
) -> dict[str, Any]:
    """One source; one that needs somebody says why."""
    speaker = visit.speaker
    gap = speaker.span(health.usual_gap) if health.usual_gap else ""
    return {
        "id": source.id,
        "kind": source.kind,
        "province": shown(source.province or ""),
        "status": health.status,
        "tag": _TAGS[health.status],
        "said": visit.say(f"sources.status_{health.status}", n=health.failures_in_row),
        "error": shown(health.error or ""),
        "moved_to": shown(health.moved_to or ""),
        "last": speaker.time(health.last_success) if health.last_success else "–",
        "newest": speaker.time(health.last_item) if health.last_item else "–",
        "gap": visit.say("sources.gap", time=gap) if gap else "",
        "next": speaker.time(health.next_at) if health.next_at else "–",
        "posts": state.posts if state else 0,
    }
