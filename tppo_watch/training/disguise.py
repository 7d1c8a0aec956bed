"""Texts disguised as people disguise them to pass a filter: for augmentation and as a stress test.

The tables come from how evasive posts look, not from what the normaliser can undo, so that the recall lost
here is an honest measure. Every transformation leaves a text a human reader still understands: links, e-mail
addresses and handles stay whole, no place in a text is changed twice, and only words in plain Latin letters,
country names and Indonesian mobile numbers are touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Literal, get_args

from . import disguise_tables as tables

Group = Literal["typography", "spelling", "layout"]
Edit = Callable[[str, Random], str]


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_LETTERS = r"[A-Za-z]{3,24}"
# A combining mark after the last letter belongs to it; such a word is not plain Latin.
_WORD = re.compile(rf"\b(?!(?i:{_any_of(tables.FUNCTION_WORDS)})\b){_LETTERS}\b(?![\u0300-\u036f])")
_PAIR = re.compile(rf"\b{_LETTERS} {_LETTERS}\b(?![\u0300-\u036f])")
_SHORTENED = re.compile(rf"\b(?i:{_any_of(tables.SLANG)})\b(?![\u0300-\u036f])")
_COUNTRY = re.compile(rf"\b(?i:{_any_of(tables.COUNTRIES)})\b(?![\u0300-\u036f])")
_SYLLABLE = re.compile(
    r"(?i)(?:(?<=[aiueo])|(?<=[aiueo][^aiueo])|(?<=[aiueo]ng))((?:ng|ny|sy|kh|[b-df-hj-np-tv-z])[aiueo])"
)
_PHONE = re.compile(r"(?<![\w+])(?:\+?62[ -]?|0)8\d{1,3}(?:[ .-]?\d{3,4}){2,3}(?!\w)", re.ASCII)
_UNTOUCHED = re.compile(
    r"https?://\S+|\bwww\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}|[@#]\w+"
    r"|\b[\w-]{1,63}\.(?:com|net|org|id|co|me|ly|info|xyz)\b\S*"
)


def _some(word: str, rng: Random, table: Mapping[str, str]) -> str:
    """Replace at least one letter that `table` knows, at most half of the word."""
    known = [at for at, letter in enumerate(word) if letter in table or letter.lower() in table]
    if not known:
        return word
    chosen = set(rng.sample(known, rng.randint(1, max(1, min(len(known), len(word) // 2)))))
    return "".join(table.get(c, table.get(c.lower(), c)) if at in chosen else c for at, c in enumerate(word))


def _insert(word: str, rng: Random, marks: str) -> str:
    """Put one of `marks` after one to three letters, never after the last."""
    chosen = set(rng.sample(range(len(word) - 1), rng.randint(1, min(3, len(word) - 1))))
    return "".join(c + rng.choice(marks) if at in chosen else c for at, c in enumerate(word))


def _inner(word: str, letters: str) -> list[int]:
    """Places of `letters` in `word`, first and last letter apart."""
    return [at for at in range(1, len(word) - 1) if word[at].lower() in letters]


def _star(word: str, rng: Random) -> str:
    at = rng.choice(_inner(word, "aiueo") or [0])
    return word[:at] + "*" + word[at + 1 :] if at else word


def _mark(word: str, rng: Random) -> str:
    chosen = set(rng.sample(range(len(word)), (len(word) + 1) // 2))
    return "".join(c + rng.choice(tables.MARKS) if at in chosen else c for at, c in enumerate(word))


def _accent(word: str, rng: Random) -> str:
    table = {
        vowel: unicodedata.normalize("NFC", vowel + rng.choice(tables.ACCENTS)) for vowel in "aiueoAIUEO"
    }
    return _some(word, rng, table)


def _flip_case(word: str, rng: Random) -> str:
    chosen = set(rng.sample(range(1, len(word)), len(word) // 2))  # some of the inner letters, never all
    return "".join(c.swapcase() if at in chosen else c for at, c in enumerate(word))


def _drop_vowels(word: str, rng: Random) -> str:
    """Without one inner vowel, the first as people do; a long word may lose a second."""
    dropped = _inner(word, "aiueo")[: 2 if len(word) > 6 and rng.random() < 0.5 else 1]
    return "".join(c for at, c in enumerate(word) if at not in dropped)


def _stretch(word: str, rng: Random) -> str:
    at = max((at for at, c in enumerate(word) if c.lower() in "aiueo"), default=len(word) - 1)
    return word[:at] + word[at] * rng.randint(3, 6) + word[at + 1 :]


def _double_consonant(word: str, rng: Random) -> str:
    at = rng.choice(_inner(word, "bcdfgjklmnprst") or [0])
    return word[:at] + word[at] + word[at:] if at else word


def _shorten(word: str, rng: Random) -> str:
    short = rng.choice(tables.SLANG.get(word.casefold(), [word]))
    return short.upper() if word.isupper() else short


def _flag(name: str, _: Random) -> str:
    code = tables.COUNTRIES.get(name.casefold())
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code[0]) if code else name


def _join(pair: str, rng: Random) -> str:
    first, second = pair.split(" ")
    return first + (second.capitalize() if rng.random() < 0.3 else second)


def _phone_words(number: str, rng: Random) -> str:
    zero = rng.choice(("nol", "kosong"))
    words = (zero if c == "0" else tables.DIGIT_WORDS[int(c)] for c in number if c.isdigit())
    return ("plus " if number.startswith("+") else "") + " ".join(words)


def _phone_spaced(number: str, rng: Random) -> str:
    digits = re.sub(r"[ .-]", "", number)
    separator, size = rng.choice((" ", ".", "-", " . ", "_")), rng.choice((1, 2, 5))
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


def _phone_letters(number: str, rng: Random) -> str:
    zero, one = rng.choice("Oo"), rng.choice("lI")
    return number.replace("0", zero).replace("1", one)


def _translate(word: str, _: Random, table: Mapping[int, int]) -> str:
    return word.translate(table)


def _font(capital: int, small: int) -> dict[int, int]:
    return {
        ord(c): start + at
        for at in range(26)
        for c, start in ((chr(65 + at), capital), (chr(97 + at), small))
    }


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One way to disguise a text. Calling it disguises by this kind alone: ``kind(text, rng, strength)``.

    `edit` turns one place that `sites` finds into its disguise, or returns it as it was where it does not
    apply; `weight` is how often people use this kind relative to the others, by our estimate.
    """

    name: str
    group: Group
    edit: Edit = field(repr=False)
    weight: float = 1.0
    sites: re.Pattern[str] = field(default=_WORD, repr=False)

    def __call__(self, text: str, rng: Random, strength: int) -> str:
        return _apply(text, {self: self.weight}, rng, strength)


_ALL = (
    Kind("leet", "typography", partial(_some, table=tables.LEET), 6.0),
    Kind("symbols", "typography", partial(_some, table=tables.SYMBOLS), 3.0),
    Kind("star", "typography", _star, 3.0),
    Kind("zero_width", "typography", partial(_insert, marks=tables.ZERO_WIDTH), 2.0),
    Kind("soft_hyphen", "typography", partial(_insert, marks=tables.SOFT_HYPHEN)),
    Kind("bidi_mark", "typography", partial(_insert, marks=tables.BIDI)),
    Kind("cyrillic", "typography", partial(_some, table=tables.CYRILLIC), 2.0),
    Kind("greek", "typography", partial(_some, table=tables.GREEK)),
    Kind("combining_marks", "typography", _mark),
    Kind("accents", "typography", _accent),
    Kind("small_capitals", "typography", partial(_translate, table=tables.SMALL_CAPITALS), 0.5),
    *(
        Kind(name, "typography", partial(_translate, table=_font(*at)), 0.5)
        for name, at in tables.FONTS.items()
    ),
    Kind("mixed_case", "spelling", _flip_case, 2.0),
    Kind("stretched", "spelling", _stretch, 2.0),
    Kind("doubled_consonant", "spelling", _double_consonant),
    Kind("dropped_vowels", "spelling", _drop_vowels, 4.0),
    Kind("slang", "spelling", _shorten, 6.0, _SHORTENED),
    Kind("flag", "spelling", _flag, 6.0, _COUNTRY),
    Kind("phone_words", "spelling", _phone_words, 3.0, _PHONE),
    Kind("phone_letters", "spelling", _phone_letters, 3.0, _PHONE),
    Kind("phone_spaced", "layout", _phone_spaced, 4.0, _PHONE),
    Kind("spaced", "layout", lambda word, _: " ".join(word), 4.0),
    Kind("dotted", "layout", lambda word, _: ".".join(word), 3.0),
    Kind("dashed", "layout", lambda word, _: "-".join(word), 2.0),
    Kind("underscored", "layout", lambda word, _: "_".join(word)),
    Kind("syllables", "layout", lambda word, _: _SYLLABLE.sub(r"-\1", word), 2.0),
    Kind("joined", "layout", _join, 2.0, _PAIR),
    Kind("emoji_letters", "layout", lambda word, rng: rng.choice(tables.EMOJI).join(word)),
    Kind(
        "emoji_words",
        "layout",
        lambda pair, rng: pair.replace(" ", f" {rng.choice(tables.EMOJI)} "),
        2.0,
        _PAIR,
    ),
)

#: Every kind by name.
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
#: Names of the kinds by group, the rows of a stress test's table.
REPORT_KINDS: dict[Group, tuple[str, ...]] = {
    group: tuple(kind.name for kind in _ALL if kind.group == group) for group in get_args(Group)
}


def _quota(strength: int, sites: int) -> int:
    """How many places to change out of `sites`; never falls as strength rises."""
    if strength == 1:
        return min(sites, 2 if sites >= 6 else 1)
    return -(-sites // 3) if strength == 2 else -(-sites * 4 // 5)


def _shuffled(weights: Mapping[int, float] | Mapping[Kind, float], rng: Random) -> list:
    """Keys in random order, the heavier earlier (Efraimidis and Spirakis 2006, Inf. Process. Lett. 97)."""
    keys = {key: rng.random() ** (1 / weight) for key, weight in weights.items()}
    return sorted(keys, key=keys.__getitem__, reverse=True)


def _apply(text: str, weights: Mapping[Kind, float], rng: Random, strength: int) -> str:
    """Change places of `text`, salient ones first, each by one of the kinds that fit it."""
    if strength not in (1, 2, 3):
        raise ValueError(f"strength is 1, 2 or 3, not {strength!r}")
    busy = bytearray(len(text))
    for found in _UNTOUCHED.finditer(text):
        busy[found.start() : found.end()] = b"\1" * len(found.group())
    sites: dict[int, dict[re.Pattern[str], int]] = {}  # start -> pattern -> end
    for pattern in dict.fromkeys(kind.sites for kind in weights):
        for found in pattern.finditer(text):
            if not any(busy[found.start() : found.end()]):
                sites.setdefault(found.start(), {})[pattern] = found.end()
    salience = {
        at: 5.0 if _PHONE in ends or tables.SALIENT.search(text, at, min(ends.values())) else 1.0
        for at, ends in sites.items()
    }
    left, edits = _quota(strength, len(sites)), []
    # Draws do not depend on strength: what a lower strength changes, a higher one changes in the same way.
    for at in _shuffled(salience, rng):
        if not left:
            break
        for kind in _shuffled({kind: w for kind, w in weights.items() if kind.sites in sites[at]}, rng):
            end = sites[at][kind.sites]
            if not any(busy[at:end]) and (new := kind.edit(text[at:end], rng)) != text[at:end]:
                busy[at:end] = b"\1" * (end - at)
                edits.append((at, end, new))
                left -= 1
                break
    out, last = "", 0
    for at, end, new in sorted(edits):
        gap = text[last:at]
        # Between two spaced-out words a single space would no longer show where one ends.
        out += ("   " if gap == " " == out[-2:-1] == new[1:2] else gap) + new
        last = end
    return out + text[last:]


def disguise(text: str, *, strength: int, seed: int, kinds: Sequence[str] | None = None) -> str:
    """Disguise `text` the way people do to pass a filter.

    Parameters
    ----------
    strength : int
        1 changes a word or two, 2 a third of what can be changed, 3 most of it.
    seed : int
        The same seed gives the same result. Give each text its own, or all share one author's habits.
    kinds : sequence of str, optional
        Names from `KINDS` to choose from; None for all of them, a few preferred, as one author has habits.

    Returns
    -------
    str
        Unchanged where nothing in `text` can be disguised by `kinds`.

    Raises
    ------
    ValueError
        If `strength` is not 1, 2 or 3, or a name in `kinds` is unknown.
    """
    names = KINDS if kinds is None else kinds
    if unknown := [name for name in names if name not in KINDS]:
        raise ValueError(f"unknown kind of disguise {unknown[0]!r}; known: {', '.join(KINDS)}")
    rng = Random(seed)
    # Cubed, so that a few kinds stand out; the floor keeps every kind possible and the weight above zero.
    habits = {KINDS[name]: KINDS[name].weight * (0.02 + rng.random() ** 3) for name in names}
    return _apply(text, habits, rng, strength)
