"""The terms of a text: words, phrases, places, employers; never a person, a number or a handle."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..knowledge.term_words import term_words
from ..text.document import Document, read
from ..text.vocabulary import known
from ..types import Entity

Kind = Literal["word", "phrase", "place", "employer"]

MAX_WORDS = 3  #: of a phrase
_NAME_WORDS = 3  #: that may follow `Mbak` or `hubungi`
_NEAR_CONTACT = 3  # words beside a number in which a name is expected
_LONGEST = 30  # letters of a word
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_GLUE = frozenset(".:,()-–=/*\"'“”")  # between `hubungi` and the name
_PLACES = ("destination", "origin")
_FIRMS = ("employer", "agency")
_LEGAL = re.compile(r"(?:pt|cv|ud|koperasi|yayasan|lpk|firma)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one text holds."""

    kinds: dict[str, Kind]  #: term -> what it is; words in canonical form, side by side
    names: frozenset[str]  #: words taken for parts of a person's name


def terms_of(text: str, entities: Sequence[Entity]) -> Terms:
    """The terms of a text.

    Parameters
    ----------
    entities : sequence of Entity
        Those of its assessment, or of any kinds. Contacts and licences are left out, with all in them; places
        and organisations are terms by their names.

    Returns
    -------
    Terms
        No term holds a digit, a contact, or a word that this text shows to be part of a person's name: after
        a form of address, beside a contact, or on the list of names. Another text may show more.
    """
    document = read(text)
    marks = _marked(document, entities)
    names = _names(document, marks)
    kinds: dict[str, Kind] = {}
    for phrase in _phrases(document, marks, names):
        kinds[phrase] = "phrase" if " " in phrase else "word"
    for entity in entities:
        kind, name = _named(entity)
        if kind and name and not _is_person(name, kind, names, entity.text):
            kinds[name] = kind
    return Terms(kinds, frozenset(document.tokens[at] for at in names))


def spotter(terms: Collection[str]) -> Callable[[str], frozenset[str]]:
    """What finds those of `terms` that stand in a text, as a rule made of them would."""
    wanted: dict[str, list[tuple[str, list[str]]]] = {}
    for term in terms:
        words = term.split()
        wanted.setdefault(words[0], []).append((term, words))

    def spot(text: str) -> frozenset[str]:
        tokens = read(text).tokens
        return frozenset(
            term
            for at, token in enumerate(tokens)
            for term, words in wanted.get(token, ())
            if tokens[at : at + len(words)] == words
        )

    return spot


def names_in(document: Document, entities: Sequence[Entity]) -> set[int]:
    """The tokens of a document that are parts of persons' names."""
    return _names(document, _marked(document, entities))


def _marked(document: Document, entities: Sequence[Entity]) -> list[str]:
    """Token -> the kind of the entity it stands in, or an empty string."""
    marks = [""] * len(document.tokens)
    spans = sorted((e.start, e.end, e.kind) for e in entities if e.kind in (*_PLACES, *_FIRMS, *_BARRED))
    if not spans:
        return marks
    starts = [document.token_span(at, at)[0] for at in range(len(marks))]
    for start, end, kind in spans:
        for at, begin in enumerate(starts):
            if start <= begin < end:
                marks[at] = kind
    return marks


_BARRED = ("contact", "licence")


def _named(entity: Entity) -> tuple[Kind | None, str]:
    """The term that an entity is, in words as a pattern would have them."""
    if entity.kind in _PLACES:
        name, kind = str(entity.value.get("place") or ""), "place"
    elif entity.kind in _FIRMS:
        name, kind = str(entity.value.get("name") or ""), "employer"
    else:
        return None, ""
    words = [token for token in read(name).tokens if _is_word(token)]
    is_whole = 0 < len(words) <= 2 * MAX_WORDS and not any(map(str.isdigit, name))
    return (kind, " ".join(words)) if is_whole else (None, "")  # type: ignore[return-value]


def _is_person(name: str, kind: Kind, names: Collection[int], text: str) -> bool:
    """Whether what is written as an employer is a person: names alone, without the form of a firm."""
    if kind != "employer" or _LEGAL.match(text):
        return False
    lists = term_words()
    return any(word in lists.names or word in lists.honorifics for word in name.split())


def _phrases(document: Document, marks: list[str], names: Collection[int]) -> Iterator[str]:
    tokens, sentences = document.tokens, document.sentences
    empty = term_words().function_words | term_words().honorifics
    usable = [_is_word(token) and not marks[at] and at not in names for at, token in enumerate(tokens)]
    for first, token in enumerate(tokens):
        if not usable[first] or token in empty:
            continue
        for last in range(first, min(first + MAX_WORDS, len(tokens))):
            if not usable[last] or sentences[last] != sentences[first]:
                break
            if tokens[last] not in empty and (last > first or len(token) > 2):
                yield " ".join(tokens[first : last + 1])


def _is_word(token: str) -> bool:
    return len(token) <= _LONGEST and _WORD.fullmatch(token) is not None


def _names(document: Document, marks: list[str]) -> set[int]:
    """Tokens that are parts of persons' names."""
    lists, tokens = term_words(), document.tokens
    found = {at for at, token in enumerate(tokens) if token in lists.names and not known(token)}
    for at, token in enumerate(tokens):
        if token in lists.honorifics:
            found.update(_after(document, marks, at, is_sure=True))
        elif token in lists.name_cues:
            found.update(_after(document, marks, at, is_sure=False))
        elif marks[at] == "contact":
            found.update(_beside(document, marks, at))
    for at in sorted(found):  # `Karsimin Wagiyo`: the second is written as the first
        for beside in (at + 1, at + 2):
            if beside - 1 not in found or not _is_strange_name(document, marks, beside, at):
                break
            found.add(beside)
    return {at for at in found if marks[at] not in _PLACES}


def _after(document: Document, marks: list[str], cue: int, *, is_sure: bool) -> Iterator[int]:
    """The name that follows a form of address (`is_sure`), or a word that a name may follow."""
    lists, tokens, count = term_words(), document.tokens, 0
    for at in range(cue + 1, min(cue + 3 + _NAME_WORDS, len(tokens))):
        token = tokens[at]
        if document.sentences[at] != document.sentences[cue]:
            return
        if token in _GLUE and not count:
            continue
        if not _is_word(token) or marks[at] or count == _NAME_WORDS:
            return
        is_listed = token in lists.names
        if token in lists.honorifics and not is_listed:
            continue  # `Pak Haji Darma`
        is_strange = not known(token) and token not in lists.function_words
        is_capital = _is_capital(document, at)
        is_first = count == 0
        if not (is_listed or (is_strange and (is_capital or (is_sure and is_first))) or (
            is_sure and is_capital and token not in lists.function_words and not _shouts(document, at)
        )):  # fmt: skip
            return
        count += 1
        yield at


def _beside(document: Document, marks: list[str], contact: int) -> Iterator[int]:
    """Strange words close to a contact: whoever answers there."""
    lists, tokens = term_words(), document.tokens
    for step in (-1, 1):
        passed = 0
        at = contact + step
        while 0 <= at < len(tokens) and passed < _NEAR_CONTACT:
            if document.sentences[at] != document.sentences[contact]:
                break
            token = tokens[at]
            if _is_word(token) and not marks[at]:
                passed += 1
                if token in lists.names or (not known(token) and token not in lists.function_words):
                    yield at
            at += step


def _is_strange_name(document: Document, marks: list[str], at: int, first: int) -> bool:
    if at >= len(document.tokens) or document.sentences[at] != document.sentences[first]:
        return False
    token = document.tokens[at]
    return _is_word(token) and not marks[at] and not known(token) and _is_capital(document, at)


def _is_capital(document: Document, at: int) -> bool:
    return document.text[document.token_span(at, at)[0]].isupper()


def _shouts(document: Document, at: int) -> bool:
    """Whether the word is written in capitals throughout, where they tell nothing."""
    start, end = document.token_span(at, at)
    return end - start > 1 and document.text[start:end].isupper()
