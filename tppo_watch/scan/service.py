"""Scans without end: whatever falls due, until somebody says stop."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Protocol

from ..config import HealthSettings
from ..errors import StorageBusyError
from .health import Health
from .report import ScanReport

_LONGEST_WAIT_S = 60.0  # a clock that jumps is noticed within this time
_SHORTEST_WAIT = timedelta(seconds=5)  # between two scans
_LOOK_ROUND = timedelta(hours=1)  # silence and reminders are noticed within this time

_log = logging.getLogger(__name__)


class Scans(Protocol):
    """What is done over and over."""

    def scan(
        self,
        *,
        should_stop: Callable[[], bool],
        on_progress: Callable[[str, int], None],
        pause: Callable[[float], object],
    ) -> ScanReport: ...

    def deliver(self, *, should_stop: Callable[[], bool]) -> object: ...

    def health(self) -> Sequence[Health]: ...

    def next_due(self) -> datetime | None: ...


def keep_scanning(
    scans: Scans,
    *,
    settings: HealthSettings,
    clock: Callable[[], datetime],
    stop: threading.Event,
    on_progress: Callable[[str, int], None],
) -> Iterator[ScanReport]:
    """Scan whatever falls due, and yield each report, until `stop` is set; the batch in hand is finished.

    Looks at least once an hour how all sources fare, and leaves signs of life as `settings` says. A scan that
    another process runs meanwhile is waited for.
    """
    from .pulse import Pulse  # prometheus: of no use to whoever scans once

    def should_stop() -> bool:  # asked before each source and each batch: a long scan is alive
        pulse.beat(clock())
        return stop.is_set()

    last: datetime | None = None
    with closing(Pulse(settings, clock())) as pulse:
        while not stop.is_set():
            pulse.beat(clock())
            wait_s = _seconds_to_next(scans.next_due(), last, clock())
            _deliver_or_later(scans, should_stop)
            if wait_s <= 0:
                try:
                    report = scans.scan(should_stop=should_stop, on_progress=on_progress, pause=stop.wait)
                except StorageBusyError as exc:
                    _log.warning("database busy, scanning later", extra={"reason": str(exc)})
                    wait_s = _LONGEST_WAIT_S
                else:
                    last = report.finished
                    pulse.note(report, scans.health())
                    yield report
                    continue
            stop.wait(min(wait_s, _LONGEST_WAIT_S))


def _deliver_or_later(scans: Scans, should_stop: Callable[[], bool]) -> None:
    try:
        scans.deliver(should_stop=should_stop)
    except StorageBusyError as exc:
        _log.warning("database busy, delivering later", extra={"reason": str(exc)})


def _seconds_to_next(due: datetime | None, last: datetime | None, now: datetime) -> float:
    """Seconds until a source is due or all have to be looked at, by the end of the last scan."""
    if last is None or last > now:
        return 0.0
    # Sources that fall due within a few seconds share a scan.
    wished = min(max(due or now + _LOOK_ROUND, last + _SHORTEST_WAIT), last + _LOOK_ROUND)
    return (wished - now).total_seconds()
