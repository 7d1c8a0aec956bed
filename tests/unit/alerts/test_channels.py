from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tppo_watch.alerts.channels import channels, not_before, wants
from tppo_watch.config import NotifySettings


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """A time in WITA, as UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - WITA


WITA = datetime(2026, 1, 1, 8) - datetime(2026, 1, 1)


def notify(**fields) -> NotifySettings:
    return NotifySettings(url="json://contoh.example", timezone="WITA", **fields)


@pytest.mark.parametrize(
    "lane, level, expected",
    [
        ("high", "high", (True, True, True)),
        ("medium", "medium", (False, True, False)),
        ("assistance", "none", (True, True, False)),
        ("assistance", "high", (True, True, True)),
    ],
)
def test_who_is_told_of_what(lane, level, expected):
    """By level; of somebody who may need help everybody, unless the table says no."""
    tables = (notify(), notify(min_level="medium"), notify(assistance=False))
    assert tuple(wants(table, lane, level) for table in tables) == expected


@pytest.mark.parametrize(
    "now, expected",
    [
        (at(20, 59), at(20, 59)),
        (at(21), at(6, day=25)),
        (at(23, 30), at(6, day=25)),
        (at(0), at(6)),
        (at(5, 59), at(6)),
        (at(6), at(6)),
        (at(12), at(12)),
    ],
)
def test_quiet_hours_hold_back_until_they_end(now, expected):
    """Over midnight, in the zone of the office, the beginning within and the end without."""
    assert not_before(notify(quiet="21:00-06:00"), "high", now) == expected
    assert not_before(notify(quiet="21:00-06:00"), None, now) == expected


def test_quiet_hours_within_a_day():
    """From noon to one is an hour, not twenty-three."""
    table = notify(quiet="12:00-13:00")
    assert not_before(table, "high", at(12, 30)) == at(13)
    assert not_before(table, "high", at(13)) == at(13)
    assert not_before(table, "high", at(11, 59)) == at(11, 59)


def test_a_digest_comes_at_its_hour_and_not_in_quiet_hours():
    """Everything since the last digest waits for the next; one inside quiet hours waits for their end."""
    assert not_before(notify(digest="07:00"), "high", at(6)) == at(7)
    assert not_before(notify(digest="07:00"), "high", at(7)) == at(7, day=25)
    assert not_before(notify(digest="05:00", quiet="21:00-06:00"), "medium", at(4)) == at(6)


def test_a_call_for_help_waits_for_nothing():
    """Neither quiet hours nor a digest hold it back."""
    assert not_before(notify(digest="07:00", quiet="21:00-06:00"), "assistance", at(23)) == at(23)


def test_a_channel_shows_no_address():
    """A token in an address is in neither the name of a channel nor its representation."""
    (channel,) = channels([NotifySettings(url="tgram://123456789:rahasia/42")])
    assert "rahasia" not in repr(channel) + repr(channel.settings) + channel.name
    assert channel.name.startswith("notify-")
