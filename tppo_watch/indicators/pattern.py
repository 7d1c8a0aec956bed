"""The pattern language in which indicators are written.

A pattern is a row of elements separated by spaces; up to two other words may stand between two elements, and
a pattern never reaches over the end of a sentence or line.

========================  =====================================================================
``paspor``                that word (after normalisation: slang and disguises are already resolved)
``tahan~``                any inflected form: ditahan, menahan, ditahanin, ditahannya …
``kartu_keluarga``        these words side by side (``di_tahan~`` works too)
``{dokumen}``             any member of a concept of the lexicon
``(a|b_c|{d})``           one of these
``x?``                    may be missing; where it stands, the match takes it in
``...``                   up to six other words here instead of two
``<n>``                   a number; ``<money>``, ``<place>``, ``<abroad>``, ``<phone>``,
                          ``<contact>``, ``<age>``, ``<minor>`` (an age under 18), ``<day>``, ``<licence>``,
                          ``<doc>``, ``<salary>``, ``<fee>``, ``<debt>``: what the entity room found
========================  =====================================================================

Punctuation in a pattern is ignored. Members of concepts are words, inflected words or phrases side by side,
written with spaces (``buku nikah``, ``pegang~``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import KnowledgeError
from ..text.vocabulary import canonical

GAP, WIDE_GAP = 2, 6
_ELEMENT = re.compile(r"\([^()]*\)\??|\S+")
_WORD = re.compile(r"<\w+>|\{\w+\}|[^\W_]+(?:['’-][^\W_]+)*~?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a pattern: `symbol`, at most `gap` other words after the step before it."""

    symbol: int
    gap: int
    optional: bool = False


class Symbols:
    """The alphabet that patterns are compiled to: words, stems, typed values, phrases and concepts."""

    def __init__(self, lexicon: dict[str, tuple[str, ...]]) -> None:
        self._ids: dict[str, int] = {}
        self.words: dict[str, int] = {}
        self.stems: dict[str, int] = {}
        self.types: dict[str, int] = {}
        #: phrases by the symbols of their first two words: (symbols of the other words, symbol of the phrase)
        self.phrases: dict[int, dict[int, list[tuple[tuple[int, ...], int]]]] = {}
        #: what else a symbol stands for: the concepts it is a member of
        self.concepts_of: dict[int, set[int]] = {}
        self._concepts: dict[str, int] = {}
        self._open: set[str] = set()
        self._lexicon = lexicon

    def with_concepts(self, symbols: Iterable[int]) -> tuple[int, ...]:
        """`symbols` and every concept that one of them stands for, through concepts of concepts."""
        found = dict.fromkeys(symbols)
        todo = list(found)
        while todo:
            for concept in self.concepts_of.get(todo.pop(), ()):
                if concept not in found:
                    found[concept] = None
                    todo.append(concept)
        return tuple(found)

    def parts(self) -> frozenset[int]:
        """Symbols that stand in a phrase, but not first."""
        return frozenset(
            part
            for by_second in self.phrases.values()
            for second, phrases in by_second.items()
            for rest, _ in phrases
            for part in (second, *rest)
        )

    def _id(self, name: str) -> int:
        return self._ids.setdefault(name, len(self._ids))

    def symbol(self, item: str, where: str) -> int:
        """The symbol of one element without brackets: a word, stem, type, concept or ``joined_phrase``."""
        if item.startswith("<") and item.endswith(">"):
            return self.types.setdefault(item[1:-1], self._id(item))
        if item.startswith("{") and item.endswith("}"):
            return self._concept(item[1:-1], where)
        parts = [part for part in _WORD.findall(item.replace("_", " ")) if part]
        if not parts:
            raise KnowledgeError(f"{item!r} holds no word", file=where)
        symbols = [self._single(part, where) for part in parts]
        if len(symbols) == 1:
            return symbols[0]
        phrase = self._id(" ".join(parts))
        entry = (tuple(symbols[2:]), phrase)
        known = self.phrases.setdefault(symbols[0], {}).setdefault(symbols[1], [])
        if entry not in known:
            known.append(entry)
        return phrase

    def choice(self, options: list[str], where: str) -> int:
        """The symbol of any of `options`: a concept without a name."""
        members = sorted({self.symbol(option, where) for option in options})
        if len(members) == 1:
            return members[0]
        number = self._id(f"({'|'.join(map(str, members))})")
        for member in members:
            self.concepts_of.setdefault(member, set()).add(number)
        return number

    def _single(self, part: str, where: str) -> int:
        if part[0] in "<{":
            return self.symbol(part, where)
        if part.endswith("~"):
            return self.stems.setdefault(part[:-1], self._id(part))
        word = canonical(part)  # as the tokens of a document are
        return self.words.setdefault(word, self._id(word))

    def _concept(self, name: str, where: str) -> int:
        if name in self._concepts:
            return self._concepts[name]
        if name not in self._lexicon:
            raise KnowledgeError(f"no concept {{{name}}} in the lexicon", file=where)
        if name in self._open:
            raise KnowledgeError(f"concept {{{name}}} contains itself", file=where)
        self._open.add(name)
        number = self._id("{" + name + "}")
        for member in self._lexicon[name]:
            inner = self.symbol(member.replace(" ", "_"), f"lexicon: {name}")
            self.concepts_of.setdefault(inner, set()).add(number)
        self._open.discard(name)
        self._concepts[name] = number
        return number


def compile_pattern(pattern: str, symbols: Symbols, where: str) -> tuple[Step, ...]:
    """Steps of one pattern.

    Raises
    ------
    KnowledgeError
        Where the pattern is empty, names an unknown concept, or nothing in it must be there.
    """
    steps: list[Step] = []
    gap = GAP
    for element in _ELEMENT.findall(pattern.lower()):
        if element == "...":
            gap = WIDE_GAP
            continue
        optional = element.endswith("?") and len(element) > 1
        body = element[:-1] if optional else element
        if body.startswith("(") and body.endswith(")"):
            options = [option.strip().replace(" ", "_") for option in body[1:-1].split("|")]
        elif _WORD.search(body.replace("_", " ")):
            options = [body]
        else:
            continue  # lone punctuation
        steps.append(Step(symbols.choice(options, where), gap, optional))
        gap = GAP
    if not any(not step.optional for step in steps):
        raise KnowledgeError(f"nothing in the pattern {pattern!r} must be there", file=where)
    if steps[0].optional:
        raise KnowledgeError(f"the pattern {pattern!r} begins with an optional element", file=where)
    return tuple(steps)


def is_number(token: str) -> bool:
    return _NUMBER.fullmatch(token) is not None
