"""Words of the reports in one language, and how it writes dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from ..knowledge.places import Place
from ..knowledge.rules import data_folder, read_yaml
from ..wording import Language, Words
from .periods import Period

_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_WIB, _WITA, _WIT = (
    timezone(timedelta(hours=7), "WIB"),
    timezone(timedelta(hours=8), "WITA"),
    timezone(timedelta(hours=9), "WIT"),
)
_ZONES = {
    **dict.fromkeys("ID-BA ID-NB ID-NT ID-KS ID-KI ID-KU ID-SA ID-GO ID-ST ID-SN ID-SG ID-SR".split(), _WITA),
    **dict.fromkeys("ID-MA ID-MU ID-PA ID-PB ID-PD ID-PT ID-PS ID-PE".split(), _WIT),
}


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return read_yaml(data_folder() / "report_words.yaml")


class Phrases(Words):
    """The words of an assessment and those of the reports."""

    def __init__(self, lang: Language = "id") -> None:
        super().__init__(lang)
        self._index = 0 if lang == "id" else 1

    def __call__(self, key: str, *values: object) -> str:
        """The phrase `key`, filled with `values`."""
        phrase: str = _data()[key][self._index]
        return phrase.format(*values) if values else phrase

    def lines(self, key: str, *values: object) -> list[str]:
        """The sentences of `key`, each filled with `values`."""
        return [line[self._index].format(*values) for line in _data()[key]]

    def place(self, place: Place) -> str:
        """A place as this language calls it: a country by its own word, anything finer as on the spot."""
        return self.country(str(place.country)) if place.level == "country" else place.name

    def period(self, period: Period) -> str:
        """A week with its number and days, or a month."""
        if period.rhythm == "month":
            return self.month(period.first)
        return self("week", period.first.isocalendar().week, self.span(period.first, period.last))

    def tick(self, period: Period) -> str:
        """A period in a few signs: its first day, or its month."""
        short = _MONTHS[self.lang][period.first.month - 1][:3]
        if period.rhythm == "month":
            return f"{short} {period.first:%y}" if period.first.month == 1 else short
        return f"{period.first.day} {short}"

    def day(self, day: date, *, with_year: bool = True) -> str:
        """A date in words: 3 November 2026."""
        said = f"{day.day} {_MONTHS[self.lang][day.month - 1]}"
        return f"{said} {day.year}" if with_year else said

    def month(self, day: date) -> str:
        return f"{_MONTHS[self.lang][day.month - 1]} {day.year}"

    def span(self, first: date, last: date) -> str:
        """Two dates, the year and month said once where they are the same."""
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day}–{self.day(last)}"
        return f"{self.day(first, with_year=first.year != last.year)} – {self.day(last)}"

    def moment(self, time: datetime, zone: timezone) -> str:
        """A moment as its province reads the clock, and in UTC."""
        mark = "." if self.lang == "id" else ":"
        local, utc = time.astimezone(zone), time.astimezone(UTC)
        return f"{self.day(local)}, {local:%H{mark}%M} {zone} ({utc:%Y-%m-%dT%H:%M:%SZ})"


def zone_of(province: str | None) -> timezone:
    """The clock of a province, by its ISO 3166-2 code; western time without one."""
    return _ZONES.get(province or "", _WIB)
