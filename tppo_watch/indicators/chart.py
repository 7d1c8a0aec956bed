"""What the words of a document stand for, alone and together, as the patterns ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter

from ..text.document import Document
from ..types import Entity

_MOST_KEPT = 200_000  # distinct words remembered; hostile text must not fill the memory
_MOST_FOLLOWED = 1_000  # distinct meanings remembered behind one that begins phrases

_first = itemgetter(0)


@dataclass(eq=False, slots=True)
class Meaning:
    """What a token, a phrase or an entity stands for; words that stand for the same share one."""

    symbols: frozenset[int]  #: those that some pattern asks for
    #: the patterns of which it can be the first, second and third needed step; empty where of none
    bits: tuple[int, ...]
    parts: tuple[int, ...]  #: symbols that stand in a phrase, but not first
    #: the phrases whose first two words it and what stands behind it make
    with_next: dict[Meaning, tuple[Phrase, ...]]


Phrase = tuple[tuple[int, ...], Meaning]  #: symbols of all words but two, and what it stands for
Longer = tuple[int, int, Meaning]  #: what several tokens stand for together, with their half-open span


class Followed(dict[Meaning, tuple[Phrase, ...]]):
    """The phrases that a word may begin, by the meaning of the next one; most pairs are met again.

    Parameters
    ----------
    begun : mapping
        By the second symbol: symbols of the other words, and that of the phrase.
    meaning_of : callable
        The meaning of symbols.
    """

    def __init__(
        self,
        begun: Mapping[int, Sequence[tuple[tuple[int, ...], int]]],
        meaning_of: Callable[[tuple[int, ...]], Meaning],
    ) -> None:
        super().__init__()
        self._begun, self._meaning_of = begun, meaning_of

    def __missing__(self, following: Meaning) -> tuple[Phrase, ...]:
        begun = self._begun
        phrases = tuple(
            (rest, self._meaning_of((phrase,)))
            for second in following.parts
            if second in begun
            for rest, phrase in begun[second]
        )
        if len(self) < _MOST_FOLLOWED:
            self[following] = phrases
        return phrases


class Meanings(dict[str, Meaning]):
    """The meaning of each token, worked out once by `meaning_of`."""

    def __init__(self, meaning_of: Callable[[str], Meaning]) -> None:
        super().__init__()
        self._meaning_of = meaning_of

    def __missing__(self, token: str) -> Meaning:
        meaning = self._meaning_of(token)
        if len(self) < _MOST_KEPT:
            self[token] = meaning
        return meaning


class Chart:
    """What the tokens of one document stand for, alone and together.

    Attributes
    ----------
    meanings : list of Meaning
        Of each token.
    longer : list of (int, int, Meaning)
        Phrases and entities in reading order.
    word_number : list of int
        How many words stand before each token, and before the end.
    sentences : list of int
        Number of the sentence of each token.
    entities : list of (Entity, int, int)
        Entities with their half-open spans of tokens.
    """

    __slots__ = ("meanings", "longer", "word_number", "sentences", "entities")

    def __init__(self, document: Document, meanings: list[Meaning]) -> None:
        self.meanings, self.sentences = meanings, document.sentences
        self.word_number = [0, *accumulate(map(str.isalnum, map(_first, document.tokens)))]
        self.longer: list[Longer] = []
        self.entities: list[tuple[Entity, int, int]] = []
