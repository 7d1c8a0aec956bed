from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.sources.dates import parse_time


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Sel, 24 Nov 2026 10:00 WIB", (2026, 11, 24, 3, 0)),
        ("Selasa, 24 November 2026 10:00 WITA", (2026, 11, 24, 2, 0)),
        ("Jum, 05 Des 2025 08:00:00 WIT", (2025, 12, 4, 23, 0)),
        ("Min, 09 Agu 2026 09:15 WIB", (2026, 8, 9, 2, 15)),
        ("12 Oktober 2025 pukul 18.30 WIB", (2025, 10, 12, 11, 30)),
        ("Sun, 07 Jun 2026 15:00:00 +0700", (2026, 6, 7, 8, 0)),
        ("Mon, 16 Mar 2026 11:13:00 GMT", (2026, 3, 16, 11, 13)),
        ("2026-11-24T10:00:00Z", (2026, 11, 24, 10, 0)),
        ("2026-11-24 10:00", (2026, 11, 24, 3, 0)),
        ("24/11/2026 10.00", (2026, 11, 24, 3, 0)),
        ("05/06/2026 07:00", (2026, 6, 5, 0, 0)),
        ("1795521600", (2026, 11, 24, 12, 0)),
        ("1795521600000", (2026, 11, 24, 12, 0)),
    ],
)
def test_times_as_indonesian_sources_write_them(written, meant):
    """Names of days, months and zones are Indonesian, the day comes first, and no zone means WIB."""
    assert parse_time(written) == datetime(*meant, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["", "2 jam yang lalu", "kemarin", "99999", "0000-00-00", "x" * 5000, "1" * 300]
)
def test_what_names_no_moment_is_none(written):
    """Relative times, ids and nonsense give no time."""
    assert parse_time(written) is None


NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10.00 WIB, 11.00 WITA


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("baru saja", (2026, 11, 24, 3, 0)),
        ("5 menit yang lalu", (2026, 11, 24, 2, 55)),
        ("30 mnt yg lalu", (2026, 11, 24, 2, 30)),
        ("sejam yang lalu", (2026, 11, 24, 2, 0)),
        ("setengah jam lalu", (2026, 11, 24, 2, 30)),
        ("2 jam yang lalu", (2026, 11, 24, 1, 0)),
        ("Sekitar 2 jam yang lalu", (2026, 11, 24, 1, 0)),
        ("3 hari lalu", (2026, 11, 21, 3, 0)),
        ("minggu lalu", (2026, 11, 17, 3, 0)),
        ("2 hours ago", (2026, 11, 24, 1, 0)),
        ("an hour ago", (2026, 11, 24, 2, 0)),
        ("kemarin", (2026, 11, 23, 3, 0)),
        ("kemarin pukul 14.30", (2026, 11, 23, 6, 30)),
        ("Kemarin, 14:30 WIB", (2026, 11, 23, 7, 30)),
        ("hari ini jam 08.00", (2026, 11, 24, 0, 0)),
        ("yesterday at 08:00", (2026, 11, 23, 0, 0)),
        ("Jum’at, 27 Nov 2026 10:00 WIT", (2026, 11, 27, 1, 0)),
        ("1 Agt 2026", (2026, 7, 31, 16, 0)),
        ("24/11/2026 10.00", (2026, 11, 24, 2, 0)),
    ],
)
def test_relative_times_count_from_the_scan(written, meant):
    """Times such as sites show them, in the zone of the source where they name none: here WITA."""
    assert parse_time(written, now=NOW, zone="WITA") == datetime(*meant, tzinfo=UTC)


@given(st.text(alphabet="0123456789-:/.,+ TZabcJanNovWIB", max_size=30))
def test_any_text_gives_a_utc_time_or_none(written):
    """Whatever a source writes, the result is a moment in UTC or nothing."""
    found = parse_time(written)
    assert found is None or found.tzinfo is UTC
