"""Times as Indonesian sources write them, into UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

#: Exports and tables give local times without a zone; most of the country lives by this one.
WIB = timezone(timedelta(hours=7), "WIB")
_MAX_LENGTH = 64  # characters; no date is longer, and dateparser's cost grows with the text


def parse_time(text: str) -> datetime | None:
    """The time `text` names, in UTC; None where it names none. A time without a zone is read as WIB (UTC+7).

    Takes ISO 8601, RFC 822, seconds since 1970 and whatever dateparser reads in Indonesian or English, such
    as ``Sel, 24 Nov 2026 10:00 WIB``. Relative times are refused: they would need the time of writing.
    """
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH or not any(c.isdigit() for c in text):
        return None
    for reader in (_iso, _rfc822, _epoch, _words):
        if found := reader(text):
            return found
    return None


def to_utc(value: datetime) -> datetime | None:
    """`value` in UTC, read as WIB where it has no zone; None outside the years 1990 to 2100."""
    if not 1990 <= value.year <= 2100:
        return None  # also keeps the ends of the calendar away, where a zone would lead out of it
    return (value if value.tzinfo else value.replace(tzinfo=WIB)).astimezone(UTC)


def _iso(text: str) -> datetime | None:
    # `fromisoformat` would take 20261124 as a date; so would nobody who sees a column of ids.
    if not text[:4].isdecimal() or text[4:5] != "-":
        return None
    try:
        return to_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _rfc822(text: str) -> datetime | None:
    # The parser of the standard library takes any zone it does not know, WIB among them, for UTC.
    if not re.search(r"([+-]\d{4}|\bGMT|\bUTC?)$", text, re.ASCII):
        return None
    try:
        return to_utc(parsedate_to_datetime(text))
    except (TypeError, ValueError, OverflowError):
        return None


def _epoch(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,13}(\.\d{1,6})?", text, re.ASCII):
        return None
    seconds = float(text)
    return to_utc(datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC))


def _words(text: str) -> datetime | None:
    if text.isdecimal():
        return None
    import dateparser  # 0.3 s to import, and few sources need it

    try:
        # Without a zone in the text the result is naive. DMY is the only order in use in Indonesia.
        found = dateparser.parse(
            text, languages=["id", "en"], settings={"DATE_ORDER": "DMY", "PARSERS": ["absolute-time"]}
        )
    except Exception:  # noqa: BLE001 - dateparser documents no errors; a date that breaks it is no date
        return None
    return to_utc(found) if found else None
