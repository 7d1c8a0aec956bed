"""Which sources to read now, and when the next one is due. Pure: the caller brings the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ..config import SourceSettings
from ..storage.sources import SourceState


def due_at(source: SourceSettings, state: SourceState | None) -> datetime | None:
    """When `source` should be read next; None: at once, as it was never tried.

    Counted from the last attempt, not the last success: a site in trouble is not asked more often for it.
    """
    return None if state is None or state.last_attempt is None else state.last_attempt + source.every


def due_sources(
    sources: Sequence[SourceSettings], states: Mapping[str, SourceState], now: datetime
) -> list[SourceSettings]:
    """Those of `sources` that should be read at `now`, in their order."""
    return [
        source
        for source in sources
        if (at := due_at(source, states.get(source.id))) is None
        or at <= now
        # A clock that was set back must not silence a source until it has caught up.
        or at - now > source.every
    ]


def next_due(
    sources: Sequence[SourceSettings], states: Mapping[str, SourceState], now: datetime
) -> datetime | None:
    """When the first of `sources` is due, `now` at the earliest; None without sources."""
    return min((max(due_at(source, states.get(source.id)) or now, now) for source in sources), default=None)
