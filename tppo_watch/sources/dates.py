"""Times as Indonesian sources write them, into UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

#: Most of the country lives by the first; Bali, Sulawesi and most of Kalimantan by the second.
_HOURS = {"WIB": 7, "WITA": 8, "WIT": 9}
ZONES = {name: timezone(timedelta(hours=hours), name) for name, hours in _HOURS.items()}
WIB = ZONES["WIB"]
_MAX_LENGTH = 64  # characters; no date is longer, and dateparser's cost grows with the text

_UNITS = {
    "detik": "seconds", "dtk": "seconds", "second": "seconds", "sec": "seconds",
    "menit": "minutes", "mnt": "minutes", "minute": "minutes", "min": "minutes",
    "jam": "hours", "hour": "hours", "hr": "hours",
    "hari": "days", "day": "days",
    "minggu": "weeks", "pekan": "weeks", "week": "weeks",
    "bulan": "months", "bln": "months", "month": "months",
    "tahun": "years", "thn": "years", "year": "years",
}  # fmt: skip
_DAYS = {"weeks": 7.0, "months": 30.0, "years": 365.0}
_NUMBERS = {"a": 1.0, "an": 1.0, "satu": 1.0, "setengah": 0.5, "beberapa": 3.0}
_AGO = re.compile(
    r"(?:sekitar |kurang lebih |about )?(?:(\d{1,3}|a|an|satu|setengah|beberapa) ?|(se))?"
    rf"({'|'.join(_UNITS)})s? (?:(?:yang |yg )?(?:lalu|lampau)|ago)",
)
_JUST_NOW = frozenset(("baru saja", "barusan", "sekarang", "just now", "now"))
_DAY = re.compile(
    r"(hari ini|today|kemarin lusa|kemarin|kemaren|yesterday)"
    r"(?:,? ?(?:pukul|jam|pkl\.?|at)?,? ?(\d{1,2})[.:](\d{2})(?: ?(wib|wita|wit))?)?"
)
_DAYS_AGO = {"hari ini": 0, "today": 0, "kemarin lusa": 2}
# Spellings that dateparser does not know.
_SPELT = (
    (re.compile(r"\bjum[’'`´]at\b|\bjum\b", re.I), "Jumat"),
    (re.compile(r"\bags\b|\bagt\b", re.I), "Agustus"),
)


def parse_time(text: str, *, now: datetime | None = None, zone: str = "WIB") -> datetime | None:
    """The time `text` names, in UTC; None where it names none. A time without a zone is read as of `zone`.

    Takes ISO 8601, RFC 822, seconds since 1970 and whatever dateparser reads in Indonesian or English, such
    as ``Sel, 24 Nov 2026 10:00 WITA``. With `now`, the time it was written, also ``2 jam yang lalu`` and
    ``kemarin pukul 14.30``; a day without a time is then the same time of that day.
    """
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH:
        return None
    if now is not None and (found := _relative(text, now, zone)):
        return found
    if not any(c.isdigit() for c in text):
        return None
    for reader in (_iso, _rfc822, _epoch, _words):
        if found := reader(text, zone):
            return found
    return None


def told_time(
    text: str | None, flaws: list[str], *, now: datetime | None = None, zone: str = "WIB"
) -> datetime | None:
    """As `parse_time`; what says something that is no time is added to `flaws`, see `plain.incomplete`."""
    found = parse_time(text, now=now, zone=zone) if text else None
    if text and found is None and any(c.isalnum() for c in text):
        flaws.append("its time cannot be read")
    return found


def to_utc(value: datetime, zone: str = "WIB") -> datetime | None:
    """`value` in UTC, read as of `zone` where it has none; None outside the years 1990 to 2100."""
    if not 1990 <= value.year <= 2100:
        return None  # also keeps the ends of the calendar away, where a zone would lead out of it
    return (value if value.tzinfo else value.replace(tzinfo=ZONES[zone])).astimezone(UTC)


def _relative(text: str, now: datetime, zone: str) -> datetime | None:
    words = " ".join(text.lower().split()).rstrip(".")
    if words in _JUST_NOW:
        return now.astimezone(UTC)
    if found := _AGO.fullmatch(words):
        number, _, unit = found.groups()
        count = _NUMBERS.get(number or "satu") or float(number)
        name = _UNITS[unit]
        passed = timedelta(days=count * _DAYS[name]) if name in _DAYS else timedelta(**{name: count})
        return to_utc(now - passed)
    if found := _DAY.fullmatch(words):
        local = now.astimezone(ZONES[(found[4] or zone).upper()])
        local -= timedelta(days=_DAYS_AGO.get(found[1], 1))
        if found[2] is None:
            return local.astimezone(UTC)
        if int(found[2]) < 24 and int(found[3]) < 60:
            return local.replace(
                hour=int(found[2]), minute=int(found[3]), second=0, microsecond=0
            ).astimezone(UTC)
    return None


def _iso(text: str, zone: str) -> datetime | None:
    # `fromisoformat` would take 20261124 as a date; so would nobody who sees a column of ids.
    if not text[:4].isdecimal() or text[4:5] != "-":
        return None
    try:
        return to_utc(datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        return None


def _rfc822(text: str, zone: str) -> datetime | None:
    # The parser of the standard library takes any zone it does not know, WIB among them, for UTC.
    if not re.search(r"([+-]\d{4}|\bGMT|\bUTC?)$", text, re.ASCII):
        return None
    try:
        return to_utc(parsedate_to_datetime(text))
    except (TypeError, ValueError, OverflowError):
        return None


def _epoch(text: str, zone: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,13}(\.\d{1,6})?", text, re.ASCII):
        return None
    seconds = float(text)
    return to_utc(datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC))


def _words(text: str, zone: str) -> datetime | None:
    if text.isdecimal():
        return None
    import dateparser  # 0.3 s to import, and few sources need it

    for written, known in _SPELT:
        text = written.sub(known, text)
    try:
        # Without a zone in the text the result is naive. DMY is the only order in use in Indonesia.
        found = dateparser.parse(
            text, languages=["id", "en"], settings={"DATE_ORDER": "DMY", "PARSERS": ["absolute-time"]}
        )
    except Exception:  # noqa: BLE001 - dateparser documents no errors; a date that breaks it is no date
        return None
    return to_utc(found, zone) if found else None
