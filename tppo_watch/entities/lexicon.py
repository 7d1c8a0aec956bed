"""Every phrase the room looks for, in one dictionary built once a process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..knowledge.money import MoneyCue, money_cues, money_words
from ..knowledge.places import gazetteer
from ..knowledge.vocabulary import EntityWords, entity_words
from ..text.document import read
from ..text.vocabulary import canonical
from .phrases import Phrases

Entry = tuple[tuple[str, ...], str, Any]

# `gajinya`, `gajine`, `gajina`, `gajiku`: the same word with a clitic of Indonesian or a regional language.
_CLITICS = ("nya", "ne", "na", "nyo", "ku", "mu", "ipun", "nipun", "lah", "i")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases by kind, and the word lists that need no look-up of their own."""

    phrases: Phrases
    months: Mapping[str, int]
    kk_beside: frozenset[str]
    name_ends: frozenset[str]
    employer_words: frozenset[str]
    not_phone: frozenset[str]
    work: frozenset[str]  #: words by which a text speaks of work
    near: frozenset[str]  #: words that make a short name beside them a place


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of the entities room (0.3 s to build)."""
    words = entity_words()
    entries = [*_money(), *_places(), *_people(words), *_others(words)]
    return Lexicon(
        Phrases(entries),
        words.months,
        frozenset(words.kk_beside),
        frozenset(words.name_ends),
        frozenset(words.employer_words),
        frozenset(words.not_phone),
        _with_resolved(money_cues().work_words),
        _with_resolved(gazetteer().near),
    )


def _money() -> Iterator[Entry]:
    cues = money_cues()
    meanings: dict[tuple[str, ...], list[MoneyCue]] = {}
    for cue in cues.cues:
        for word in cue.words:
            for form in _with_clitics(word):
                for tokens, _, _ in _phrases("money", cue, (form,)):
                    meanings.setdefault(tokens, []).append(cue)
    for tokens, meant in meanings.items():
        yield tokens, "money", tuple(meant)
    yield from (((word,), "numeral", None) for word in money_words().numerals)


def _places() -> Iterator[Entry]:
    known = gazetteer()
    names = {alias for alias, _ in known.aliases}
    for alias, place in known.aliases:
        # Boten in Laos is `not` in Javanese too, and every `tidak` is read as that word: such a name says
        # nothing.
        if " " not in alias and canonical(alias) not in names:
            continue
        short = len(alias) <= 3 and alias.isascii() and alias not in known.clear
        value = (place, short or alias in known.needs_cue)
        yield from _phrases("place", value, (alias,))
        if " " in alias and len(alias) > 8:  # written without the space
            yield from _phrases("place", value, (alias.replace(" ", ""),))
    for role in ("origin", "none", "destination"):
        yield from _phrases("place_cue", role, getattr(known.cues, role))


def _people(words: EntityWords) -> Iterator[Entry]:
    for gender, phrases in words.gender.items():
        yield from _phrases("gender", gender, phrases)
    genders = words.gender["female"] + words.gender["male"]
    yield from _phrases(
        "gender", "none", (f"{goods} {gender}" for goods in words.gender_none for gender in genders)
    )
    for bound, phrases in words.age.items():
        yield from _phrases("age", None if bound == "any" else bound, phrases)
    for kind in ("year", "not_age", "person"):
        yield from _phrases(kind, None, getattr(words, kind))


def _others(words: EntityWords) -> Iterator[Entry]:
    for paper, phrases in words.document.items():
        yield from _phrases("document", paper, phrases)
    yield ("kk",), "kk", None
    for licence, phrases in words.licence.items():
        yield from _phrases("licence", licence, phrases)
        yield from _phrases("licence", licence, (f"ber-{phrase}" for phrase in phrases if " " not in phrase))
    for kind, phrases in words.organisation.items():
        yield from _phrases("organisation", kind, phrases)
    yield from _phrases("agency", None, words.agency_words)
    for service, phrases in words.channels.items():
        yield from _phrases("channel", service, phrases)
    yield from _phrases("spelled", None, words.spelled)
    yield from _phrases("month", None, words.months)
    for word, days in words.relative_days.items():
        yield from _phrases("relative", days, (word,))


def _phrases(kind: str, value: Any, phrases: Iterable[str]) -> Iterator[Entry]:
    """Each phrase as written and as the text room resolves it.

    A single word that is resolved to another single word stays as written: the other is in the list itself,
    or it is slang that only looks like this one (`smg`, a city, is resolved to `semoga`).
    """
    for phrase in phrases:
        written, resolved = tuple(phrase.split()), tuple(read(phrase).tokens)
        yield written, kind, value
        if resolved != written and (len(resolved) > 1 or kind == "channel"):
            yield resolved, kind, value


def _with_resolved(words: Iterable[str]) -> frozenset[str]:
    """Single words as written and as the text room resolves them."""
    return frozenset(token for word in words for token in (word, *read(word).tokens))


def _with_clitics(phrase: str) -> tuple[str, ...]:
    """A word with its clitics; short words stay bare, since their forms are other words (`bone`)."""
    return (
        (phrase, *(phrase + clitic for clitic in _CLITICS))
        if len(phrase) > 3 and " " not in phrase
        else (phrase,)
    )
