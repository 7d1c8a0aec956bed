"""Figures of the review: what waits, whether the levels hold, how far people agree, which signs mislead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from ...alerts import LANES
from ...review.agreement import Figure
from ...review.feedback import RuleFigure
from ...review.figures import Week
from ..charts import WIDTH
from ..doors import looking
from ..visit import Visit

router = APIRouter()

WEEKS = 12
#: What a level promises: the least share of its alerts that is worth a case.
PROMISES = {"high": 0.9, "medium": 0.5}
_RECENT = 500  # settled alerts in which signs are counted
_SHOWN_RULES = 10
_LEAST_FIRED = 3  # a sign that fired less often tells nothing yet


@router.get("/statistics")
def statistics(visit: Annotated[Visit, Depends(looking("view"))]) -> Response:
    watch = visit.house.watch
    since = visit.now - timedelta(weeks=WEEKS)
    weeks = watch.confirmed_by_week(since=since)
    said = watch.agreement()
    return visit.page(
        "statistics.html",
        here="statistics",
        counts=watch.lists.counts(visit.user, now=visit.now),
        lanes=LANES,
        levels=[_level(name, promise, weeks, visit) for name, promise in PROMISES.items()],
        agreement={
            "posts": said.posts,
            "agreed": said.agreed,
            "figures": [_figure("alpha", said.alpha, visit), _figure("kappa", said.kappa, visit)],
        },
        rules=_rules(watch.rules_in_vain(since=since, limit=_RECENT), visit),
        recent=_RECENT,
        weeks=WEEKS,
    )


def _level(name: str, promise: float, weeks: Iterable[Week], visit: Visit) -> dict[str, Any]:
    """The weeks of one level, each with its share as a point and an interval on a line from 0 to 1."""
    return {
        "name": name,
        "promise": visit.speaker.words.share(promise),
        "at": promise * WIDTH,
        "weeks": [
            {
                "monday": visit.speaker.day(week.monday),
                "decided": week.decided,
                "confirmed": week.confirmed,
                "share": visit.speaker.decimal(week.precision),
                "low": visit.speaker.decimal(week.low),
                "high": visit.speaker.decimal(week.high),
                "x": round(week.low * WIDTH, 1),
                "width": round(max(2.0, (week.high - week.low) * WIDTH), 1),
                "at": round(week.precision * WIDTH, 1),
            }
            for week in weeks
            if week.level == name
        ],
    }


def _figure(name: str, figure: Figure, visit: Visit) -> dict[str, Any]:
    """A measure of agreement with its interval; its drawing runs from 0 to 1, what lies below is at 0."""
    if figure.value is None or figure.low is None or figure.high is None:
        return {"name": name, "value": ""}
    low, at, high = (min(1.0, max(0.0, value)) for value in (figure.low, figure.value, figure.high))
    return {
        "name": name,
        "value": visit.speaker.decimal(figure.value),
        "low": visit.speaker.decimal(figure.low),
        "high": visit.speaker.decimal(figure.high),
        "x": round(low * WIDTH, 1),
        "width": round(max(2.0, (high - low) * WIDTH), 1),
        "at": round(at * WIDTH, 1),
    }


def _rules(found: Iterable[RuleFigure], visit: Visit) -> list[dict[str, Any]]:
    """The signs that misled most often, each with the share of its alerts that came to nothing."""
    worst = [rule for rule in found if rule.false_alarms and rule.fired >= _LEAST_FIRED]
    return [
        {
            "name": visit.speaker.words.rule(rule.id),
            "fired": rule.fired,
            "in_vain": rule.false_alarms,
            "width": round(rule.false_alarms / rule.fired * WIDTH, 1),
        }
        for rule in worst[:_SHOWN_RULES]
    ]
