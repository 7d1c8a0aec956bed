"""One pass over a document for every pattern of every rule.

Tokens become symbols through one bounded look-up each; phrases, concepts and entities add more. A pattern is tried
only where its rarest step occurs and every other step that it needs occurs too, so the cost of a thousand
patterns that do not match is a few set tests.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

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
    needed: frozenset[int]  #: symbols of the steps that must be there
    symbols: frozenset[int]  #: of all steps
    unless: bool


class Chart:
    """Which symbols and entities stand in one document.

    Attributes
    ----------
    singles : list of frozenset of int
        Symbols that each token stands for alone.
    longer : dict of int to list of (int, int)
        Half-open spans of tokens of the symbols that several tokens stand for together.
    present : set of int
        All of them.
    word_number : list of int
        How many words stand before each token, and before the end.
    entities : list of (Entity, int, int)
        Entities with their half-open spans of tokens.
    """

    __slots__ = ("singles", "longer", "present", "word_number", "sentences", "entities", "where")

    def __init__(self, singles: list[frozenset[int]], word_number: list[int], sentences: list[int]) -> None:
        self.singles, self.word_number, self.sentences = singles, word_number, sentences
        self.longer: dict[int, list[tuple[int, int]]] = {}
        self.present: set[int] = set().union(*singles)
        self.entities: list[tuple[Entity, int, int]] = []
        self.where: dict[int, list[tuple[int, int]]] = {}

    def locate(self, wanted: set[int]) -> None:
        """Fill `where` with the spans of the symbols in `wanted`: most symbols of a text are never asked for."""
        where = self.where
        for i, symbols in enumerate(self.singles):
            for symbol in symbols & wanted:
                spans = where.get(symbol)
                if spans is None:
                    where[symbol] = [(i, i + 1)]
                else:
                    spans.append((i, i + 1))
        for symbol in self.longer.keys() & wanted:
            where[symbol] = sorted({*where.get(symbol, ()), *self.longer[symbol]})


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
                needed = frozenset(step.symbol for step in steps if not step.optional)
                every = frozenset(step.symbol for step in steps)
                patterns.append(_Pattern(number, steps, needed, every, unless))
        frequency = Counter(symbol for pattern in patterns for symbol in pattern.needed)
        # The symbol that the fewest patterns share is the rarest in running text, near enough.
        self._by_anchor: dict[int, list[_Pattern]] = defaultdict(list)
        for pattern in patterns:
            anchor = min(sorted(pattern.needed), key=frequency.__getitem__)
            self._by_anchor[anchor].append(pattern)
        self._anchors = frozenset(self._by_anchor)
        self._known_stems = frozenset(self.symbols.stems)
        self._cache: dict[str, tuple[frozenset[int], tuple[int, ...]]] = {}
        self._closure: dict[int, tuple[int, ...]] = {}  # of phrases and entities, of which there are few
        self._type = {name: self.symbols.types.get(name) for name in _TYPES}

    # -- symbols ---------------------------------------------------------------------------------------

    def _symbols_of(self, token: str) -> tuple[frozenset[int], tuple[int, ...]]:
        """Every symbol that `token` stands for alone, and those of them that may begin a phrase."""
        found: list[int] = []
        if token in self.symbols.words:
            found.append(self.symbols.words[token])
        if len(token) <= _LONGEST_STEMMED and token[0].isalpha():
            found.extend(self.symbols.stems[stem] for stem in stems(token, self._known_stems))
        if self._type["n"] is not None and is_number(token):
            found.append(self._type["n"])
        symbols = self.symbols.with_concepts(found)
        result = (frozenset(symbols), tuple(s for s in symbols if s in self.symbols.phrases))
        if len(self._cache) < _CACHE_LIMIT:
            self._cache[token] = result
        return result

    def chart(self, document: Document, entities: Sequence[Entity] = ()) -> Chart:
        """Every symbol of `document`, with the concepts and entities it stands for."""
        cache, symbols_of = self._cache, self._symbols_of
        known = [cache.get(token) or symbols_of(token) for token in document.tokens]
        word_number = [0, *accumulate(token[0].isalnum() for token in document.tokens)]
        chart = Chart([symbols for symbols, _ in known], word_number, document.sentences)
        for entity, first, end in _placed(document, entities):
            chart.entities.append((entity, first, end))
            for name in entity_types(entity):
                symbol = self._type.get(name)
                if symbol is not None:
                    self._add(chart, symbol, (first, end))
        for i, (_, heads) in enumerate(known):
            for head in heads:
                self._add_phrases(chart, head, i)
        return chart

    def _add(self, chart: Chart, symbol: int, span: tuple[int, int]) -> None:
        """Note a symbol that several tokens stand for together, and its concepts."""
        names = self._closure.get(symbol)
        if names is None:
            names = self._closure[symbol] = self.symbols.with_concepts((symbol,))
        for name in names:
            chart.longer.setdefault(name, []).append(span)
            chart.present.add(name)

    def _add_phrases(self, chart: Chart, head: int, at: int) -> None:
        """Note the phrases that begin with the symbol `head` at token `at`."""
        singles = chart.singles
        if at + 1 >= len(singles):
            return
        by_second = self.symbols.phrases[head]
        for second in by_second.keys() & singles[at + 1]:
            for rest, phrase in by_second[second]:
                end = at + 2 + len(rest)
                if end <= len(singles) and all(s in singles[at + 2 + k] for k, s in enumerate(rest)):
                    self._add(chart, phrase, (at, end))

    # -- patterns --------------------------------------------------------------------------------------

    def find(self, chart: Chart) -> list[Hit]:
        """Matches in reading order; overlapping matches of one rule are joined."""
        present = chart.present
        possible: list[_Pattern] = []
        wanted: set[int] = set()
        for symbol in self._anchors & present:
            for pattern in self._by_anchor[symbol]:
                if pattern.needed <= present:
                    possible.append(pattern)
                    wanted |= pattern.symbols
        chart.locate(wanted)
        hits: dict[int, list[tuple[int, int]]] = {}
        against: dict[int, set[int]] = {}
        for pattern in possible:
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


def _placed(document: Document, entities: Sequence[Entity]) -> list[tuple[Entity, int, int]]:
    """Entities with the half-open spans of the tokens they touch."""
    if not entities:
        return []
    starts, ends = document.starts, document.ends
    if not document.offsets.is_identity:
        spans = [document.token_span(i, i) for i in range(len(document.tokens))]
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
    spans_of = ((entity, bisect_right(ends, entity.start), bisect_left(starts, entity.end)) for entity in entities)
    return [(entity, first, end) for entity, first, end in spans_of if first < end]


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
    starts = chart.where[steps[0].symbol]
    if len(steps) == 1:
        return starts
    known: dict[tuple[int, int], int | None] = {}
    found = []
    for first, end in starts:
        last = _follow(steps, 1, end, chart, known)
        if last is not None:
            found.append((first, last))
    return found


def _follow(
    steps: tuple[Step, ...], i: int, end: int, chart: Chart, known: dict[tuple[int, int], int | None]
) -> int | None:
    """Shortest end of ``steps[i:]`` from the token `end` on; what is known is not searched again."""
    if (i, end) in known:
        return known[i, end]
    step = steps[i]
    is_last = i + 1 == len(steps)
    best: int | None = None
    spans = chart.where.get(step.symbol)
    if spans is not None and spans[-1][0] >= end:
        words, sentences = chart.word_number, chart.sentences
        sentence = sentences[end - 1]
        limit = words[end] + step.gap
        for k in range(bisect_left(spans, (end, 0)), len(spans)):
            first, stop = spans[k]
            if words[first] > limit or sentences[first] != sentence:
                break
            last = stop if is_last else _follow(steps, i + 1, stop, chart, known)
            if last is not None and (best is None or last < best):
                best = last
    if best is None and step.optional:
        best = end if is_last else _follow(steps, i + 1, end, chart, known)
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
