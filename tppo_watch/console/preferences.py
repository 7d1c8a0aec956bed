"""What a person set for their own browser: one cookie of plain words, checked on every read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

COOKIE = "tppo-preferences"
REST_MINUTES = (0, 30, 45, 60)  #: 0: no hint

#: Field -> the words it may have; the first is the default.
CHOICES: dict[str, tuple[Any, ...]] = {
    "lang": ("id", "en"),
    "theme": ("auto", "light", "dark"),
    "zone": ("WIB", "WITA", "WIT"),
    "cover": (True, False),
    "blur": (True, False),
    "shortcuts": (True, False),
    "rest": (45, 0, 30, 60),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """How pages look and how much they spare the reader."""

    lang: Any = "id"
    theme: str = "auto"
    zone: str = "WIB"
    cover: bool = True  #: the gravest texts are folded
    blur: bool = True  #: images are blurred
    shortcuts: bool = True
    rest: int = 45  #: minutes of reading until a break is proposed; 0: never


def read(cookie: str) -> Preferences:
    """The preferences in a cookie; what it lacks or garbles has its default."""
    return chosen(dict(parse_qsl(cookie[:400])))


def chosen(given: Mapping[str, str]) -> Preferences:
    """Preferences from words; a word that is no choice is passed over."""
    words = {name: {_word(choice): choice for choice in choices} for name, choices in CHOICES.items()}
    return Preferences(
        **{name: words[name][given[name]] for name in words if given.get(name) in words[name]}
    )


def written(preferences: Preferences) -> str:
    """The cookie of `preferences`."""
    return urlencode({name: _word(value) for name, value in asdict(preferences).items()})


def _word(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
