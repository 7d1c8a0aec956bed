"""What the pages say, in Indonesian and English: ``messages/*.yaml``, equal in keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

from ..knowledge.rules import Indicator
from ..wording import Language, Words

LANGUAGES: tuple[Language, ...] = ("id", "en")
ZONES = {
    "WIB": timezone(timedelta(hours=7), "WIB"),
    "WITA": timezone(timedelta(hours=8), "WITA"),
    "WIT": timezone(timedelta(hours=9), "WIT"),
}
_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


@cache
def messages(lang: Language) -> Mapping[str, str]:
    """Every message of a language under its dotted key."""
    import yaml

    text = files(__package__).joinpath("messages", f"{lang}.yaml").read_text(encoding="utf-8")
    return dict(_flat(yaml.safe_load(text)))


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)


class Speaker:
    """Says things in one language and one of the three time zones of the country."""

    def __init__(self, lang: Language = "id", zone: str = "WIB", rules: Sequence[Indicator] = ()) -> None:
        self.lang, self.zone = lang, zone
        self.words = Words(lang, rules)
        self._messages = messages(lang)

    def say(self, key: str, **values: object) -> str:
        """The message `key` with `values` filled in. A missing key is a fault, and raises `KeyError`."""
        message = self._messages[key]
        return message.format(**values) if values else message

    def knows(self, key: str) -> bool:
        return key in self._messages

    def signed(self, value: float) -> str:
        """A part of the sum with its sign, to two places."""
        return f"+{self.decimal(value)}" if value >= 0 else self.decimal(value)

    def decimal(self, value: float) -> str:
        """A measure to two places."""
        written = f"{value:.2f}".replace("-", "−")
        return written.replace(".", ",") if self.lang == "id" else written

    def day(self, day: date) -> str:
        """A day as people write it."""
        return f"{day.day} {_MONTHS[self.lang][day.month - 1]} {day.year}"

    def span_of_days(self, first: date, last: date) -> str:
        """Two days, or the one that both are."""
        return self.day(first) if first == last else f"{self.day(first)} – {self.day(last)}"

    def days(self, first: datetime, last: datetime) -> str:
        """The days of two moments, by the clock of the reader."""
        zone = ZONES[self.zone]
        return self.span_of_days(first.astimezone(zone).date(), last.astimezone(zone).date())

    def time(self, moment: datetime) -> str:
        """A moment as people write it, with its zone."""
        at = moment.astimezone(ZONES[self.zone])
        clock = f"{at:%H.%M}" if self.lang == "id" else f"{at:%H:%M}"
        return f"{self.day(at)}, {clock} {self.zone}"

    def size(self, count: int) -> str:
        """A number of bytes in the unit that is nearest: 900 B, 12 kB, 3,4 MB."""
        if count < 1000:
            return f"{count} B"
        if count < 999_500:
            return f"{round(count / 1000)} kB"
        written = f"{count / 1e6:.1f} MB"
        return written.replace(".", ",") if self.lang == "id" else written

    def span(self, span: timedelta) -> str:
        """A length of time in its largest unit, never negative."""
        minutes = max(0, int(span.total_seconds() // 60))
        if minutes < 60:
            return self.say("time.minutes", n=minutes)
        if minutes < 48 * 60:
            return self.say("time.hours", n=minutes // 60)
        return self.say("time.days", n=minutes // (24 * 60))
