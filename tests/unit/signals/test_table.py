"""Files of counts: any order, repeated and contradicting rows, gaps, the future, and what is no count."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tppo_watch.errors import InputError
from tppo_watch.io.rows import Row
from tppo_watch.signals import table
from tppo_watch.signals.table import gather

TODAY = date(2026, 6, 1)


def rows(*cells: tuple[object, str, object]) -> list[Row]:
    return [
        Row(line, None, series, None, {"date": day, "count": count})
        for line, (day, series, count) in enumerate(cells, 2)
    ]


def days(n: int, series: str = "a", start: date = date(2026, 1, 1), count: object = "2"):
    return [((start + timedelta(days=at)).isoformat(), series, count) for at in range(n)]


def gathered(cells, today=TODAY):
    complaints = []
    result = gather(
        rows(*cells), today=today, complain=lambda line, reason: complaints.append((line, reason))
    )
    return result, complaints


def test_order_does_not_matter():
    """Rows from last to first, series mixed, make the same table."""
    cells = days(20, "b", count="3") + days(20, "a")
    (one,), (other,) = gathered(cells)[0].tables, gathered(cells[::-1])[0].tables
    assert one.names == other.names == ("a", "b")
    assert one.start == date(2026, 1, 1)
    assert np.array_equal(one.counts, other.counts)
    assert one.counts.tolist() == [[2.0] * 20, [3.0] * 20]


def test_a_missing_day_is_unknown_and_a_zero_is_not():
    """No row and an empty cell are an outage; 0 is 0."""
    cells = days(20)
    cells[5] = (cells[5][0], "a", "0")
    cells[6] = (cells[6][0], "a", "")
    del cells[10]
    (only,) = gathered(cells)[0].tables
    assert only.counts[0, 5] == 0
    assert np.flatnonzero(np.isnan(only.counts[0])).tolist() == [6, 10]


def test_a_row_that_stands_twice_counts_once():
    """It is said, and is no failure."""
    result, complaints = gathered(days(20) + days(3))
    assert result.tables[0].counts.sum() == 40
    assert complaints == [] and result.bad == 0
    assert result.notes == ["3 rows stand there twice; each was counted once"]


def test_rows_that_contradict_each_other_count_not():
    """Which of the two is right nobody knows, so the day is unknown, and the line is named."""
    result, complaints = gathered([*days(20), ("2026-01-03", "a", "90"), ("2026-01-03", "a", "2")])
    assert np.isnan(result.tables[0].counts[0, 2])
    assert complaints == [
        (22, "contradicts line 4 (2026-01-03, 'a'); the day is taken as unknown"),
    ]


@pytest.mark.parametrize(
    ("day", "series", "count", "reason"),
    [
        ("21/03/2026", "a", "2", "no date"),
        ("2026-02-30", "a", "2", "no date"),
        (None, "a", "2", "no date"),
        ("2026-01-01", " ", "2", "no name"),
        ("2026-01-01", "a", "-1", "no count"),
        ("2026-01-01", "a", "1,5", "no count"),
        ("2026-01-01", "a", "nan", "no count"),
        ("2026-01-01", "a", "1e3", "no count"),
        ("2026-01-01", "a", "٣", "no count"),
        ("2026-01-01", "a", "9" * 5000, "no count"),
        ("2026-01-01", "a", True, "no count"),
        ("2026-01-01", "a", float("inf"), "no count"),
    ],
)
def test_a_row_that_says_nothing_is_named(day, series, count, reason):
    """Its line and what is wrong with it; the others are kept."""
    result, complaints = gathered([(day, series, count), *days(20, "b")])
    assert [line for line, _ in complaints] == [2]
    assert reason in complaints[0][1] and len(complaints[0][1]) < 120
    assert result.bad == 1 and result.tables[0].names == ("b",)


def test_posts_from_the_future_are_left_out():
    """A row of a day that has not come is no signal, and is said."""
    result, _ = gathered([*days(20), ("2026-06-02", "a", "900"), ("2099-01-01", "a", "900")])
    assert result.future == 2
    assert np.nanmax(result.tables[0].counts) == 2
    assert result.notes == ["2 rows lie in the future, the last on 2099-01-01; they were left out"]


def test_a_clock_that_is_wrong_is_said():
    """Where the days run on into the future, the machine's clock is wrong, not the file."""
    result, _ = gathered(days(20, start=date(2027, 1, 1)))
    assert result.future == 0 and len(result.tables) == 1
    assert "this machine's clock, which says 2026-06-01" in result.notes[0]
    result, _ = gathered(days(160) + days(160, "b"), today=date(2026, 5, 31))
    assert result.future == 0 and result.tables[0].counts.shape == (2, 160)


def test_a_clock_that_jumped_costs_no_memory():
    """A row of 1970, or of the year 1, stands by itself: nothing is learnt across the gap."""
    result, _ = gathered([("0001-01-01", "a", "5"), ("1970-01-01", "a", "5"), *days(30)])
    assert [one.counts.shape for one in result.tables] == [(1, 1), (1, 1), (1, 30)]
    assert any(note.startswith("no rows between 1970-01-01 and 2026-01-01") for note in result.notes)


def test_series_too_short_are_said():
    """They cannot be judged."""
    result, _ = gathered(days(20) + days(14, "b"))
    assert result.tables[0].names == ("a",)
    assert result.notes == ["1 of 2 series have fewer than 15 days: nothing to judge by"]


def test_no_rows_are_no_tables():
    """And no error."""
    result, _ = gathered([])
    assert result.tables == [] and result.rows == 0


def test_more_than_memory_holds_is_refused(monkeypatch):
    """Before it is tried."""
    monkeypatch.setattr(table, "MAX_CELLS", 30)
    with pytest.raises(InputError, match="2 series over 20 days are too many"):
        gathered(days(20) + days(20, "b"))
