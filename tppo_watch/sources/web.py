"""The polite side of the gate: one request at a time to a host, pauses it asks for, and its robots.txt."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from ..config import FetchSettings
from ..errors import FetchError, FetchRefusedError
from .gate import AGENT, Fetched, checked, fetch, host_of

#: However long a server asks us to stay away, we look again after this time: nothing is given up for good.
LONGEST_PAUSE = timedelta(hours=24)
_ROBOTS_FRESH = timedelta(hours=24)  # RFC 9309, section 2.4
_ROBOTS_STALE = timedelta(days=30)  # section 2.3.1.4: a copy may serve this long while its server is away
_MAX_ROBOTS = 512 * 1024  # bytes; section 2.5 asks for 500 KiB at least
_LONGEST_CRAWL_DELAY_S = 120.0
_BUSY = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Host:
    """What is remembered of one host between requests, and between scans."""

    name: str
    asked_at: datetime | None = None  #: the last request
    not_before: datetime | None = None  #: the pause it asked for
    robots: str | None = None  #: its robots.txt; empty where it has none
    robots_at: datetime | None = None  #: when that was fetched


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Stopped(Exception):
    """Whoever waited for their turn at a host was told to stop. No failure of a source."""


class Web:
    """Requests of one pass, in a single thread.

    Parameters
    ----------
    clock : callable
        Gives the present moment, with a timezone.
    pause : callable
        Waits for so many seconds, as `threading.Event.wait` does: True at once where it is told to stop.
    recall : callable, optional
        Gives what was known of a host before, by its name; None where nothing was. What is learned is to be
        stored by the caller, see `take_changed`.
    """

    def __init__(
        self,
        config: FetchSettings,
        *,
        clock: Callable[[], datetime] = _utc_now,
        pause: Callable[[float], object] = time.sleep,
        recall: Callable[[str], Host | None] = lambda name: None,
    ) -> None:
        self.config = config
        self._clock, self._pause, self._recall = clock, pause, recall
        self._hosts: dict[str, Host] = {}
        self._changed: set[str] = set()

    def get(
        self,
        url: str,
        *,
        source_id: str,
        etag: str | None = None,
        last_modified: str | None = None,
        is_page: bool = False,
    ) -> Fetched:
        """Get `url` once its host may be asked. `is_page` marks what was made for people, not for programs:
        the host's robots.txt is asked first.

        Raises
        ------
        FetchRefusedError
            As `fetch`, and where robots.txt keeps us away.
        FetchError
            As `fetch`, and while the host has asked for a pause that is not over.
        Stopped
        """
        checked(url, source_id)  # before any host is asked for its rules
        name = host_of(url)
        delay_s = self._robots_delay_s(url, name, source_id) if is_page else 0.0
        self._take_turn(name, source_id, max(delay_s, self.config.host_pause_s))
        return self._ask(url, name, source_id, etag=etag, last_modified=last_modified)

    def _ask(self, url: str, name: str, source_id: str, **options: Any) -> Fetched:
        """Fetch, and note the pause that a busy host asks for, whatever it was asked."""
        try:
            return fetch(url, config=self.config, source_id=source_id, **options)
        except FetchError as exc:
            if exc.status in _BUSY and exc.retry_after_s is not None:
                asked = min(timedelta(seconds=exc.retry_after_s), LONGEST_PAUSE)
                self._note(name, not_before=self._clock() + asked)
            raise

    def take_changed(self) -> list[Host]:
        """The hosts of which something new is known since the last call, to be stored."""
        changed = [self._hosts[name] for name in sorted(self._changed)]
        self._changed.clear()
        return changed

    def _take_turn(self, name: str, source_id: str, pace_s: float) -> None:
        host = self._host(name)
        left = host.not_before - self._clock() if host.not_before else timedelta(0)
        if timedelta(0) < left <= LONGEST_PAUSE:  # longer: the clock was set back
            raise FetchError(
                source_id, f"{name} asked not to be asked before {host.not_before:%d %b %H:%M} UTC",
                retry_after_s=left.total_seconds(),
            )  # fmt: skip
        if (wait_s := self._pace_left_s(host, pace_s)) > 0 and self._pause(wait_s):
            raise Stopped
        self._note(name, asked_at=self._clock())

    def _pace_left_s(self, host: Host, pace_s: float) -> float:
        if host.asked_at is None:
            return 0.0
        since_s = (self._clock() - host.asked_at).total_seconds()
        return pace_s - since_s if 0 <= since_s < pace_s else 0.0

    def _host(self, name: str) -> Host:
        if name not in self._hosts:
            self._hosts[name] = self._recall(name) or Host(name)
        return self._hosts[name]

    def _note(self, name: str, **found: object) -> None:
        self._hosts[name] = replace(self._host(name), **found)  # type: ignore[arg-type]
        self._changed.add(name)

    def _robots_delay_s(self, url: str, name: str, source_id: str) -> float:
        """The delay robots.txt asks for, in seconds. Raises where it keeps us from `url`."""
        from protego import Protego

        rules = Protego.parse(self._robots(url, name, source_id))
        if not rules.can_fetch(url, AGENT):
            raise FetchRefusedError(source_id, f"robots.txt of {name} keeps programs away from this address")
        return min(float(rules.crawl_delay(AGENT) or 0.0), _LONGEST_CRAWL_DELAY_S)

    def _robots(self, url: str, name: str, source_id: str) -> str:
        host, now = self._host(name), self._clock()
        age = now - host.robots_at if host.robots_at and host.robots is not None else None
        if age is not None and timedelta(0) <= age < _ROBOTS_FRESH:
            return host.robots or ""
        try:
            robots = self._fetched_robots(url, name, source_id)
        except FetchError as exc:
            if age is not None and timedelta(0) <= age < _ROBOTS_STALE:
                return host.robots or ""
            # Section 2.3.1.4: while it cannot be had, everything counts as forbidden.
            raise FetchError(
                source_id, f"robots.txt of {name} cannot be had ({exc.message}), so its pages wait",
                exc.status, exc.retry_after_s,
            ) from exc  # fmt: skip
        self._note(name, robots=robots, robots_at=now)
        return robots

    def _fetched_robots(self, url: str, name: str, source_id: str) -> str:
        place = str(httpx2.URL(url).copy_with(raw_path=b"/robots.txt", fragment=None))
        self._take_turn(name, source_id, self.config.host_pause_s)
        try:
            body = self._ask(place, name, source_id, cut_at=_MAX_ROBOTS).body
        except FetchError as exc:
            if exc.status is not None and 400 <= exc.status < 500 and exc.status != 429:
                return ""  # section 2.3.1.3: a host without the file keeps nobody away
            raise
        return body.decode("utf-8", "replace").replace("\0", "")
