"""From days that are above to signals that are kept: days of a series that follow each other are one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from ..storage import raised
from ..storage.raised import KEPT_POSTS, SignalRecord
from .series import WIB
from .stored import Explained

REST_DAYS = 7  #: after that a series has come to rest, and what rises then is new
JUDGE_EVERY = timedelta(hours=6)  #: what is late arrives meanwhile; each day is judged for a week


def is_time(last: datetime | None, now: datetime) -> bool:
    """Whether to look for signals again: on another day, after some hours, or if the clock jumped back."""
    if last is None or last > now:
        return True
    return now - last >= JUDGE_EVERY or now.astimezone(WIB).date() > last.astimezone(WIB).date()


def keep(connection: Connection, found: Iterable[Explained], *, now: datetime) -> list[int]:
    """Keep what was found; the ids of signals that are new.

    A day that is there already is brought up to date. One that no longer stands out is left: it was raised.
    """
    new: list[int] = []
    for one in sorted(found, key=lambda one: (one.signal.date, one.signal.series)):
        line = one.signal.to_dict() | {"n_posts": len(one.posts)}
        record = home_of(one.signal.date, raised.of_series(connection, one.signal.series))
        if record is None:
            signal_id = raised.add(connection, one.signal.series, line["date"], line, now=now)
            new.append(signal_id)
        else:
            signal_id = record.id
            raised.set_days(connection, signal_id, with_day(record.days, line), now=now)
        raised.add_posts(connection, signal_id, one.posts[:KEPT_POSTS])
    return new


def told(record: SignalRecord) -> dict[str, Any]:
    """What a message says of a signal: what it counts, its days, and how much was to be expected."""
    totals = {name: round(sum(day[name] for day in record.days), 2) for name in ("count", "expected")}
    return {"series": record.series, "first_day": record.first_day, "last_day": record.last_day, **totals}


def home_of(day: date, records: Sequence[SignalRecord]) -> SignalRecord | None:
    """Which of the signals of a series, by first day, a day belongs to; None for one that begins a new one.

    What goes on for more than `REST_DAYS` after a decision is news again.
    """
    rest, iso = timedelta(days=REST_DAYS), day.isoformat()
    before = [record for record in records if record.first_day <= iso]
    if before:
        record = before[-1]
        is_near = day - date.fromisoformat(record.last_day) <= rest
        is_fresh = record.decided is None or day - record.decided.astimezone(WIB).date() <= rest
        if is_near and (is_fresh or iso <= record.last_day):
            return record
    after = [record for record in records if record.first_day > iso]
    if after and date.fromisoformat(after[0].first_day) - day <= rest:
        return after[0]  # a day whose posts came late
    return None


def with_day(days: Sequence[Any], line: dict[str, Any]) -> list[Any]:
    """The lines of a signal with one more, or a newer one, in order."""
    kept = [day for day in days if day["date"] != line["date"]]
    return sorted([*kept, line], key=lambda day: day["date"])
