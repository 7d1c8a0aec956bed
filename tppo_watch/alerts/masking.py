"""Hide phone and identity numbers, sign by sign, so that every offset into the text stays true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "•"
_SHOWN_FIRST, _SHOWN_LAST = 4, 2  # enough to tell two numbers apart, too little to call one
# A number shown by mistake is worse than a sum that is hidden: only what is plainly a sum or a date stays.
_NUMBER = re.compile(r"(?<![\w.,])(?:\+\s?)?\d(?:[\s().\-–/]{0,2}\d){8,17}(?!\d)", re.ASCII)
_IN_LINK = re.compile(r"(?<=wa\.me/)\+?\d{6,17}|(?<=phone=)\+?\d{6,17}", re.ASCII | re.IGNORECASE)
_SUM = re.compile(r"(?!0|62\d)\d{1,3}(?:[.,]\d{3})+(?:\s?[-–]\s?\d{1,3}(?:[.,]\d{3})+)?", re.ASCII)
_DATE = re.compile(r"(?:\d{4}-\d\d-\d\d|\d\d?[/.-]\d\d?[/.-]\d{4})(?:\s\d\d?\.\d\d)?", re.ASCII)


def masked(text: str, entities: Iterable[Mapping[str, Any]] = ()) -> str:
    """`text` with phone and identity numbers hidden, of the same length.

    Parameters
    ----------
    entities : iterable of mapping
        Found in `text`, in the form of the contract. Phone contacts among them are hidden however they are
        written: spelled out, spaced, with letters for digits.
    """
    spans = [found.span() for found in _IN_LINK.finditer(text)]
    spans += [found.span() for found in _NUMBER.finditer(text) if not _is_sum_or_date(found.group())]
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


def _is_sum_or_date(number: str) -> bool:
    return bool(_SUM.fullmatch(number) or _DATE.fullmatch(number))


def _hide(signs: list[str], start: int, end: int) -> None:
    places = [at for at in range(start, end) if signs[at].isalnum()]
    for at in places[_SHOWN_FIRST : len(places) - _SHOWN_LAST]:
        signs[at] = MASK
