"""Hide phone and identity numbers, sign by sign, so that every offset into the text stays true."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "•"
_SHOWN_FIRST, _SHOWN_LAST = 4, 2  # enough to tell two numbers apart, too little to call one
# A number shown by mistake is worse than a sum that is hidden: only what is plainly a sum or a date stays.
_NUMBER = re.compile(r"(?<![\w.,])(?:\+\s?)?\d(?:(?:[\s().\-–/_:=~|*]{0,2}|,)\d){8,17}(?!\d)", re.ASCII)
_IN_LINK = re.compile(r"(?<=wa\.me/)\+?\d{6,17}|(?<=phone=)\+?\d{6,17}", re.ASCII | re.IGNORECASE)
_DIGIT_WORD = (
    "nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan"
    "|zero|one|two|three|four|five|six|seven|eight|nine"
)
#: Digits as words, or words and digits mixed. Half a number in words is a number still.
_SPELLED = re.compile(
    rf"(?<!\w)(?:(?:{_DIGIT_WORD}|\d)[\s,.\-–]{{0,3}}){{9,20}}(?<=\w)(?!\w)", re.ASCII | re.IGNORECASE
)
_SUM = re.compile(r"(?!0|62\d)\d{1,3}(?:[.,]\d{3})+", re.ASCII)
_RANGE = re.compile(r"\s?[-–]\s?")
_LONGEST_SUM = 11  # digits: nobody is paid hundreds of billions, and a phone number has 12
_DATE = re.compile(r"(?:\d{4}-\d\d-\d\d|\d\d?[/.-]\d\d?[/.-]\d{4})(?:\s\d\d?\.\d\d)?", re.ASCII)
#: What stands before a number that is called, whatever its punctuation looks like.
_CALLED = re.compile(
    r"\b(?:wa|w\.a|whatsapp|hp|telp|tlp|telepon|telpon|phone|call|hub|hubungi)\W{0,3}\Z", re.IGNORECASE
)
_CALLED_WITHIN = 16  # characters before the number


def masked(text: str, entities: Iterable[Mapping[str, Any]] = ()) -> str:
    """`text` with phone and identity numbers hidden, of the same length.

    Parameters
    ----------
    entities : iterable of mapping
        Found in `text`, in the form of the contract. Phone contacts among them are hidden however they are
        written: spelled out, spaced, with letters for digits.
    """
    plain = "".join(map(_plain_digit, text))
    spans = [found.span() for found in _IN_LINK.finditer(plain)]
    spans += [
        found.span()
        for found in _NUMBER.finditer(plain)
        if _is_called(plain, found.start()) or not _is_sum_or_date(found.group())
    ]
    spans += [found.span() for found in _SPELLED.finditer(plain) if any(map(str.isalpha, found.group()))]
    spans += [
        (entity["start"], entity["end"])
        for entity in entities
        if entity["kind"] == "contact" and entity["value"].get("type") in ("phone", "whatsapp")
    ]
    signs = list(text)
    for start, end in spans:
        _hide(signs, start, end)
    return "".join(signs)


def masked_contact(value: Mapping[str, Any]) -> dict[str, Any]:
    """The value of a contact entity with its number hidden; any other value as it is."""
    out = dict(value)
    if value.get("type") in ("phone", "whatsapp") and isinstance(value.get("normalized"), str):
        signs = list(value["normalized"])
        _hide(signs, 0, len(signs))
        out["normalized"] = "".join(signs)
    return out


def _is_called(text: str, start: int) -> bool:
    return _CALLED.search(text, max(0, start - _CALLED_WITHIN), start) is not None


def _plain_digit(sign: str) -> str:
    """The ASCII digit that a sign stands for, such as `①` or `８`; any other sign as it is."""
    if sign.isascii() or not sign.isnumeric():
        return sign
    return str(unicodedata.digit(sign, 0))


def _is_sum_or_date(number: str) -> bool:
    if _DATE.fullmatch(number):
        return True
    sides = _RANGE.split(number)
    return len(sides) <= 2 and all(
        _SUM.fullmatch(side) and sum(map(str.isdigit, side)) <= _LONGEST_SUM for side in sides
    )


def _hide(signs: list[str], start: int, end: int) -> None:
    places = [at for at in range(start, end) if signs[at].isalnum()]
    for at in places[_SHOWN_FIRST : len(places) - _SHOWN_LAST]:
        signs[at] = MASK
