"""Work on several processes: in order, not far ahead, and a killed process named."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tppo_watch import parallel
from tppo_watch.errors import WorkerError
from tppo_watch.parallel import map_in_order


def double(number: int) -> int:
    """Slower for some, so that they end out of order."""
    time.sleep(0.002 * (number % 3))
    return 2 * number


def die_at_nine(number: int) -> int:
    """Killed by the system in the middle, as for want of memory."""
    if number == 9:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 63, 64, 200])
def test_results_come_in_order(jobs, count):
    """As `map` gives them, however many there are."""
    assert list(map_in_order(double, range(count), jobs)) == [2 * n for n in range(count)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_is_read_than_may_wait(jobs):
    """Whoever takes one result a minute does not find all others in memory."""
    read = []
    results = map_in_order(double, (read.append(n) or n for n in range(10_000)), jobs)
    next(results)
    time.sleep(0.2)
    assert len(read) <= 2 * jobs * parallel._GROUP
    results.close()


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_came_before_an_error_of_the_input_is_done(jobs):
    """A file that is damaged at its end costs the end."""

    def broken() -> Iterator[int]:
        yield from range(100)
        raise ValueError("the end")

    done = []
    with pytest.raises(ValueError, match="the end"):
        done.extend(map_in_order(double, broken(), jobs))
    assert done == [2 * n for n in range(100)]


def test_a_killed_process_is_named():
    """With how it ended and what helps; what was given before is whole, and the next call works."""
    done = []
    with pytest.raises(WorkerError, match=r"worker process was killed \(SIGKILL.*fewer --jobs"):
        for number in map_in_order(die_at_nine, range(50), 2):
            done.append(number)
    assert done == list(range(len(done))) and len(done) <= 9
    assert list(map_in_order(double, [1], 2)) == [2]
