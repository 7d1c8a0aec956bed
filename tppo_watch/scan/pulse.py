"""Signs of life for those who watch the watch: a heartbeat file, and counts for Prometheus."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ..config import HealthSettings
from ..errors import ConfigError
from ..io.writing import replacing
from .health import Health
from .report import ScanReport

_BEAT_EVERY = timedelta(seconds=30)
_STATUSES = ("new", "ok", "failing", "quiet", "stopped")
_TOTALS = ("items", "posts", "new", "copies", "alerts", "failed_items")

_log = logging.getLogger(__name__)


class Pulse:
    """What a running watch shows of itself. Holds counts, ids and times only, nothing of what a post says.

    Raises
    ------
    ConfigError
        If nothing can listen at `settings.metrics`.
    """

    def __init__(self, settings: HealthSettings, started: datetime) -> None:
        self._path = settings.heartbeat
        self._started, self._beat_at = started, None
        self._scans = 0
        self._last: ScanReport | None = None
        self._totals: Counter[str] = Counter()
        self._lanes: Counter[str] = Counter()
        self._healths: Sequence[Health] = ()
        self._server: Any = None
        if settings.metrics is not None:
            host, _, port = settings.metrics.rpartition(":")
            registry = CollectorRegistry()
            registry.register(self)
            try:
                self._server, _ = start_http_server(int(port), host.strip("[]"), registry)
            except OSError as exc:
                raise ConfigError(
                    f"cannot listen at {settings.metrics}: {exc.strerror or exc}", key="health.metrics"
                ) from exc

    def note(self, report: ScanReport, healths: Sequence[Health]) -> None:
        """Take in what a scan did, and how the sources fare after it."""
        self._scans += 1
        self._last, self._healths = report, healths
        self._totals.update({name: report.total(name) for name in _TOTALS})
        self._lanes.update(report.alerts_by_lane)

    def beat(self, now: datetime) -> None:
        """Write the heartbeat file, unless it is fresh. A full disk ends no scan."""
        if self._beat_at is not None and timedelta(0) <= now - self._beat_at < _BEAT_EVERY:
            return
        self._beat_at = now
        body = {
            "at": now.isoformat(timespec="seconds"),
            "pid": os.getpid(),
            "started": self._started.isoformat(timespec="seconds"),
            "scans": self._scans,
            "last_scan": self._last.finished.isoformat(timespec="seconds") if self._last else None,
            "sources": self._by_status(),
        }
        try:
            with replacing(self._path) as file:
                file.write(json.dumps(body).encode() + b"\n")
        except OSError as exc:
            _log.warning("heartbeat cannot be written", extra={"reason": exc.strerror or type(exc).__name__})

    def close(self) -> None:
        """Stop listening. The heartbeat file stays, and ages."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _by_status(self) -> dict[str, int]:
        counts = Counter(health.status for health in self._healths)
        return {status: counts[status] for status in _STATUSES}

    def collect(self) -> Iterator[Metric]:
        """The counts, whenever Prometheus asks."""
        yield CounterMetricFamily("tppo_watch_scans", "Scans since the start.", value=self._scans)
        for name in _TOTALS:
            help = f"Sum of '{name}' over all scans since the start."
            yield CounterMetricFamily(f"tppo_watch_{name}", help, value=self._totals[name])
        lanes = CounterMetricFamily("tppo_watch_alerts_by_lane", "Alerts raised.", labels=["lane"])
        for lane, count in sorted(self._lanes.items()):
            lanes.add_metric([lane], count)
        yield lanes
        if self._last is not None:
            finished = self._last.finished
            took_s = (finished - self._last.started).total_seconds()
            yield GaugeMetricFamily(
                "tppo_watch_last_scan_timestamp_seconds", "End of the last scan.", finished.timestamp()
            )
            yield GaugeMetricFamily("tppo_watch_last_scan_duration_seconds", "Its time by the clock.", took_s)
        sources = GaugeMetricFamily("tppo_watch_sources", "Sources by how they fare.", labels=["status"])
        for status, count in self._by_status().items():
            sources.add_metric([status], count)
        yield sources
        yield from self._of_sources()

    def _of_sources(self) -> Iterator[Metric]:
        """A line for each source and each thing that is known of it."""
        for name, help in (
            ("last_success", "When it was last read."),
            ("last_item", "Time of its newest item."),
            ("next_at", "When it is due."),
        ):
            times = GaugeMetricFamily(f"tppo_watch_source_{name}_timestamp_seconds", help, labels=["source"])
            for health in self._healths:
                if (time := getattr(health, name)) is not None:
                    times.add_metric([health.source_id], time.timestamp())
            yield times
        failures = GaugeMetricFamily("tppo_watch_source_failures_in_row", "Failures.", labels=["source"])
        for health in self._healths:
            failures.add_metric([health.source_id], health.failures_in_row)
        yield failures
