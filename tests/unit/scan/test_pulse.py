from __future__ import annotations

import json
import socket
from contextlib import closing
from datetime import timedelta
from urllib.request import urlopen

import pytest

from tests.scanning import NOW
from tppo_watch.config import HealthSettings
from tppo_watch.errors import ConfigError
from tppo_watch.scan import Health, ScanReport, SourceReport
from tppo_watch.scan.pulse import Pulse

REPORT = ScanReport(
    started=NOW, finished=NOW + timedelta(seconds=9), alerts_by_lane={"high": 2},
    sources=(SourceReport("a", "read", items=5, posts=4, new=3, copies=1, alerts=2, failed_items=1),),
)  # fmt: skip
HEALTHS = [
    Health("a", "ok", last_success=NOW, last_item=NOW),
    Health("b", "failing", failures_in_row=4, error="answered 500 for 0812-0000-0001"),
]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_the_heartbeat_says_when_and_how(tmp_path):
    """The file holds the time of the beat and how many sources fare how; it is written twice a minute."""
    file = tmp_path / "beat"
    with closing(Pulse(HealthSettings(heartbeat=file), NOW)) as pulse:
        pulse.beat(NOW)
        assert json.loads(file.read_text())["last_scan"] is None
        pulse.note(REPORT, HEALTHS)
        pulse.beat(NOW + timedelta(seconds=20))
        assert json.loads(file.read_text())["scans"] == 0
        pulse.beat(NOW + timedelta(seconds=40))
        said = json.loads(file.read_text())
    assert (said["at"], said["last_scan"]) == ("2026-11-24T03:00:40+00:00", "2026-11-24T03:00:09+00:00")
    assert said["sources"] == {"new": 0, "ok": 1, "failing": 1, "quiet": 0, "stopped": 0}
    assert [path.name for path in tmp_path.iterdir()] == ["beat"]


def test_a_heartbeat_that_cannot_be_written_ends_nothing(tmp_path, caplog):
    """A missing folder is a warning in the log."""
    with closing(Pulse(HealthSettings(heartbeat=tmp_path / "tiada" / "beat"), NOW)) as pulse:
        pulse.beat(NOW)
    assert "heartbeat cannot be written" in caplog.text


def test_a_clock_set_back_stops_no_heartbeat(tmp_path):
    """The file is written although the last beat lies in the future."""
    file = tmp_path / "beat"
    with closing(Pulse(HealthSettings(heartbeat=file), NOW)) as pulse:
        pulse.beat(NOW + timedelta(days=300))
        pulse.beat(NOW)
    assert json.loads(file.read_text())["at"].startswith("2026-11-24")


def test_prometheus_is_told_counts_and_no_words(tmp_path):
    """Totals, lanes, how the sources fare and when each was read; nothing of an error or a post."""
    settings = HealthSettings(heartbeat=tmp_path / "beat", metrics=free_port())
    with closing(Pulse(settings, NOW)) as pulse:
        pulse.note(REPORT, HEALTHS)
        pulse.note(REPORT, HEALTHS)
        with urlopen(f"http://{settings.metrics}/metrics") as answer:
            said = answer.read().decode()
    for line in (
        "tppo_watch_scans_total 2.0",
        "tppo_watch_new_total 6.0",
        'tppo_watch_alerts_by_lane_total{lane="high"} 4.0',
        "tppo_watch_last_scan_duration_seconds 9.0",
        'tppo_watch_sources{status="failing"} 1.0',
        'tppo_watch_source_failures_in_row{source="b"} 4.0',
        'tppo_watch_source_last_success_timestamp_seconds{source="a"} 1.795489',
    ):
        assert any(found.startswith(line) for found in said.splitlines()), line
    assert "0812" not in said


def test_a_port_that_is_taken_is_one_clear_line(tmp_path):
    """The setting to change is named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = HealthSettings(heartbeat=tmp_path / "b", metrics=taken.getsockname()[1])
        with pytest.raises(ConfigError, match="health.metrics: cannot listen at 127.0.0.1:"):
            Pulse(settings, NOW)
