"""Words of money: numerals, scales, currencies, periods, and the cues that say what a sum is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .places import Checked, checked

Period = Literal["hour", "day", "week", "month", "year", "trip", "piece"]
Role = Literal["salary", "fee", "debt", "neither"]


class _Sides(Checked):
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


class Around(Checked):
    """Words that stand around a sum; `money_words.yaml` says what each list is for."""

    range: frozenset[str]
    least: frozenset[str]
    most: frozenset[str]
    upward: frozenset[str]
    each: frozenset[str]
    beside_period: frozenset[str]
    before_sum: frozenset[str]
    fillers: frozenset[str]
    counted: frozenset[str]


class _WordsFile(Checked):
    schema_version: Literal[1]
    scales: dict[float, tuple[str, ...]]
    units: dict[float, tuple[str, ...]]
    teens: tuple[str, ...]
    tens: tuple[str, ...]
    hundreds: tuple[str, ...]
    whole: dict[float, tuple[str, ...]]
    half: tuple[str, ...]
    comma: tuple[str, ...]
    currencies: dict[str, _Sides]
    periods: dict[Period, tuple[str, ...]]
    period_words: dict[Period, tuple[str, ...]]
    around: Around


class MoneyCue(Checked):
    """Phrases that say what a sum near them is for."""

    role: Role
    before: float = 0.0  #: weight where the phrase stands before the sum
    after: float = 0.0  #: weight where it stands behind it
    names_sum: bool = False  #: a number without unit or currency right behind it is a sum (`gaji 12`)
    words: tuple[str, ...]


class MoneyCues(Checked):
    """The cues in the order of the file, and the words by which a text speaks of work."""

    schema_version: Literal[1]
    cues: tuple[MoneyCue, ...]
    work_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """The grammar's words; `numerals` maps a word to (class, value)."""

    scales: Mapping[str, float]
    numerals: Mapping[str, tuple[str, float]]
    before: Mapping[str, str]  #: word before a number -> ISO 4217
    after: Mapping[str, str]  #: word behind a number -> ISO 4217
    symbols: frozenset[
        str
    ]  #: what the last token before a number can be where a currency stands there (`$` of `nt$`)
    continues: frozenset[str]  #: what can stand behind the first word of a sum in words
    named: frozenset[str]  #: what the first token behind a number can be (`dolar` of `dolar hong kong`)
    units: Mapping[str, str]  #: `bulan` -> `month`
    periods: Mapping[str, str]  #: `sebulan` -> `month`
    #: what the first token can be of what joins two ends of a range, opens the upper bound, or names a period
    joining: frozenset[str]
    opening: frozenset[str]
    spanning: frozenset[str]
    bounding: frozenset[str]  #: what the last token can be of what sets a bound
    around: Around


@lru_cache(maxsize=1)
def money_words() -> MoneyWords:
    """The words of the money grammar; KnowledgeError where the file breaks its schema."""
    data = checked(_WordsFile, "money_words.yaml")
    numerals: dict[str, tuple[str, float]] = {}
    for kind, groups in (("units", data.units), ("whole", data.whole)):
        for value, words in groups.items():
            numerals.update((word, (kind, value)) for word in words)
    for kind in ("teens", "tens", "hundreds", "half", "comma"):
        numerals.update((word, (kind, 0.0)) for word in getattr(data, kind))
    scales = {
        word + ending: value
        for value, words in data.scales.items()
        for word in words
        for ending in ("", "an", "-an", "nan", "nya")
    }
    before = {word: code for code, sides in data.currencies.items() for word in sides.before + sides.both}
    after = {word: code for code, sides in data.currencies.items() for word in sides.after + sides.both}
    units = {word: period for period, words in data.periods.items() for word in words}
    periods = {word: period for period, words in data.period_words.items() for word in words}
    symbols = frozenset(word if word.isalpha() else word[-1] for word in before)
    named = frozenset(re.match(r"[^\W\d_]+|\S", word).group() for word in after)
    continues = frozenset(scales) | frozenset(numerals) | named | {"'", "’"}
    return MoneyWords(
        scales=scales,
        numerals=numerals,
        before=before,
        after=after,
        symbols=symbols,
        continues=continues,
        named=named,
        units=units,
        periods=periods,
        joining=_ends_of(data.around.range, 0),
        opening=_ends_of(data.around.upward, 0),
        spanning=_ends_of(periods, 0) | data.around.each,
        bounding=_ends_of(data.around.least | data.around.most, -1),
        around=data.around,
    )


def _ends_of(phrases: Iterable[str], end: int) -> frozenset[str]:
    """The first (0) or last (-1) word of each of `phrases`."""
    return frozenset(phrase.split()[end] for phrase in phrases)


@lru_cache(maxsize=1)
def money_cues() -> MoneyCues:
    """What says what a sum is for; KnowledgeError where the file breaks its schema."""
    return checked(MoneyCues, "money_roles.yaml")
