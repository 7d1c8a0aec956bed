"""Bulletins made a moment ago: one of many posts takes seconds, and its files are asked for next."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from ..reports import Bulletin
from ..watch import Watch

KEPT_FOR = timedelta(minutes=5)  # what a purge removed is counted no longer than that


class Bulletins:
    """Those asked for of late, by province and period."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], tuple[datetime, Bulletin]] = {}

    def of(self, province: str, period: str, now: datetime) -> Bulletin:
        """See :meth:`Watch.bulletin`; what that raises is not kept."""
        with self._lock:
            for key, (at, _) in list(self._made.items()):
                if not timedelta(0) <= now - at < KEPT_FOR:
                    del self._made[key]
            made = self._made.get((province, period))
        if made is None:
            made = now, self._watch.bulletin(province=province, period=period)
            with self._lock:
                self._made[province, period] = made
        return made[1]
