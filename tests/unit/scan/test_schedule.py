from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.scanning import NOW
from tppo_watch.config import SourceSettings
from tppo_watch.scan import due_sources, next_due
from tppo_watch.storage.sources import SourceState

HOUR = timedelta(hours=1)


def source(id: str = "a", every: str = "1h") -> SourceSettings:
    return SourceSettings(id=id, kind="feed", url="http://a.example/", every=every)


def state(tried, id: str = "a") -> dict[str, SourceState]:
    return {id: SourceState(id, last_attempt=tried)}


def test_a_source_is_due_when_its_time_has_passed():
    """Never tried, or tried long enough ago: due. Otherwise not yet."""
    assert due_sources([source()], {}, NOW) == [source()]
    assert due_sources([source()], state(NOW - HOUR), NOW) == [source()]
    assert due_sources([source()], state(NOW - HOUR + timedelta(seconds=1)), NOW) == []


def test_a_clock_set_back_silences_no_source():
    """An attempt in the future is not waited for."""
    assert due_sources([source()], state(NOW + timedelta(days=400)), NOW) == [source()]


def test_the_next_time_is_that_of_the_first():
    """The wait is as long as the most impatient source allows, and never negative."""
    two = [source("a", "1h"), source("b", "30m")]
    states = state(NOW, "a") | state(NOW, "b")
    assert next_due(two, states, NOW) == NOW + HOUR / 2
    assert next_due(two, states, NOW + 9 * HOUR) == NOW + 9 * HOUR
    assert next_due([], {}, NOW) is None


@given(st.integers(-10_000, 10_000), st.integers(1, 1440))
def test_what_is_not_due_will_be(minutes, every):
    """A source is due by the time that is promised for it, at the latest."""
    one, known = [source(every=f"{every}m")], state(NOW - timedelta(minutes=minutes))
    assert (
        due_sources(one, known, max(next_due(one, known, NOW), NOW)) == one
        or due_sources(one, known, NOW) == one
    )
