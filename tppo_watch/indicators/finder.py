"""From a document to its signs: indicators, counter-evidence, and cues of what kind of writing it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..knowledge import rules
from ..text.document import Document
from ..types import Element, Entity, Match
from .chart import Chart
from .matcher import Hit, Matcher, with_joined
from .pay import pay_hits
from .scope import ScopeFinder
from .seen import Seen


@dataclass(frozen=True, slots=True)
class Signs:
    """What the rules found in one document."""

    indicators: tuple[Match, ...]
    counter: tuple[Match, ...]
    cues: frozenset[str]  #: ids of what the writing looks like


class Finder:
    """All rules of the knowledge base, compiled.

    Parameters
    ----------
    local : sequence of Indicator
        Indicators of one's own besides, see :func:`tppo_watch.knowledge.rules.local_indicators`.
    """

    def __init__(self, local: Sequence[rules.Indicator] = ()) -> None:
        indicators = (*rules.indicators(), *local)
        self._element: dict[str, Element] = {i.id: i.palermo_element for i in indicators}
        self._counter_ids = frozenset(c.id for c in rules.counters())
        spoken: list[rules.Indicator | rules.Counter] = [*indicators, *rules.counters()]
        named: list[rules.Indicator | rules.Counter | rules.Cue] = [*spoken, *rules.cues()]
        cues = [(f"scope:{c.id}", c.patterns, c.counter_patterns) for c in rules.scope_cues()]
        self.matcher = Matcher(
            [(r.id, r.patterns, r.counter_patterns) for r in named] + cues, rules.lexicon()
        )
        self._scope = ScopeFinder(rules.scope_cues(), frozenset(r.id for r in spoken if r.holds_negation))

    def find(self, document: Document, entities: Sequence[Entity] = ()) -> Signs:
        """Signs of `document` in reading order, each with its scope."""
        return self.find_many([document], [entities])[0]

    def find_many(self, documents: Sequence[Document], entities: Sequence[Sequence[Entity]]) -> list[Signs]:
        """Signs of each of `documents`; many together take less time than one after the other."""
        charts = list(map(self.matcher.chart, documents, entities))
        hits = list(map(self.matcher.find, charts))
        return list(map(self._signs, documents, charts, hits))

    def find_with(self, document: Document, entities: Sequence[Entity], seen: Seen) -> Signs:
        """Signs of `document` when an encoder has read it too: it doubts some and adds others."""
        chart = self.matcher.chart(document, entities)
        hits = self.matcher.find(chart)
        return self._signs(document, chart, hits, seen)

    def _signs(self, document: Document, chart: Chart, hits: list[Hit], seen: Seen | None = None) -> Signs:
        spoken: list[Hit] = []
        scoping: list[Hit] = []
        writing: set[str] = set()
        found = with_joined(hits, pay_hits(document, chart))
        for hit in found if seen is None else seen.judged(found):
            if hit.rule in self._element or hit.rule in self._counter_ids:
                spoken.append(hit)
            elif self._scope.is_cue(hit.rule):
                scoping.append(hit)
            else:
                writing.add(hit.rule)
        indicators: list[Match] = []
        counter: list[Match] = []
        scopes = self._scope.scopes(document, chart, spoken, scoping)
        for hit, scope in zip(spoken, scopes, strict=True):
            start, end = document.token_span(*((hit.first, hit.last) if seen is None else seen.widened(hit)))
            element = self._element.get(hit.rule)
            match = Match(hit.rule, start, end, document.text[start:end], element or "context", scope)
            (counter if element is None else indicators).append(match)
        if seen is not None:
            indicators = list(dict.fromkeys(indicators))  # two hits in one run are one
        return Signs(tuple(indicators), tuple(counter), frozenset(writing))


@lru_cache(maxsize=1)
def default_finder() -> Finder:
    """The finder of the packaged knowledge, built once in a process."""
    return Finder()
