"""How each source fares, and what somebody has to be told of it. Decisions are pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Literal

from sqlalchemy import Connection

from ..config import HealthSettings, SourceSettings
from ..storage import notices
from ..storage import sources as stored_sources
from ..storage.notices import Kind, Notice
from ..storage.sources import SourceState
from .schedule import current

#: Never tried; works; cannot be read; gives nothing new; said goodbye.
Status = Literal["new", "ok", "failing", "quiet", "stopped"]

_REMIND_AFTER = timedelta(hours=24)
_LEAST_SILENCE = timedelta(hours=2)  # less is no silence, however hectic a source
_UNKNOWN_GAP = timedelta(days=3, hours=12)  # of a source that has given too little to know its rhythm
_BAD: Mapping[Status, Kind] = {"failing": "failing", "quiet": "quiet", "stopped": "stopped"}


@dataclass(frozen=True, slots=True)
class Health:
    """How one source fares at one moment."""

    source_id: str
    status: Status
    last_success: datetime | None = None
    last_item: datetime | None = None
    usual_gap: timedelta | None = None  #: the longest gap of an ordinary day; None where not known yet
    failures_in_row: int = 0
    error: str | None = None  #: of the last attempt; None where it succeeded
    moved_to: str | None = None  #: the address it is read from now, where that is not the configured one
    next_at: datetime | None = None

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to look after the source."""
        return self.status in _BAD

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, without what is not known."""
        found: dict[str, Any] = {
            "status": self.status,
            "last_success": _iso(self.last_success),
            "last_item": _iso(self.last_item),
            "usual_gap_s": round(self.usual_gap.total_seconds()) if self.usual_gap else None,
            "failures_in_row": self.failures_in_row or None,
            "error": self.error,
            "moved_to": self.moved_to,
            "next_at": _iso(self.next_at),
        }
        return {name: value for name, value in found.items() if value is not None}


def health_of(
    source: SourceSettings, state: SourceState | None, now: datetime, limits: HealthSettings
) -> Health:
    """How `source` fares at `now`, by what is known of it."""
    state = current(source, state)
    gap = _usual_gap(state)
    status: Status = "ok"
    if state.stopped_at is not None:
        status = "stopped"
    elif state.failures_in_row >= limits.failures:
        status = "failing"
    elif state.last_attempt is None:
        status = "new"
    elif not state.failures_in_row and _is_quiet(source, state, gap, now, limits):
        status = "quiet"
    return Health(
        source_id=source.id,
        status=status,
        last_success=state.last_success,
        last_item=state.last_item,
        usual_gap=gap,
        failures_in_row=state.failures_in_row,
        error=state.last_error,
        moved_to=state.address,
        next_at=state.next_at,
    )


def _usual_gap(state: SourceState) -> timedelta | None:
    gaps = state.rhythm["gaps"] if state.rhythm else {}
    return timedelta(hours=median(gaps.values())) if gaps else None


def _is_quiet(
    source: SourceSettings, state: SourceState, gap: timedelta | None, now: datetime, limits: HealthSettings
) -> bool:
    if source.quiet_after is None and source.url is None and source.kind != "folder":
        return False  # an export is made once, and nobody expects more of it
    begun = datetime.fromisoformat(state.rhythm["begun"]) if state.rhythm else now
    silence = now - (state.last_item or begun)
    if source.quiet_after is not None:
        return silence > source.quiet_after
    return silence > max(limits.quiet_factor * (gap or _UNKNOWN_GAP), _LEAST_SILENCE)


def notice_due(health: Health, standing: Notice | None, now: datetime) -> Notice | None:
    """What has to be told at `now`, if anything: a change, or a day later the same again.

    `standing` is the latest notice of this source, other than of a move.
    """
    kind = _BAD.get(health.status)
    before = standing.kind if standing else None
    if kind is None:
        is_over = health.status == "ok" and not health.failures_in_row and before in _BAD.values()
        return Notice(health.source_id, "recovered", now, detail=health.to_dict()) if is_over else None
    if standing is None or kind != before:
        return Notice(health.source_id, kind, now, detail=health.to_dict())
    if timedelta(0) <= now - standing.created < _REMIND_AFTER:  # later than now: the clock was set back
        return None
    return Notice(health.source_id, kind, now, standing.number + 1, health.to_dict())


def look_round(
    connection: Connection, sources: Sequence[SourceSettings], now: datetime, limits: HealthSettings
) -> list[Notice]:
    """Keep what has to be told of `sources` at `now`, and return it."""
    states, standing = stored_sources.states(connection), notices.standing(connection)
    healths = (health_of(source, states.get(source.id), now, limits) for source in sources)
    due = [found for health in healths if (found := notice_due(health, standing.get(health.source_id), now))]
    notices.add(connection, due)
    return due


def moved_notice(source: SourceSettings, before: SourceState, after: SourceState) -> Notice | None:
    """What has to be told where a source is read from another address from now on."""
    if after.address is None or after.address == before.address or after.last_attempt is None:
        return None
    return Notice(source.id, "moved", after.last_attempt, detail={"moved_to": after.address})


def _iso(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None
