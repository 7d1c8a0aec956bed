"""From a document to its signs: indicators, counter-evidence, and cues of what kind of writing it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..knowledge import rules
from ..text.document import Document
from ..types import Element, Entity, Match
from .matcher import Chart, Matcher
from .scope import ScopeFinder


@dataclass(frozen=True, slots=True)
class Signs:
    """What the rules found in one document."""

    indicators: tuple[Match, ...]
    counter: tuple[Match, ...]
    cues: frozenset[str]
    chart: Chart


class Finder:
    """All rules of the knowledge base, compiled."""

    def __init__(self) -> None:
        self._element: dict[str, Element] = {i.id: i.palermo_element for i in rules.indicators()}
        self._indicator_ids = frozenset(self._element)
        self._counter_ids = frozenset(c.id for c in rules.counters())
        everything = (*rules.indicators(), *rules.counters(), *rules.cues())
        self.matcher = Matcher([(r.id, r.patterns, r.counter_patterns) for r in everything], rules.lexicon())
        self._scope = ScopeFinder()

    def find(self, document: Document, entities: Sequence[Entity] = ()) -> Signs:
        """Signs of `document` in reading order, each with its scope."""
        chart = self.matcher.chart(document, entities)
        hits = self.matcher.find(chart)
        cues = frozenset(
            hit.rule for hit in hits if hit.rule not in self._indicator_ids and hit.rule not in self._counter_ids
        )
        spoken = [hit for hit in hits if hit.rule not in cues]
        scopes = self._scope.scopes(document, [(hit.first, hit.last) for hit in spoken])
        indicators, counter = [], []
        for hit, scope in zip(spoken, scopes, strict=True):
            start, end = document.token_span(hit.first, hit.last)
            element = self._element.get(hit.rule, "context")
            match = Match(hit.rule, start, end, document.text[start:end], element, scope)
            (indicators if hit.rule in self._indicator_ids else counter).append(match)
        return Signs(tuple(indicators), tuple(counter), cues, chart)


@lru_cache(maxsize=1)
def default_finder() -> Finder:
    """The finder of the packaged knowledge, built once in a process."""
    return Finder()
