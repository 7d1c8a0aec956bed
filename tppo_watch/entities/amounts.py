"""Sums of money as people write them: `12-15 jt`, `Rp5.000.000,-`, `dua setengah juta`, `NT$ 28.590/bln`.

One grammar over the tokens of a document: [currency] number [scale] [currency], a second number after a
dash or `sampai`, words that leave a bound open, and a period after `/`, `per` or `se-`. What a sum is for
(pay, fee, debt, or nothing of ours) is decided in `money.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass

from ..knowledge.money import MoneyWords
from ..text.document import Document

_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:[.,]\d{1,2})?\Z")
_MAX_DIGITS = 18  # longer runs are account or identity numbers, never pay
_MAX_NUMERALS = 12  # words of one number
_PADDING = ("",) * 8  # more than any step looks beyond the ends of a document
_LINKED = frozenset(("-", "–", "an"))


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

    @property
    def total(self) -> float:
        return self.value * (self.scale or 1.0)


class AmountParser:
    """Reads sums from one document. Linear in its length: no step looks further than a few tokens."""

    __slots__ = ("document", "tokens", "words", "size", "_padded")

    def __init__(self, document: Document, words: MoneyWords) -> None:
        self.document, self.words = document, words
        self.tokens = document.tokens
        self.size = len(document.tokens)
        # Empty tokens behind the last one, which by their negative indices also stand before the first.
        self._padded = [*document.tokens, *_PADDING]

    def at(self, first: int) -> Amount | None:
        """The sum whose first number stands at token `first`, or None."""
        number = self._number(first)
        if number is None:
            return None
        start, currency = self._currency_before(first)
        named, stop = self._currency_after(number.stop)
        currency = currency or named
        stop = self._tail(stop)
        total = number.total
        low: float | None
        high: float | None
        scaled = number.scale is not None or (number.grouped and total >= 1e4)
        second = self._second(stop)
        if second is not None and (pair := _pair(number, second[0])) is not None:
            low, high = pair
            scaled = scaled or second[0].scale is not None
            currency, stop = currency or second[1], second[2]
        else:
            low, high, stop = self._bounds(start, stop, total)
        period, stop = self._period(start, stop)
        return Amount(start, stop - 1, low, high, currency, currency is None and not scaled, period)

    def may_begin(self, i: int) -> bool:
        """Whether a numeral at token `i` can begin a sum: `dua juta` can, `dua orang` cannot."""
        kind = self.words.numerals[self.tokens[i]][0]
        return kind == "whole" or (i + 1 < self.size and self.tokens[i + 1] in self.words.continues)

    def upward(self, i: int) -> int:
        """How many tokens from `i` on say that what stands before is the least (`ke atas`)."""
        words = self.words
        return self._matches(i, words.around.upward) if self._padded[i] in words.opening else 0

    def _letter(self, i: int) -> str:
        """Token `i`; a single letter as written, since `k`, `m` and `u` are resolved as slang elsewhere."""
        if i >= self.size:
            return ""
        start = self.document.starts[i]
        return self.document.normal[start] if self.document.ends[i] == start + 1 else self.tokens[i]

    def _glued(self, i: int) -> bool:
        """Whether token `i` follows the one before without a space."""
        return 0 < i < self.size and self.document.starts[i] == self.document.ends[i - 1]

    def _matches(self, i: int, phrases: Set[str]) -> int:
        """Length in tokens of the longest phrase (up to four tokens) from token `i` on; 0 where none is."""
        if i >= self.size:
            return 0
        text, best = "", 0
        for length in range(1, min(4, self.size - i) + 1):
            text = f"{text} {self.tokens[i + length - 1]}" if text else self.tokens[i]
            if text in phrases:
                best = length
        return best

    def _number(self, i: int) -> _Number | None:
        token = self.tokens[i]
        if not "0" <= token[0] <= "9":
            return self._numerals(i, 0.0, False)
        read = _digits(token)
        if read is None or (self._glued(i) and self._is_name_part(i)):
            return None
        value, grouped = read
        stop = i + 1
        padded = self._padded
        if padded[stop] in _LINKED:
            if padded[stop] != "an":
                stop += 2 if padded[stop + 1] == "an" else 0
            elif self._glued(stop):
                stop += 1
        if padded[stop] in self.words.numerals and not grouped:
            if self.words.numerals[padded[stop]][0] in ("hundreds", "tens", "half"):
                return self._numerals(stop, value, True)
        if padded[stop] == "/" or padded[stop + 1] == "/":
            value, stop = self._fraction(i, value, stop)
        scale = self._scale(stop)
        if scale is None:
            return _Number(value, None, stop, grouped)
        if grouped and scale >= 1e6 and 1e3 <= value < 1e6:
            value /= 1e3  # `2.500 juta` is two and a half million
        stop += 1
        if scale >= 1e6 and self.words.numerals.get(self._padded[stop], ("",))[0] == "half":
            value, stop = value + 0.5, stop + 1  # `2 juta setengah`
        return self._and_thousands(_Number(value, scale, stop, False))

    def _fraction(self, i: int, value: float, stop: int) -> tuple[float, int]:
        """`3½` and `3 ½`, which the normaliser unfolds to `31/2`: only the text as given tells."""
        last = i if self._padded[stop] == "/" else stop
        if last + 2 >= self.size:
            return value, stop
        start, end = self.document.token_span(last, last + 2)
        written = self.document.text[start:end]
        fraction = unicodedata.numeric(written[-1], 0.0)
        if not 0.0 < fraction < 1.0:
            return value, stop
        if last == i:
            value = float(written[:-1]) if written[:-1].isdecimal() else 0.0
        return value + fraction, last + 3

    def _is_name_part(self, i: int) -> bool:
        """Whether the letters that touch the number from the left make it part of a name (`B2`, `MM2100`)."""
        before = self.tokens[i - 1]
        if before in ("_", "@", "#"):
            return True
        return before[0].isalpha() and len(before) < 4 and self._currency_before(i)[1] is None

    def _scale(self, i: int) -> float | None:
        token = self._letter(i)
        scale = self.words.scales.get(token)
        if token == "k":
            return scale if self._glued(i) else None
        if token == "m":  # `1,5 M`: thousand millions only of a named rupiah
            return 1e9 if self._currency_before(i - 1)[1] == "IDR" else None
        if scale == 1e4:
            yen = self._padded[i + 1] in ("yen", "円", "jpy") or self._currency_before(i - 1)[1] == "JPY"
            return scale if yen else None
        return scale

    def _and_thousands(self, number: _Number) -> _Number:
        """`2jt500rb` in one number; a sum after a space is another sum."""
        i = number.stop
        if (
            number.scale is None
            or number.scale < 1e6
            or not self._glued(i)
            or not "0" <= self.tokens[i][0] <= "9"
        ):
            return number
        read = _digits(self.tokens[i])
        if read is None or read[0] >= 1000 or self._scale(i + 1) != 1e3:
            return number
        return _Number(number.value + read[0] * 1e3 / number.scale, number.scale, i + 2, False)

    def _numerals(self, i: int, unit: float, started: bool) -> _Number | None:
        """A number in words from token `i`; `unit` is what digits said before it (`5 ratus ribu`)."""
        total, group, tenth, scale = 0.0, 0.0, 0.0, None
        stop = i
        while stop < min(self.size, i + _MAX_NUMERALS):
            kind, number = self.words.numerals.get(self.tokens[stop], ("", 0.0))
            if self.tokens[stop] in ("'", "’") and self._glued(stop):  # the glottal stop of `tello' juta`
                stop += 1
                continue
            if kind == "units":
                if tenth:
                    group, tenth = group + number * tenth, tenth / 10
                elif unit or (total and self._padded[stop + 1] in self.words.units):  # `dua juta satu bulan`
                    break
                else:
                    unit = number
            elif kind == "whole":
                if unit or (group and group % 100):
                    break
                if number >= 1e6:  # `sejuta dua ratus`
                    total, scale = total + number, number
                else:
                    group += number
            elif kind in ("teens", "tens", "hundreds"):
                if not unit and kind != "hundreds":
                    break
                group += {"teens": unit + 10, "tens": unit * 10, "hundreds": max(unit, 1) * 100}[kind]
                unit = 0.0
            elif kind == "half":
                if scale is not None and not unit and not group:  # `dua juta setengah`
                    total, stop = total + scale / 2, stop + 1
                    break
                group += 0.5
            elif kind == "comma" and unit:
                group, unit, tenth = group + unit, 0.0, 0.1
            else:
                step = self._scale(stop) if started or group or unit else None
                if step is None or (scale is not None and step >= scale):
                    break
                total, group, unit, scale, tenth = total + (group + unit) * step, 0.0, 0.0, step, 0.0
            started = True
            stop += 1
        return _worded(total, group + unit, scale, stop) if stop > i else None

    def _currency_before(self, i: int) -> tuple[int, str | None]:
        """(first token with the currency, its code) for a number at token `i`."""
        if i < 1 or self.tokens[i - 1] not in self.words.symbols:
            return i, None
        before = self.words.before
        if i >= 2 and self._glued(i - 1):
            code = before.get(self.tokens[i - 2] + self.tokens[i - 1])
            if code is not None:
                return i - 2, code
        code = before.get(self.tokens[i - 1])
        return (i, None) if code is None else (i - 1, code)

    def _currency_after(self, i: int) -> tuple[str | None, int]:
        """(code, one past its last token) of a currency from token `i` on."""
        if i >= self.size:
            return None, i
        letter = self._letter(i)
        if letter not in self.words.named:
            return None, i
        after = self.words.after
        code, stop, key = after.get(letter), i + 1, self.tokens[i]
        if len(letter) < 3 and letter in ("u", "dh", "kd") and not self._glued(i):
            code = None
        for k in range(i + 1, min(i + 3, self.size)):
            key += self.tokens[k] if self._glued(k) else " " + self.tokens[k]
            if key in after:
                code, stop = after[key], k + 1
        return (None, i) if code is None else (code, stop)

    def _tail(self, i: int) -> int:
        """Past the `,-` that closes a sum in rupiah."""
        if (
            self._padded[i] in (",", ".")
            and self._padded[i + 1] in ("-", "–", "—")
            and self._glued(i)
            and self._glued(i + 1)
        ):
            return i + 2
        return i

    def _second(self, i: int) -> tuple[_Number, str | None, int] | None:
        """The second number of a range whose first ended before token `i`."""
        words = self.words
        if self._padded[i] not in words.joining or not (joint := self._matches(i, words.around.range)):
            return None
        i += joint
        named = None
        for length in (2, 1):  # `NT$` and `Rp.` are two tokens, `Rp` one
            start, code = self._currency_before(i + length) if i + length < self.size else (-1, None)
            if code is not None and start == i:
                named, i = code, i + length
                break
        if i >= self.size or not ("0" <= self.tokens[i][0] <= "9" or self.tokens[i] in self.words.numerals):
            return None
        number = self._number(i)
        if number is None:
            return None
        code, stop = self._currency_after(number.stop)
        return number, named or code, self._tail(stop)

    def _bounds(self, start: int, stop: int, value: float) -> tuple[float | None, float | None, int]:
        """(low, high, stop) of a single sum, by the words that leave one bound open."""
        padded = self._padded
        word = padded[start - 1]
        if word in self.words.bounding:
            around = self.words.around
            pair = f"{padded[start - 2]} {word}"
            if word in around.least or pair in around.least:
                return value, None, stop
            if word in around.most or pair in around.most or f"{padded[start - 3]} {pair}" in around.most:
                return None, value, stop
        if padded[stop] == "+" and self._glued(stop):
            if not (padded[stop + 1][:1].isalnum() and self._glued(stop + 1)):
                return value, None, stop + 1
        elif upward := self.upward(stop):
            return value, None, stop + upward
        return value, value, stop

    def _period(self, start: int, stop: int) -> tuple[str | None, int]:
        """The period a sum is paid for, and where the sum ends with it."""
        around, words = self.words.around, self.words
        for i in range(stop, stop + 3):
            if self._padded[i] in words.spanning:
                period, end = self._period_at(i)
                if period is not None:
                    return period, end
            if self._padded[i] not in around.beside_period:
                break
        sentences = self.document.sentences
        for i in range(start - 1, max(-1, start - 6), -1):
            if sentences[i] != sentences[start]:
                break
            token = self.tokens[i]
            period = words.periods.get(token)
            if period is None and token in words.units and self._padded[i - 1] in around.each:
                period = words.units[token]
            if period is not None:
                # `8 jam sehari`: the day belongs to the hours
                return (None if self._padded[i - 1] in words.units else period), stop
            if token not in around.before_sum:
                break
        return None, stop

    def _period_at(self, i: int) -> tuple[str | None, int]:
        token, words = self._padded[i], self.words
        if token in words.periods:
            return words.periods[token], i + 1
        each = token in words.around.each
        if not each and f"{token} {self._padded[i + 1]}" not in words.periods:
            return None, i
        if length := self._matches(i, words.periods.keys()):
            return words.periods[" ".join(self.tokens[i : i + length])], i + length
        i += 2 if self._padded[i + 1] in ("per", "tiap", "1", "satu", "se") else 1
        if length := self._matches(i, words.units.keys()):
            return words.units[" ".join(self.tokens[i : i + length])], i + length
        unit = words.units.get(self._letter(i))
        return (unit, i + 1) if unit is not None else (None, i)


def _digits(token: str) -> tuple[float, bool] | None:
    """(value, whether thousands were grouped) of a number in digits, or None where it is no amount."""
    if token.isdecimal():
        # A leading zero is of a clock, a telephone number or a form.
        return (
            None
            if len(token) > _MAX_DIGITS or (token[0] == "0" and len(token) > 1)
            else (float(token), False)
        )
    if len(token) > _MAX_DIGITS + 6:
        return None
    if _GROUPED.match(token):
        separator = "." if "." in token[:4] else ","
        whole = token.replace(separator, "").partition("," if separator == "." else ".")[0]
        return float(whole), True
    if (token[0] == "0" and token[1:2].isdecimal()) or token.count(".") + token.count(",") > 1:
        return None
    return float(token.replace(",", ".")), False


def _worded(total: float, rest: float, scale: float | None, stop: int) -> _Number | None:
    if scale is not None and scale >= 1e6 and 100 <= rest < 1000 and rest % 100 == 0:
        rest *= 1e3  # `dua juta delapan ratus`
    value = total + rest
    if value <= 0:
        return None
    if scale is None and value >= 1e4:  # `ceban`: the word holds its scale
        scale = 1.0
    return _Number(value / (scale or 1.0), scale, stop, False)


def _pair(low: _Number, high: _Number) -> tuple[float, float] | None:
    """Both ends of a range, the first with the scale of the second where it has none; None if it is none."""
    scale = high.scale if low.scale is None and not low.grouped else low.scale
    if high.scale == 1e6 and low.scale is None and low.value > high.value and low.value >= 100:
        scale = 1e3  # `800-1,2 juta`
    first = low.value * (scale or 1.0)
    second = high.value * (high.scale or (low.scale if not high.grouped else None) or 1.0)
    return (first, second) if first <= second else None
