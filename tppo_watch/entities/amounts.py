"""Sums of money as people write them: `12-15 jt`, `Rp5.000.000,-`, `dua setengah juta`, `NT$ 28.590/bln`.

One grammar over the tokens of a document: [currency] number [scale] [currency], a second number after a dash or
`sampai`, words that leave a bound open, and a period after `/`, `per` or `se-`. What a sum is for (pay, fee, debt,
or nothing of ours) is decided in `money.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..knowledge.money import MoneyWords
from ..text.document import Document

_RANGE = frozenset(
    ("-", "–", "—", "~", "sampai", "sampe", "smp", "sampek", "hingga", "to", "nganti", "ngantek", "tekan", "nepi", "dugi",
     "sd", "sampay", "ampe", "till")
)
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:[.,]\d{1,2})?\Z")
_MAX_DIGITS = 18  # longer runs are account or identity numbers, never pay
_LEAST = frozenset(
    ("minimal", "minimum", "min", "mulai", "start", "starting", "from", "diatas", ">", "≥", "setidaknya", "mulai-mulai", "mimiti",
     "kawit", "wiwit", "minimalnya", "over", "above")
)
_MOST = frozenset(("maksimal", "maksimum", "maks", "max", "mak", "sampai", "sampe", "hingga", "<", "≤", "nganti", "sd", "upto", "paling", "dibawah", "under", "below"))
_LEAST_PAIRS = frozenset(
    (("mulai", "dari"), ("di", "atas"), ("lebih", "dari"), ("start", "from"), ("starting", "from"), ("at", "least"),
     ("paling", "sedikit"), ("paling", "kecil"), ("min", "."), ("mulai", ":"), ("ti", "mimiti"), ("mulai", "di"))
)
_MOST_PAIRS = frozenset(
    (("up", "to"), ("di", "bawah"), ("kurang", "dari"), ("paling", "banyak"), ("paling", "tinggi"), ("max", "."), ("maks", "."),
     ("/", "d"), ("bisa", "sampai"), ("bisa", "sampe"))
)
_UPWARD = frozenset(("up", "keatas", "lebih", "above", "minimal"))
_BESIDE_PERIOD = frozenset(
    ("bersih", "kotor", "net", "nett", "netto", "gross", "bruto", "basic", "pokok", "resik", "saja", "aja", "(", ")", "cash",
     "tunai", "an", "lah", "per")
)
_EACH = frozenset(("/", "per", "tiap", "setiap", "saban", "unggal", "satu", "siji", "saben", "a", "each", "se", "sekali", "pr", "sa"))
_BEFORE_SUM = frozenset(
    ("bisa", "dapat", "dapet", "gaji", "upah", "gajinya", "upahnya", "dibayar", "bayaran", "bayar", "bayarannya", "honor", ":", "=",
     "oleh", "olih", "kira-kira", "sekitar", "±", "minimal", "min", "bersih", "nett", "net", "digaji", "diupah", "cuma", "sampai",
     "dapetnya", "terima", "salary", "basic", "total", "pokok", "kisaran", "hanya", "ya", "itu", "meh", "di", "atas", "up", "to", "mulai", "dari", "maksimal",
     "kirim", "bawa", "pulang", "meunang", "pikantukna", "-", "sing", "paling")
)


@dataclass(frozen=True, slots=True)
class Amount:
    """One sum or range, in tokens `first` to `last` (both included)."""

    first: int
    last: int
    low: float | None  #: None where only an upper bound is given
    high: float | None  #: None where only a lower bound is given
    currency: str | None  #: None where the text names none
    plain: bool  #: neither scale nor currency nor thousands were written: a sum only next to a cue
    period: str | None  #: None where the text names none


@dataclass(frozen=True, slots=True)
class _Number:
    value: float  #: before the scale
    scale: float | None  #: None where none was written
    stop: int  #: one past its last token
    grouped: bool


class AmountParser:
    """Reads sums from one document. Linear in its length: no step looks further than a few tokens."""

    __slots__ = ("document", "tokens", "words", "size")

    def __init__(self, document: Document, words: MoneyWords) -> None:
        self.document, self.words = document, words
        self.tokens = document.tokens
        self.size = len(document.tokens)

    def at(self, first: int) -> Amount | None:
        """The sum whose first number stands at token `first`, or None."""
        number = self._number(first)
        if number is None:
            return None
        start, currency = self._currency_before(first)
        low, stop = number, number.stop
        found, stop = self._currency_after(stop)
        currency = currency or found
        stop = self._tail(stop)
        high = None
        second = self._second(stop)
        if second is not None:
            other, named, end = second
            if (pair := _pair(low, other)) is not None:
                low_value, high_value = pair
                high, stop, currency = other, end, currency or named
        if high is None:
            low_value = high_value = low.value * (low.scale or 1.0)
        plain = currency is None and not (low.scale or (high and high.scale)) and not (low.grouped and low_value >= 1e4)
        if high is None:
            low_value, high_value, stop = self._bounds(start, stop, low_value)
        period, stop = self._period(start, stop)
        return Amount(start, stop - 1, low_value, high_value, currency, plain, period)

    def _raw(self, i: int) -> str:
        # As written, before slang was resolved: `k` and `u` mean other things away from a number.
        return self.document.normal[self.document.starts[i] : self.document.ends[i]]

    def _glued(self, i: int) -> bool:
        """Whether token `i` follows the one before without a space."""
        return 0 < i < self.size and self.document.starts[i] == self.document.ends[i - 1]

    def _word(self, i: int) -> str:
        return self.tokens[i] if 0 <= i < self.size else ""

    def _number(self, i: int) -> _Number | None:
        token = self.tokens[i]
        if not "0" <= token[0] <= "9":
            return self._numerals(i, 0.0, False)
        read = _digits(token)
        if read is None or (self._glued(i) and self._is_name_part(i)):
            return None
        value, grouped = read
        stop = i + 1
        if self._word(stop) in ("-", "–") and self._word(stop + 1) == "an":
            stop += 2
        elif self._word(stop) == "an" and self._glued(stop):
            stop += 1
        if stop < self.size:
            kind = self.words.numerals.get(self.tokens[stop], ("", 0.0))[0]
            if kind in ("hundreds", "tens", "half") and not grouped:
                return self._numerals(stop, value, True)
        if self._word(stop) == "½":
            value, stop = value + 0.5, stop + 1
        scale = self._scale(stop)
        if scale is None:
            return _Number(value, None, stop, grouped)
        if grouped and scale >= 1e6 and 1e3 <= value < 1e6:
            value /= 1e3  # `2.500 juta` is two and a half million
        stop += 1
        if scale >= 1e6 and self.words.numerals.get(self._word(stop), ("",))[0] == "half":
            value, stop = value + 0.5, stop + 1  # `2 juta setengah`
        return self._and_thousands(_Number(value, scale, stop, False))

    def _is_name_part(self, i: int) -> bool:
        """Whether the letters that touch the number from the left make it part of a name (`B2`, `MM2100`)."""
        before = self.tokens[i - 1]
        if before in ("_", "@", "#") or (before in ("/", ".") and self._glued(i - 1) and self._word(i - 2).isalpha() and len(self._word(i - 2)) > 6):
            return True
        if not before[0].isalpha():
            return False
        return self._currency_before(i)[1] is None and len(before) < 4

    def _scale(self, i: int) -> float | None:
        if i >= self.size:
            return None
        raw = self._raw(i)
        if raw in ("k", "m") and not self._glued(i):
            return None
        if raw in ("man", "万"):
            return 1e4 if self._word(i + 1) in ("yen", "円", "jpy") or self._currency_before(i - 1)[1] == "JPY" else None
        if raw == "m":
            return 1e9 if self._currency_before(i - 1)[1] == "IDR" else None
        scale = self.words.scales.get(raw)
        return scale if scale is not None else self.words.scales.get(self.tokens[i])

    def _and_thousands(self, number: _Number) -> _Number:
        """`2jt500rb` and `3 juta 250 ribu` in one number; a sum after a space may be another sum."""
        i = number.stop
        if number.scale is None or number.scale < 1e6 or i >= self.size or not "0" <= self.tokens[i][0] <= "9":
            return number
        read = _digits(self.tokens[i])
        if read is None or read[0] >= 1000 or not self._glued(i) or self._scale(i + 1) != 1e3:
            return number
        return _Number(number.value + read[0] * 1e3 / number.scale, number.scale, i + 2, False)

    def _numerals(self, i: int, value: float, started: bool) -> _Number | None:
        """A number in words from token `i`; `value` is what digits said before it (`5 ratus ribu`)."""
        total, group, unit, scale, stop = 0.0, 0.0, value, None, i
        tenth = 0.0
        while stop < min(self.size, i + 12):
            kind, number = self.words.numerals.get(self.tokens[stop], ("", 0.0))
            if self.tokens[stop] in ("'", "’") and self._glued(stop):  # the glottal stop of `tello' juta`
                stop += 1
                continue
            if kind == "units":
                if tenth:
                    group, tenth = group + number * tenth, tenth / 10
                elif unit or (total and self._word(stop + 1) in self.words.units):  # `dua juta satu bulan`
                    break
                else:
                    unit, started = number, started or number > 0
            elif kind == "whole":
                if unit or (group and group % 100):
                    break
                group += number
            elif kind in ("teens", "tens", "hundreds"):
                if not unit and kind != "hundreds":
                    break
                group += {"teens": unit + 10, "tens": unit * 10, "hundreds": max(unit, 1) * 100}[kind]
                unit = 0.0
            elif kind == "half":
                if not unit and (group >= 1e6 or (scale is not None and not group)):  # `sejuta setengah`, `dua juta setengah`
                    total, stop = total + max(group, scale or 0.0) / 2, stop + 1
                    break
                group += 0.5
            elif kind == "comma" and unit:
                group, unit, tenth = group + unit, 0.0, 0.1
            else:
                step = self._scale(stop) if started or group or unit else None
                if step is None or (scale is not None and step >= scale):
                    break
                total, group, unit, scale, tenth = total + max(group + unit, 0.0) * step, 0.0, 0.0, step, 0.0
            started = True
            stop += 1
        rest = group + unit
        if scale is not None and scale >= 1e6 and 100 <= rest < 1000 and rest % 100 == 0:
            rest *= 1e3  # `dua juta delapan ratus`
        value = total + rest
        if stop == i or value <= 0:
            return None
        if scale is None and value >= 1e4:  # `ceban`, `sejuta`: the word holds its scale
            scale = 1.0
        return _Number(value / (scale or 1.0), scale, stop, False)

    def _currency_before(self, i: int) -> tuple[int, str | None]:
        """(first token with the currency, its code) for a number at token `i`."""
        before = self.words.before
        if i >= 2 and self._glued(i - 1):
            code = before.get(self._raw(i - 2) + self._raw(i - 1))
            if code is not None:
                return i - 2, code
        if i >= 1:
            code = before.get(self._raw(i - 1)) or before.get(self.tokens[i - 1])
            if code is not None:
                return i - 1, code
        return i, None

    def _currency_after(self, i: int) -> tuple[str | None, int]:
        after = self.words.after
        for length in (3, 2, 1):
            if i + length > self.size:
                continue
            key = self.tokens[i]
            for k in range(i + 1, i + length):
                key += self.tokens[k] if self._glued(k) else " " + self.tokens[k]
            code = after.get(key) or (after.get(self._raw(i)) if length == 1 else None)
            if code is not None and (key not in ("u", "dh", "kd") or self._glued(i)):
                return code, i + length
        return None, i

    def _tail(self, i: int) -> int:
        """Past the `,-` that closes a sum in rupiah."""
        if self._word(i) in (",", ".") and self._word(i + 1) in ("-", "–", "—") and self._glued(i) and self._glued(i + 1):
            return i + 2
        return i

    def _second(self, i: int) -> tuple[_Number, str | None, int] | None:
        """The second number of a range whose first ended before token `i`."""
        if self._word(i) in _RANGE:
            i += 1
        elif self._word(i) == "s" and self._word(i + 1) in ("/", ".") and self._word(i + 2) == "d":
            i += 4 if self._word(i + 3) == "." else 3
        else:
            return None
        named = None
        for length in (1, 2):  # `Rp` is one token, `NT$` two
            if i + length < self.size and self._currency_before(i + length) [0] == i:
                named = self._currency_before(i + length)[1]
                i += length
                break
        if i >= self.size or not (self.tokens[i][0].isdigit() or self.tokens[i] in self.words.numerals):
            return None
        number = self._number(i)
        if number is None:
            return None
        code, stop = self._currency_after(number.stop)
        return number, named or code, self._tail(stop)

    def _bounds(self, start: int, stop: int, value: float) -> tuple[float | None, float | None, int]:
        """(low, high, stop) of a single sum, by the words that leave one bound open."""
        one, two = self._word(start - 1), self._word(start - 2)
        if one in _LEAST or (two, one) in _LEAST_PAIRS:
            return value, None, stop
        if one in _MOST or (two, one) in _MOST_PAIRS:
            return None, value, stop
        after = self._word(stop)
        if after == "+" and self._glued(stop):
            following = self._word(stop + 1)
            if not (following[:1].isalnum() and self._glued(stop + 1)):
                return value, None, stop + 1
        elif after in _UPWARD or (after in ("ke", "ka") and self._word(stop + 1) in ("atas", "ateh", "luhur", "dhuwur")):
            return value, None, stop + 1 if after in _UPWARD else stop + 2
        return value, value, stop

    def _period(self, start: int, stop: int) -> tuple[str | None, int]:
        """The period a sum is paid for, and where the sum ends with it."""
        for skipped in range(3):
            i = stop + skipped
            period, end = self._period_at(i)
            if period is not None:
                return period, end
            if self._word(i) not in _BESIDE_PERIOD:
                break
        i = start - 1
        while i >= max(0, start - 5) and self.document.sentences[i] == self.document.sentences[start]:
            token = self.tokens[i]
            period = self.words.periods.get(token)
            if period is None and self._word(i - 1) in _EACH and token in self.words.units:
                period = self.words.units[token]
            if period is not None:
                before = self._word(i - 1)
                belongs = before in self.words.units and before not in ("orang", "org")  # `8 jam sehari` is not that of the pay
                return (None if belongs else period), stop
            if token not in _BEFORE_SUM:
                break
            i -= 1
        return None, stop

    def _period_at(self, i: int) -> tuple[str | None, int]:
        token = self._word(i)
        pair = f"{token} {self._word(i + 1)}"
        if pair in self.words.periods:
            return self.words.periods[pair], i + 2
        if token in self.words.periods:
            return self.words.periods[token], i + 1
        if token in _EACH:
            i += 1
            if self._word(i) in ("per", "tiap", "1", "satu", "se"):
                i += 1
            pair = f"{self._word(i)} {self._word(i + 1)}"
            if pair in self.words.units:
                return self.words.units[pair], i + 2
            unit = self.words.units.get(self._word(i)) or (self.words.units.get(self._raw(i)) if i < self.size else None)
            if unit is not None:
                return unit, i + 1
        return None, i


def _digits(token: str) -> tuple[float, bool] | None:
    """(value, whether thousands were grouped) of a number written in digits, or None where it is no amount."""
    if len(token) > _MAX_DIGITS:
        return None
    if _GROUPED.match(token):
        separator = "." if "." in token[:4] else ","
        whole, _, _ = token.replace(separator, "").partition("," if separator == "." else ".")
        return float(whole), True
    if token[0] == "0" and token[1:2].isdigit():
        return None  # a clock, a telephone prefix, a number in a form
    if token.count(".") + token.count(",") > 1:
        return None
    return float(token.replace(",", ".")), False


def _pair(low: _Number, high: _Number) -> tuple[float, float] | None:
    """Both ends of a range, the first taking the scale of the second where it has none; None if it is no range."""
    scale = high.scale if low.scale is None and not low.grouped else low.scale
    if high.scale == 1e6 and low.scale is None and low.value > high.value and low.value >= 100:
        scale = 1e3  # `800-1,2 juta`
    first = low.value * (scale or 1.0)
    second = high.value * (high.scale or (low.scale if not high.grouped else None) or 1.0)
    return (first, second) if first <= second else None
