"""The rhythm of one source: how often something new comes, at which hours, and when to look again. Pure.

What comes is taken for a Poisson process whose rate goes with the hour of the day and is lifted by what came
in the last hours. A request is worth its price once the items that are expected to wait have waited long
enough together; at a steady rate that makes the wait go with the square root of the mean gap, which is the
best a fixed number of requests can do.

References
----------
Coffman, Liu, Weber (1998), Optimal robot scheduling for web search engines, J. Scheduling 1, 15-29;
Cho, Garcia-Molina (2003), Effective page refresh policies, ACM TODS 28, 390-426.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from ..sources.dates import WIB  # days begin where most of the sources are

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=6)  # of a source whose settings name no `every`
#: Item-hours of waiting that one request is worth: 20 minutes between looks at a source with one item an
#: hour, an hour and a half at one with an item a day. Chosen with `benchmarks/schedule.py`.
PRICE_H = 0.06

_MEMORY = timedelta(days=10)  # after so long an item counts half: a source may change its habits
_BURST_MEMORY_H = 1.0
_PRIOR_DAYS = 0.5  # of a rhythm not known yet, at `_PRIOR_RATE`
_PRIOR_RATE = 0.25  # items an hour
_LONGEST_PAST = timedelta(days=30)  # items older than this say nothing of the rhythm of today
_GAP_DAYS = 15
_STEP_H = 1 / 12


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of one source's rhythm. All of it is stored, so a restart changes nothing."""

    begun: datetime  #: the beginning of what is known: the first look, or the oldest item it showed
    since: datetime  #: what is counted is counted up to here
    hours: tuple[float, ...] = (0.0,) * 24  #: items by local hour, older ones for less
    days: float = 0.0  #: how long was counted, older days for less
    burst: float = 0.0  #: items of late, decaying by the hour
    last_item: datetime | None = None  #: the newest item
    gaps: Mapping[str, float] = field(default_factory=dict)  #: local day -> its longest gap, in hours

    @property
    def usual_gap(self) -> timedelta | None:
        """The longest gap of an ordinary day, nights included; None where too little has come."""
        return timedelta(hours=median(self.gaps.values())) if self.gaps else None

    def rate(self, at: datetime) -> float:
        """Expected items an hour at a moment, as far as the hour of the day goes."""
        hour = at.astimezone(WIB).hour
        around = 0.5 * self.hours[hour] + 0.25 * (self.hours[hour - 1] + self.hours[(hour + 1) % 24])
        return (around + _PRIOR_RATE * _PRIOR_DAYS) / (self.days + _PRIOR_DAYS)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; `from_dict` reads it back."""
        return {
            "begun": self.begun.isoformat(),
            "since": self.since.isoformat(),
            "hours": [round(count, 4) for count in self.hours],
            "days": round(self.days, 4),
            "burst": round(self.burst, 4),
            "last_item": self.last_item.isoformat() if self.last_item else None,
            "gaps": {day: round(gap, 4) for day, gap in self.gaps.items()},
        }

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> Rhythm:
        """The rhythm that `to_dict` wrote."""
        return cls(
            begun=datetime.fromisoformat(body["begun"]),
            since=datetime.fromisoformat(body["since"]),
            hours=tuple(body["hours"]),
            days=body["days"],
            burst=body["burst"],
            last_item=datetime.fromisoformat(body["last_item"]) if body["last_item"] else None,
            gaps=dict(body["gaps"]),
        )


def learned(before: Rhythm | None, times: Iterable[datetime | None], now: datetime) -> Rhythm:
    """The rhythm after a look at `now` that brought items of these times; None for one without a time.

    The first look learns from the past that the source still shows, as far as that has times.
    """
    is_first = before is None
    known = sorted(min(time or now, now) for time in times if time or not is_first)
    recent = [time for time in known if now - time <= _LONGEST_PAST]
    if before is None or before.since > now:  # the clock was set back: begin anew
        first = recent[0] if recent else now
        before = Rhythm(begun=first, since=first)
    faded = 0.5 ** ((now - before.since) / _MEMORY)
    hours = [count * faded for count in before.hours]
    burst = before.burst * math.exp(-_hours(now - before.since) / _BURST_MEMORY_H)
    for time in recent:
        hours[time.astimezone(WIB).hour] += 0.5 ** ((now - time) / _MEMORY)
        burst += math.exp(-_hours(now - time) / _BURST_MEMORY_H)
    seen_days = _MEMORY / timedelta(days=1) / math.log(2) * (1 - faded)  # the integral of the fading
    after = replace(
        before, since=now, hours=tuple(hours), days=before.days * faded + seen_days, burst=burst
    )
    return _with_gaps(after, known)


def _with_gaps(rhythm: Rhythm, times: list[datetime]) -> Rhythm:
    gaps, last = dict(rhythm.gaps), rhythm.last_item
    for time in times:
        if last is None or time > last:
            if last is not None:
                day = time.astimezone(WIB).date().isoformat()
                gaps[day] = max(gaps.get(day, 0.0), _hours(time - last))
            last = time
    kept = sorted(gaps)[-_GAP_DAYS:]
    return replace(rhythm, last_item=last, gaps={day: gaps[day] for day in kept})


def wait(rhythm: Rhythm, now: datetime, *, longest: timedelta = LONGEST) -> timedelta:
    """How long to wait before looking again: between `SHORTEST` and `longest`.

    Until the items that are expected to come have waited `PRICE_H` together.
    """
    waited, expected, hours = 0.0, 0.0, 0.0
    limit = _hours(longest)
    while hours < limit:
        at = now + timedelta(hours=hours)
        # One item of late is no burst. More may be what comes at this hour: the higher of the two counts.
        burst = max(rhythm.burst - 1, 0.0) / _BURST_MEMORY_H * math.exp(-hours / _BURST_MEMORY_H)
        expected += max(rhythm.rate(at), burst) * _STEP_H
        waited += expected * _STEP_H
        hours += _STEP_H
        if waited >= PRICE_H:
            break
    return min(max(timedelta(hours=hours), SHORTEST), longest)


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)
