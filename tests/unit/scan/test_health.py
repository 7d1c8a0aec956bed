from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.scanning import NOW
from tppo_watch.config import HealthSettings, SourceSettings
from tppo_watch.scan.health import health_of, moved_notice, notice_due
from tppo_watch.scan.schedule import Answer, Trouble, after_answer, after_trouble
from tppo_watch.storage.sources import SourceState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "http://a.example/"
SOURCE = SourceSettings(id="a", kind="feed", url=URL)
EVERY_HOUR = tuple(NOW - HOUR * n for n in range(72))


def read(*times, at=NOW, source=SOURCE) -> SourceState:
    return after_answer(source, SourceState("a", url=source.url), Answer(times=times), at)


def health(state, now=NOW, source=SOURCE, **limits):
    return health_of(source, state, now, HealthSettings(**limits))


def failed(times: int, state=None) -> SourceState:
    state = state or SourceState("a", url=URL)
    for _ in range(times):
        state = after_trouble(SOURCE, state, Trouble("answered 500", 500), NOW)
    return state


def test_each_source_has_a_status():
    """Never tried, working, failing often enough, gone: each is told apart."""
    assert health(None).status == "new"
    assert health(read(*EVERY_HOUR)).status == "ok"
    assert [health(failed(n)).status for n in (1, 2, 3)] == ["ok", "ok", "failing"]
    assert health(failed(1), failures=1).status == "failing"
    gone = after_trouble(SOURCE, read(NOW), Trouble("answered 410", 410), NOW)
    assert health(gone).status == "stopped"


def test_silence_of_four_usual_gaps_is_flagged():
    """A source with an item an hour is flagged after four hours, and not before."""
    known = read(*EVERY_HOUR)
    looked = after_answer(SOURCE, known, Answer(), NOW + 4 * HOUR)
    assert health(looked, NOW + 4 * HOUR).status == "ok"
    late = NOW + 4 * HOUR + timedelta(minutes=1)
    assert health(looked, late).status == "quiet"
    assert health(looked, late, quiet_factor=5).status == "ok"
    again = after_answer(SOURCE, looked, Answer(times=(late,)), late)
    assert health(again, late).status == "ok"


def test_a_source_that_was_dead_when_it_was_added_is_flagged_at_once():
    """Its items tell how often it used to give something."""
    assert health(read(*(time - 21 * DAY for time in EVERY_HOUR))).status == "quiet"


def test_a_source_that_never_gave_anything_is_flagged_in_the_end():
    """Two weeks without a first item are silence too."""
    state, now = read(), NOW
    for _ in range(60):
        now += 12 * HOUR
        state = after_answer(SOURCE, state, Answer(), now)
    assert health(state, now).status == "quiet"
    assert health(read(), NOW).status == "ok"


def test_an_export_is_not_expected_to_go_on(tmp_path):
    """A file is flagged only where its settings say after how long."""
    export = SourceSettings(id="a", kind="csv", path=tmp_path / "a.csv")
    known = read(*EVERY_HOUR, source=export)
    assert health(known, NOW + 400 * DAY, export).status == "ok"
    expected = export.model_copy(update={"quiet_after": 2 * DAY})
    assert health(known, NOW + 2 * DAY, expected).status == "ok"
    assert health(known, NOW + 3 * DAY, expected).status == "quiet"


def test_trouble_is_told_reminded_of_daily_and_taken_back():
    """One notice when it begins, one each day while it lasts, one when it is over."""
    bad, said = health(failed(3)), []
    standing = None
    for hour in range(60):
        if notice := notice_due(bad, standing, NOW + HOUR * hour):
            said.append((hour, notice.kind, notice.number))
            standing = notice
    assert said == [(0, "failing", 1), (24, "failing", 2), (48, "failing", 3)]
    assert standing.detail["error"] == "answered 500"
    over = notice_due(health(read(*EVERY_HOUR)), standing, NOW + 3 * DAY)
    assert over.kind == "recovered"
    assert notice_due(health(read(*EVERY_HOUR)), over, NOW + 9 * DAY) is None


def test_a_clock_set_back_silences_no_reminder():
    """A notice from a time that has not come yet does not hold up the next one."""
    bad = health(failed(3))
    standing = notice_due(bad, None, NOW + 400 * DAY)
    assert notice_due(bad, standing, NOW).number == 2


def test_a_single_success_between_failures_is_needed_to_recover():
    """A source that fails less often than the limit, but fails, is not called well again."""
    standing = notice_due(health(failed(3)), None, NOW)
    assert notice_due(health(failed(1)), standing, NOW + HOUR) is None


@pytest.mark.parametrize("status", ["quiet", "stopped"])
def test_another_trouble_is_told_at_once(status):
    """A source that failed and then says goodbye, or falls silent, is news."""
    standing = notice_due(health(failed(3)), None, NOW)
    worse = replace(health(failed(3)), status=status)
    assert notice_due(worse, standing, NOW + HOUR).kind == status


def test_a_move_is_told_once():
    """Where a source is read from now is told when it changes."""
    before = read(NOW)
    after = replace(before, address="http://b.example/")
    assert moved_notice(SOURCE, before, after).detail == {"moved_to": "http://b.example/"}
    assert moved_notice(SOURCE, after, after) is None
    assert moved_notice(SOURCE, after, replace(after, address=None)) is None
