"""The order of the lists and the clocks of the lanes. Pure, but for asking the database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..alerts.lanes import LANES
from ..config import ReviewSettings
from ..storage import decisions
from ..storage.decisions import Filter, Place
from .records import WAITING, Clock, User, View
from .roles import may


def allowed(settings: ReviewSettings, lane: str) -> timedelta:
    """How long a post may wait in a lane."""
    within = {
        "assistance": settings.assistance_within,
        "high": settings.high_within,
        "medium": settings.medium_within,
    }
    return within[lane]


def befores(settings: ReviewSettings, now: datetime) -> dict[str, datetime]:
    """Lane -> since when a post there is past its time, the most urgent lane first."""
    return {lane: now - allowed(settings, lane) for lane in LANES}


def clock(settings: ReviewSettings, lane: str, arrived: datetime, now: datetime) -> Clock:
    """The clock of a post since it arrived. It runs while a post is snoozed: a person still waits."""
    due = arrived + allowed(settings, lane)
    return Clock(
        arrived=arrived, due=due, age_s=max(0.0, (now - arrived).total_seconds()), is_overdue=due <= now
    )


def filter_of(view: View, actor: User, now: datetime) -> Filter:
    """Which alerts a list holds for one person."""
    # Who gives a second opinion must not find the first one in a list. Leads see everything.
    hidden = actor.id if may(actor, "decide") and not may(actor, "undo_others") else None
    match view:
        case "waiting":
            return Filter(now, state="open", is_snoozed=False)
        case "mine":
            return Filter(now, statuses=WAITING, assignee=actor.id)
        case "snoozed":
            return Filter(now, statuses=WAITING, is_snoozed=True)
        case "disputed":
            return Filter(now, is_disputed=True)
        case "cases":
            return Filter(now, statuses=("taken_up", "referred"), hidden_from=hidden)
        case "dismissed":
            return Filter(now, statuses=("dismissed", "merged", "closed"), hidden_from=hidden)
        case "all":
            return Filter(now, hidden_from=hidden)


def ordered(
    connection: Connection,
    settings: ReviewSettings,
    wanted: Filter,
    *,
    lane: str | None = None,
    limit: int,
) -> list[Place]:
    """The first of a list: by lane, in each those past their time by age, then the others by risk."""
    found: list[Place] = []
    for one in LANES if lane is None else (lane,):
        before = wanted.now - allowed(settings, one)
        for is_overdue in (True, False):
            if len(found) < limit:
                found += decisions.places(
                    connection,
                    wanted,
                    lane=one,
                    before=before,
                    is_overdue=is_overdue,
                    limit=limit - len(found),
                )
    return found


def precedes(settings: ReviewSettings, one: Place, other: Place, now: datetime) -> bool:
    """Whether `one` comes before `other` in a list."""
    return _key(settings, one, now) < _key(settings, other, now)


def _key(settings: ReviewSettings, place: Place, now: datetime) -> tuple[int, bool, float]:
    is_overdue = place.first_seen + allowed(settings, place.lane) <= now
    return (
        LANES.index(place.lane),  # type: ignore[arg-type]
        not is_overdue,
        place.first_seen.timestamp() if is_overdue else -place.risk,
    )
