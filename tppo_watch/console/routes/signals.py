"""What rose above what was to be expected, by place, destination and type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...text.showing import shown
from ..doors import looking
from ..visit import Visit

if TYPE_CHECKING:
    from ...signals.stored import Explained  # numpy and scipy, which the other pages do without

router = APIRouter()

SHOWN_CAMPAIGNS = 3
SHOWN_SIGNALS = 100


@router.get("/signals")
def signals(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    found, notes = visit.house.watch.signals()
    rows = [_signal(one, visit) for one in found[:SHOWN_SIGNALS]]
    return visit.page("signals.html", here="signals", rows=rows, notes=[shown(note) for note in notes])


def _signal(found: Explained, visit: Visit) -> dict[str, Any]:
    signal, words = found.signal, visit.speaker.words
    most = max(signal.count, signal.expected) or 1.0
    return {
        "series": shown(signal.series),
        "date": signal.date.isoformat(),
        "count": words.number(round(signal.count, 2)),
        "expected": words.number(round(signal.expected, 2)),
        "q": words.share(signal.q),
        "width": round(200 * signal.count / most, 1),
        "at": round(200 * signal.expected / most, 1),
        "campaigns": found.campaigns[:SHOWN_CAMPAIGNS],
        "posts": len(found.posts),
    }
