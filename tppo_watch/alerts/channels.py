"""The ``[[notify]]`` tables: which channel gets what, and when. Pure: the caller brings the time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from ..config import NotifySettings

# Without daylight saving time since 1963, so no table of time zones is needed.
_HOURS = {"WIB": 7, "WITA": 8, "WIT": 9}


@dataclass(frozen=True, slots=True)
class Channel:
    """One place messages go to. `name` is shown and stored; the address never is."""

    name: str
    settings: NotifySettings = field(repr=False)


def channels(notify: Iterable[NotifySettings]) -> tuple[Channel, ...]:
    """A channel for each table; one without a name of its own is called by a digest of its address."""
    return tuple(Channel(one.name or _called(one.url or one.webhook or ""), one) for one in notify)


def _called(address: str) -> str:
    return f"notify-{hashlib.sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def wants(settings: NotifySettings, lane: str, level: str) -> bool:
    """Whether a channel is told of an alert.

    Where somebody may need help everybody is told, unless the table says ``assistance = false``; then the
    level alone decides.
    """
    if lane == "assistance" and settings.assistance:
        return True
    return level == "high" or (level == "medium" and settings.min_level == "medium")


def not_before(settings: NotifySettings, lane: str | None, now: datetime) -> datetime:
    """When a channel may be told: now, at its hour for digests, or at the end of its quiet hours.

    A call for help waits for nothing.
    """
    if lane == "assistance":
        return now
    local = now.astimezone(timezone(timedelta(hours=_HOURS[settings.timezone])))
    at = local if settings.digest is None else _next(local, *settings.digest_at)
    if settings.quiet is not None:
        (start, end) = settings.quiet_hours
        since_start = (at - _last(at, *start)).total_seconds()
        length = ((end[0] - start[0]) * 60 + end[1] - start[1]) % (24 * 60)
        if since_start < length * 60:
            at = _next(at, *end)
    return at.astimezone(now.tzinfo)


def _next(local: datetime, hour: int, minute: int) -> datetime:
    """The next time the clock shows this, later than `local`."""
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)


def _last(local: datetime, hour: int, minute: int) -> datetime:
    """The last time the clock showed this, `local` at the latest."""
    return _next(local, hour, minute) - timedelta(days=1)
