"""Days of a series that follow each other are one signal; what was decided rests; nothing is raised twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tppo_watch.signals.detect import Signal
from tppo_watch.signals.raising import is_time, keep
from tppo_watch.signals.stored import Explained
from tppo_watch.storage import open_store, raised

NOW = datetime(2026, 6, 10, 5, tzinfo=UTC)
DAY = date(2026, 6, 9)


@pytest.fixture
def connection():
    with open_store("sqlite:///:memory:") as store, store.write() as connection:
        yield connection


def above(ago: int, count: float = 20.0, series: str = "destination:KH") -> Explained:
    signal = Signal(DAY - timedelta(days=ago), series, count, 5.0, "nb_scan", 1e-6, 1e-4)
    return Explained(signal, (), ())


def test_days_that_follow_each_other_are_one(connection):
    """With a line for each day, by day."""
    new = keep(connection, [above(0), above(1), above(2), above(0, series="kind:x")], now=NOW)
    assert len(new) == 2
    (record,) = raised.of_series(connection, "destination:KH")
    assert (record.first_day, record.last_day, record.status) == ("2026-06-07", "2026-06-09", "open")
    assert [day["date"] for day in record.days] == ["2026-06-07", "2026-06-08", "2026-06-09"]
    assert record.days[0]["expected"] == 5.0 and record.days[0]["count"] == 20


def test_the_next_scan_raises_nothing_twice(connection):
    """The same window again brings the days up to date."""
    keep(connection, [above(0), above(1)], now=NOW)
    assert keep(connection, [above(0, 25.0), above(1)], now=NOW + timedelta(hours=6)) == []
    (record,) = raised.of_series(connection, "destination:KH")
    assert [day["count"] for day in record.days] == [20, 25]
    assert record.judged == NOW + timedelta(hours=6) and record.raised == NOW


def test_what_rises_after_a_rest_is_new(connection):
    """More than a week without a signal ends it."""
    keep(connection, [above(8)], now=NOW)
    assert len(keep(connection, [above(0)], now=NOW)) == 1
    keep(connection, [above(7, series="kind:x")], now=NOW)
    assert keep(connection, [above(0, series="kind:x")], now=NOW) == []


def test_what_goes_on_after_a_decision_is_news_after_a_week(connection):
    """Until then it belongs to what was decided, and stays decided."""
    (id,) = keep(connection, [above(10)], now=NOW)
    raised.set_state(
        connection, id, status="dismissed", reason="season", assignee=None, version=1,
        decided=datetime(2026, 5, 31, 5, tzinfo=UTC),
    )  # fmt: skip
    assert keep(connection, [above(4)], now=NOW) == []
    assert len(keep(connection, [above(0)], now=NOW)) == 1
    first, second = raised.of_series(connection, "destination:KH")
    assert (first.status, first.last_day, second.status) == ("dismissed", "2026-06-05", "open")
    assert keep(connection, [above(4), above(0)], now=NOW) == []


def test_a_day_whose_posts_came_late_goes_before(connection):
    """It is the beginning of what was raised already."""
    keep(connection, [above(0)], now=NOW)
    assert keep(connection, [above(2)], now=NOW) == []
    (record,) = raised.of_series(connection, "destination:KH")
    assert record.first_day == "2026-06-07"


@pytest.mark.parametrize(
    ("hours_ago", "is_due"),
    [(0.1, False), (3, False), (6.1, True), (20, True), (-5, True), (None, True)],
)
def test_they_are_looked_for_some_times_a_day(hours_ago, is_due):
    """And when the clock has jumped back."""
    last = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    assert is_time(last, NOW) is is_due


def test_a_new_day_is_looked_at_at_once():
    """Midnight in western Indonesia ends a day that can then be judged."""
    midnight = datetime(2026, 6, 9, 17, tzinfo=UTC)
    assert is_time(midnight - timedelta(minutes=5), midnight + timedelta(minutes=5))
