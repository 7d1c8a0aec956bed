"""One pass over a document for every pattern of every rule.

Tokens become symbols through one bounded look-up each; phrases, concepts and entities add more. A pattern is tried
only where its rarest step occurs and every other step that it needs occurs too, so the cost of a thousand
patterns that do not match is a few set tests.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..text.document import Document
from ..types import Entity
from .morphology import stems
from .pattern import Step, Symbols, compile_pattern, is_number

_CACHE_LIMIT = 200_000  # distinct words remembered; real text has fewer, hostile text must not fill the memory
_LONGEST_STEMMED = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched the tokens `first` to `last`, both included."""

    rule: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: int
    steps: tuple[Step, ...]
    needed: tuple[frozenset[int], ...]
    unless: bool


class Chart:
    """Where each symbol stands in one document: symbol -> spans of tokens (first, end)."""

    __slots__ = ("where", "word_number", "sentences")

    def __init__(self, where: dict[int, list[tuple[int, int]]], word_number: list[int], sentences: list[int]):
        self.where, self.word_number, self.sentences = where, word_number, sentences


class Matcher:
    """Compiled patterns of a set of rules.

    Parameters
    ----------
    rules : iterable of (id, patterns, counter_patterns)
        A match of a counter pattern in the same sentence withdraws the rule's match there.
    lexicon : dict of str to tuple of str
        Concepts by name.
    """

    def __init__(
        self, rules: Iterable[tuple[str, Sequence[str], Sequence[str]]], lexicon: dict[str, tuple[str, ...]]
    ) -> None:
        self.symbols = Symbols(lexicon)
        self.rules: list[str] = []
        patterns: list[_Pattern] = []
        for rule, wanted, unwanted in rules:
            number = len(self.rules)
            self.rules.append(rule)
            for text, unless in [(p, False) for p in wanted] + [(p, True) for p in unwanted]:
                steps = compile_pattern(text, self.symbols, rule)
                needed = tuple(step.symbols for step in steps if not step.optional)
                patterns.append(_Pattern(number, steps, needed, unless))
        frequency: dict[int, int] = defaultdict(int)
        for pattern in patterns:
            for step in pattern.needed:
                for symbol in step:
                    frequency[symbol] += 1
        # The step whose symbols the fewest patterns share is the rarest in running text, near enough.
        self._by_anchor: dict[int, list[_Pattern]] = defaultdict(list)
        for pattern in patterns:
            anchor = min(pattern.needed, key=lambda step: sum(frequency[s] for s in step))
            for symbol in anchor:
                self._by_anchor[symbol].append(pattern)
        self._known_stems = frozenset(self.symbols.stems)
        self._cache: dict[str, tuple[int, ...]] = {}
        self._type = {name: self.symbols.types.get(name) for name in _TYPES}

    # -- symbols ---------------------------------------------------------------------------------------

    def _symbols_of(self, token: str) -> tuple[int, ...]:
        found: list[int] = []
        if token in self.symbols.words:
            found.append(self.symbols.words[token])
        if len(token) <= _LONGEST_STEMMED and token[0].isalpha():
            found.extend(self.symbols.stems[stem] for stem in stems(token, self._known_stems))
        if self._type["n"] is not None and is_number(token):
            found.append(self._type["n"])
        result = tuple(found)
        if len(self._cache) < _CACHE_LIMIT:
            self._cache[token] = result
        return result

    def chart(self, document: Document, entities: Sequence[Entity] = ()) -> Chart:
        """Every symbol of `document`, with the concepts and entities it stands for."""
        where: dict[int, list[tuple[int, int]]] = {}
        word_number: list[int] = []
        count = 0
        cache, symbols_of = self._cache, self._symbols_of
        singles: list[tuple[int, ...]] = []
        for i, token in enumerate(document.tokens):
            word_number.append(count)
            if token[0].isalnum():
                count += 1
            symbols = cache.get(token)
            if symbols is None:
                symbols = symbols_of(token)
            singles.append(symbols)
            for symbol in symbols:
                spans = where.get(symbol)
                if spans is None:
                    where[symbol] = [(i, i + 1)]
                else:
                    spans.append((i, i + 1))
        word_number.append(count)
        if entities:
            self._add_entities(where, document, entities)
        self._add_phrases(where, singles)
        self._add_concepts(where)
        return Chart(where, word_number, document.sentences)

    def _add_entities(
        self, where: dict[int, list[tuple[int, int]]], document: Document, entities: Sequence[Entity]
    ) -> None:
        spans = [document.token_span(i, i) for i in range(len(document.tokens))]
        first = 0
        for entity in sorted(entities, key=lambda e: e.start):
            while first < len(spans) and spans[first][1] <= entity.start:
                first += 1
            end = first
            while end < len(spans) and spans[end][0] < entity.end:
                end += 1
            if end == first:
                continue
            for name in entity_types(entity):
                symbol = self._type.get(name)
                if symbol is not None:
                    where.setdefault(symbol, []).append((first, end))

    def _add_phrases(self, where: dict[int, list[tuple[int, int]]], singles: list[tuple[int, ...]]) -> None:
        size = len(singles)
        for symbol in [s for s in where if s in self.symbols.phrases]:
            for rest, phrase in self.symbols.phrases[symbol]:
                for first, end in where[symbol]:
                    stop = end + len(rest)
                    if stop <= size and all(s in singles[end + k] for k, s in enumerate(rest)):
                        where.setdefault(phrase, []).append((first, stop))

    def _add_concepts(self, where: dict[int, list[tuple[int, int]]]) -> None:
        concepts_of = self.symbols.concepts_of
        members: dict[int, set[tuple[int, int]]] = {}
        todo = [s for s in where if s in concepts_of]
        while todo:
            symbol = todo.pop()
            spans = members.get(symbol) or where[symbol]
            for concept in concepts_of[symbol]:
                known = members.setdefault(concept, set())
                size = len(known)
                known.update(spans)
                if len(known) > size and concept in concepts_of:
                    todo.append(concept)
        for concept, spans in members.items():
            where[concept] = sorted(spans)

    # -- patterns --------------------------------------------------------------------------------------

    def find(self, chart: Chart) -> list[Hit]:
        """Matches in reading order; overlapping matches of one rule are joined."""
        where = chart.where
        hits: dict[int, list[tuple[int, int]]] = {}
        against: dict[int, set[int]] = {}
        tried: set[int] = set()
        for symbol in where:
            for pattern in self._by_anchor.get(symbol, ()):
                if id(pattern) in tried:
                    continue
                tried.add(id(pattern))
                if all(any(s in where for s in step) for step in pattern.needed):
                    for first, end in _spans(pattern.steps, chart):
                        if pattern.unless:
                            against.setdefault(pattern.rule, set()).add(chart.sentences[first])
                        else:
                            hits.setdefault(pattern.rule, []).append((first, end))
        found: list[Hit] = []
        for rule, spans in hits.items():
            blocked = against.get(rule, ())
            kept = [span for span in spans if chart.sentences[span[0]] not in blocked]
            found.extend(Hit(self.rules[rule], first, end - 1) for first, end in _joined(kept))
        found.sort(key=lambda hit: (hit.first, hit.last, hit.rule))
        return found


_TYPES = (
    "n", "money", "salary", "fee", "debt", "place", "abroad", "risky_place", "phone", "contact", "age", "minor",
    "day", "licence", "doc",
)  # fmt: skip


def entity_types(entity: Entity) -> tuple[str, ...]:
    """Names under which patterns may ask for an entity, such as ``<money>`` or ``<minor>``."""
    kind, value = entity.kind, entity.value
    if kind in ("salary", "fee", "debt"):
        return ("money", kind)
    if kind == "contact":
        return ("contact", "phone") if value.get("type") in ("phone", "whatsapp") else ("contact",)
    if kind in ("destination", "origin"):
        return ("place",) if value.get("country") == "ID" else ("place", "abroad")
    if kind == "age":
        # "15-20" takes minors though its upper end is grown up; "maks 35" says nothing of them.
        low, high = value.get("min"), value.get("max")
        return ("age", "minor") if (low is not None and low < 18) or (high is not None and high < 18) else ("age",)
    return {"date": ("day",), "licence": ("licence",), "document": ("doc",)}.get(kind, ())


def _spans(steps: tuple[Step, ...], chart: Chart) -> list[tuple[int, int]]:
    """Every way to begin the pattern, each with its shortest end."""
    starts = {span for symbol in steps[0].symbols for span in chart.where.get(symbol, ())}
    known: dict[tuple[int, int], int | None] = {}
    found = []
    for first, end in sorted(starts):
        last = _follow(steps, 1, end, chart, known)
        if last is not None:
            found.append((first, last))
    return found


def _follow(
    steps: tuple[Step, ...], i: int, end: int, chart: Chart, known: dict[tuple[int, int], int | None]
) -> int | None:
    """Shortest end of ``steps[i:]`` from the token `end` on; what is known is not searched again."""
    if i == len(steps):
        return end
    if (i, end) in known:
        return known[i, end]
    step = steps[i]
    words, sentences = chart.word_number, chart.sentences
    sentence = sentences[end - 1]
    limit = words[end] + step.gap
    best: int | None = None
    for symbol in step.symbols:
        spans = chart.where.get(symbol)
        if spans is None:
            continue
        for k in range(bisect_left(spans, (end, 0)), len(spans)):
            first, stop = spans[k]
            if words[first] > limit or sentences[first] != sentence:
                break
            last = _follow(steps, i + 1, stop, chart, known)
            if last is not None and (best is None or last < best):
                best = last
    if best is None and step.optional:
        best = _follow(steps, i + 1, end, chart, known)
    known[i, end] = best
    return best


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of one rule with those that share a token made one."""
    out: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        if out and first < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((first, end))
    return out
