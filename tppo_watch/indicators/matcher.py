"""One pass over a document for every pattern of every rule.

Tokens become symbols through one bounded look-up each; phrases, concepts and entities add more. A pattern is tried
only where its rarest step occurs and every other step that it needs occurs too, so the cost of a thousand
patterns that do not match is a few set tests.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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
    needed: frozenset[int]  #: symbols of the steps that have one and must be there
    choices: tuple[frozenset[int], ...]  #: of the other steps that must be there: one of each
    unless: bool


class Chart:
    """Where each symbol and entity stands in one document, as half-open spans of tokens."""

    __slots__ = ("where", "word_number", "sentences", "entities")

    def __init__(
        self,
        where: dict[int, list[tuple[int, int]]],
        word_number: list[int],
        sentences: list[int],
        entities: list[tuple[Entity, int, int]],
    ) -> None:
        self.where, self.word_number, self.sentences, self.entities = where, word_number, sentences, entities


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
                must = [step.symbols for step in steps if not step.optional]
                needed = frozenset(s for symbols in must if len(symbols) == 1 for s in symbols)
                choices = tuple(symbols for symbols in must if len(symbols) > 1)
                patterns.append(_Pattern(number, steps, needed, choices, unless))
        frequency: dict[int, int] = defaultdict(int)
        for pattern in patterns:
            for symbols in (pattern.needed, *pattern.choices):
                for symbol in symbols:
                    frequency[symbol] += 1
        # The step whose symbols the fewest patterns share is the rarest in running text, near enough.
        self._by_anchor: dict[int, list[_Pattern]] = defaultdict(list)
        for pattern in patterns:
            steps_of = [frozenset((s,)) for s in pattern.needed] + list(pattern.choices)
            for symbol in min(steps_of, key=lambda symbols: sum(frequency[s] for s in symbols)):
                self._by_anchor[symbol].append(pattern)
        self._known_stems = frozenset(self.symbols.stems)
        self._cache: dict[str, tuple[tuple[int, ...], frozenset[int]]] = {}
        self._type = {name: self.symbols.types.get(name) for name in _TYPES}

    # -- symbols ---------------------------------------------------------------------------------------

    def _symbols_of(self, token: str) -> tuple[tuple[int, ...], frozenset[int]]:
        """Every symbol that `token` stands for alone, in a fixed order and as a set."""
        found: list[int] = []
        if token in self.symbols.words:
            found.append(self.symbols.words[token])
        if len(token) <= _LONGEST_STEMMED and token[0].isalpha():
            found.extend(self.symbols.stems[stem] for stem in stems(token, self._known_stems))
        if self._type["n"] is not None and is_number(token):
            found.append(self._type["n"])
        symbols = self.symbols.with_concepts(found)
        result = (symbols, frozenset(symbols))
        if len(self._cache) < _CACHE_LIMIT:
            self._cache[token] = result
        return result

    def chart(self, document: Document, entities: Sequence[Entity] = ()) -> Chart:
        """Every symbol of `document`, with the concepts and entities it stands for."""
        where: dict[int, list[tuple[int, int]]] = {}
        word_number: list[int] = []
        count = 0
        cache, symbols_of = self._cache, self._symbols_of
        singles: list[frozenset[int]] = []
        for i, token in enumerate(document.tokens):
            word_number.append(count)
            if token[0].isalnum():
                count += 1
            symbols, as_set = cache.get(token) or symbols_of(token)
            singles.append(as_set)
            span = (i, i + 1)
            for symbol in symbols:
                spans = where.get(symbol)
                if spans is None:
                    where[symbol] = [span]
                else:
                    spans.append(span)
        word_number.append(count)
        placed = self._add_entities(where, document, entities) if entities else []
        self._add_phrases(where, singles)
        return Chart(where, word_number, document.sentences, placed)

    def _add(self, where: dict[int, list[tuple[int, int]]], symbol: int, span: tuple[int, int]) -> None:
        """Note a symbol of several tokens, and its concepts, keeping spans in order and single."""
        for name in self.symbols.with_concepts((symbol,)):
            spans = where.setdefault(name, [])
            at = bisect_left(spans, span)
            if at == len(spans) or spans[at] != span:
                spans.insert(at, span)

    def _add_entities(
        self, where: dict[int, list[tuple[int, int]]], document: Document, entities: Sequence[Entity]
    ) -> list[tuple[Entity, int, int]]:
        starts, ends = document.starts, document.ends
        if not document.offsets.is_identity:
            spans = [document.token_span(i, i) for i in range(len(document.tokens))]
            starts, ends = [start for start, _ in spans], [end for _, end in spans]
        placed = []
        for entity in entities:
            first = bisect_right(ends, entity.start)
            end = bisect_left(starts, entity.end)
            if end <= first:
                continue
            placed.append((entity, first, end))
            for name in entity_types(entity):
                symbol = self._type.get(name)
                if symbol is not None:
                    self._add(where, symbol, (first, end))
        return placed

    def _add_phrases(self, where: dict[int, list[tuple[int, int]]], singles: list[frozenset[int]]) -> None:
        phrases = self.symbols.phrases
        size = len(singles)
        for first in [s for s in where if s in phrases]:
            by_second = phrases[first]
            for begin, end in list(where[first]):
                if end >= size:
                    continue
                for second in singles[end]:
                    for rest, phrase in by_second.get(second, ()):
                        stop = end + 1 + len(rest)
                        if stop <= size and all(s in singles[end + 1 + k] for k, s in enumerate(rest)):
                            self._add(where, phrase, (begin, stop))

    # -- patterns --------------------------------------------------------------------------------------

    def find(self, chart: Chart) -> list[Hit]:
        """Matches in reading order; overlapping matches of one rule are joined."""
        where = chart.where
        hits: dict[int, list[tuple[int, int]]] = {}
        against: dict[int, set[int]] = {}
        present = set(where)  # not the view of keys: `isdisjoint` would walk all of it
        tried: set[int] = set()
        for symbol in where:
            for pattern in self._by_anchor.get(symbol, ()):
                if not pattern.needed <= present or id(pattern) in tried:
                    continue
                tried.add(id(pattern))
                if all(not symbols.isdisjoint(present) for symbols in pattern.choices):
                    for first, end in _spans(pattern.steps, chart):
                        if pattern.unless:
                            against.setdefault(pattern.rule, set()).add(chart.sentences[first])
                        else:
                            hits.setdefault(pattern.rule, []).append((first, end))
        found: list[Hit] = []
        for rule, spans in hits.items():
            blocked = against.get(rule, ())
            kept = [span for span in spans if chart.sentences[span[0]] not in blocked]
            found.extend(Hit(self.rules[rule], first, end - 1) for first, end in joined(kept))
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
    starts = _spans_of(steps[0], chart.where)
    if len(steps) == 1:
        return starts
    known: dict[tuple[int, int], int | None] = {}
    found = []
    for first, end in starts:
        last = _follow(steps, 1, end, chart, known)
        if last is not None:
            found.append((first, last))
    return found


def _spans_of(step: Step, where: dict[int, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Where any symbol of a step stands, in order."""
    lists = [where[symbol] for symbol in step.symbols if symbol in where]
    if len(lists) == 1:
        return lists[0]
    return sorted({span for spans in lists for span in spans})


def _follow(
    steps: tuple[Step, ...], i: int, end: int, chart: Chart, known: dict[tuple[int, int], int | None]
) -> int | None:
    """Shortest end of ``steps[i:]`` from the token `end` on; what is known is not searched again."""
    if i == len(steps):
        return end
    if (i, end) in known:
        return known[i, end]
    step = steps[i]
    where, words, sentences = chart.where, chart.word_number, chart.sentences
    sentence = sentences[end - 1]
    limit = words[end] + step.gap
    best: int | None = None
    for symbol in step.symbols:
        spans = where.get(symbol)
        if spans is None or spans[-1][0] < end:
            continue
        for k in range(bisect_left(spans, (end, 0)), len(spans)):
            first, stop = spans[k]
            if words[first] > limit or sentences[first] != sentence:
                break
            last = stop if i + 1 == len(steps) else _follow(steps, i + 1, stop, chart, known)
            if last is not None and (best is None or last < best):
                best = last
    if best is None and step.optional:
        best = _follow(steps, i + 1, end, chart, known)
    known[i, end] = best
    return best


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of one rule with those that share a token made one."""
    out: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        if out and first < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((first, end))
    return out


def with_joined(hits: list[Hit], more: list[Hit]) -> list[Hit]:
    """Both lists in reading order, with the hits of a rule of `more` that overlap made one."""
    if not more:
        return hits
    rules = {hit.rule for hit in more}
    out = [hit for hit in hits if hit.rule not in rules]
    for rule in sorted(rules):
        spans = [(hit.first, hit.last + 1) for hit in (*hits, *more) if hit.rule == rule]
        out.extend(Hit(rule, first, end - 1) for first, end in joined(spans))
    out.sort(key=lambda hit: (hit.first, hit.last, hit.rule))
    return out
