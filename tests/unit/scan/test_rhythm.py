from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.scanning import NOW
from tppo_watch.scan.rhythm import LONGEST, SHORTEST, Rhythm, learned, wait

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TIMES = st.lists(st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)).map(
    lambda time: time.replace(tzinfo=NOW.tzinfo)), max_size=40)  # fmt: skip


def evenly(gap: timedelta, span: timedelta = 5 * DAY) -> list[datetime]:
    return [NOW - gap * n for n in range(int(span / gap))]


def test_the_first_look_learns_from_what_the_source_still_shows():
    """A source with many items is looked at sooner than one with few, from the first look on."""
    waits = [wait(learned(None, evenly(gap), NOW), NOW) for gap in (HOUR / 4, HOUR, 7 * HOUR, 40 * HOUR)]
    assert waits == sorted(waits)
    assert waits[0] < waits[1] < waits[2]


def test_an_hourly_source_is_looked_at_every_twenty_minutes():
    """At an item an hour the median delay stays below a quarter of an hour."""
    known = learned(None, evenly(HOUR, 10 * DAY), NOW - HOUR)
    assert timedelta(minutes=15) <= wait(known, NOW - HOUR) <= timedelta(minutes=25)


def test_a_burst_speeds_it_up_and_passes():
    """Many items within an hour bring the next look forward; a quiet day later all is as before."""
    slow = learned(None, evenly(12 * HOUR), NOW)
    burst = learned(slow, [NOW + timedelta(minutes=n) for n in range(10, 22)], NOW + HOUR)
    assert wait(burst, NOW + HOUR) <= 3 * SHORTEST
    assert wait(burst, NOW + HOUR) < wait(slow, NOW) / 2
    later = learned(burst, [], NOW + 2 * DAY)
    assert wait(later, NOW + 2 * DAY) > wait(slow, NOW) / 3


def test_the_hours_of_the_day_are_learned():
    """A source that publishes by day is looked at by day more often than by night."""
    days = [NOW - DAY * n + timedelta(minutes=10 * m) for n in range(1, 9) for m in range(48)]
    known = learned(None, days, NOW)
    assert wait(known, NOW + DAY + HOUR) < wait(known, NOW + DAY + 12 * HOUR)


def test_a_source_that_falls_silent_is_asked_less():
    """After weeks without anything new the waits grow, and never beyond the longest."""
    known, now, waits = learned(None, evenly(HOUR), NOW), NOW, []
    while now < NOW + 40 * DAY:
        waits.append(wait(known, now))
        now += waits[-1]
        known = learned(known, [], now)
    assert waits[-1] > 4 * waits[0]
    assert max(waits) <= LONGEST


@given(TIMES, TIMES, st.integers(0, 90 * 24))
def test_whatever_comes_the_wait_has_its_bounds(first, second, hours):
    """No times, past or future, missing or absurd, stop a source or make us hurry without end."""
    later = NOW + HOUR * hours
    known = learned(learned(None, first, NOW), second, later)
    assert SHORTEST <= wait(known, later) <= LONGEST
    assert SHORTEST <= wait(known, later, longest=timedelta(minutes=7)) <= timedelta(minutes=7)
    assert wait(learned(known, first, NOW - DAY), NOW) <= LONGEST  # the clock was set back


def test_a_restart_changes_nothing():
    """The rhythm that went through the database at every look plans what the one in memory plans."""
    seeded, now = random.Random(3), NOW
    kept = stored = learned(None, evenly(5 * HOUR), NOW)
    for _ in range(300):
        times = [now + timedelta(minutes=seeded.uniform(0, 50)) for _ in range(seeded.choice([0, 0, 1, 6]))]
        now += timedelta(hours=1)
        kept, stored = learned(kept, times, now), learned(stored, times, now)
        stored = Rhythm.from_dict(json.loads(json.dumps(stored.to_dict())))
        assert abs(wait(kept, now) - wait(stored, now)) <= SHORTEST


def test_the_usual_gap_is_that_of_an_ordinary_day():
    """The night counts, one outage of days does not, and nothing is said of a source with one item."""
    office = [NOW.replace(hour=1) - DAY * n + HOUR * m for n in range(1, 9) for m in range(9)]
    assert learned(None, office, NOW).usual_gap == 16 * HOUR
    assert learned(None, [*office, NOW - 20 * DAY], NOW).usual_gap == 16 * HOUR
    assert learned(None, [NOW], NOW).usual_gap is None
