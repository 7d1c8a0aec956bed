"""One pass over a document for every pattern of every rule.

Each token stands for a number of symbols, looked up once a word; phrases and entities add more. Which
patterns may match in a sentence is then a few operations on long integers, in which every pattern has a bit:
a word tells in which patterns it can be the first, second or third step that is needed. A pattern is tried
only where these steps stand in that order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import compress, islice
from operator import attrgetter, getitem, itemgetter, or_
from typing import NamedTuple

from ..text.document import Document
from ..types import Entity
from .chart import Chart, Followed, Meaning, Meanings, Phrase
from .morphology import stems
from .pattern import Step, Symbols, compile_pattern, is_number
from .stretch import Span, Stretch, joined, matches

_LONGEST_STEMMED = 40

_bits, _with_next, _first = attrgetter("bits"), attrgetter("with_next"), itemgetter(0)


class Hit(NamedTuple):
    """A rule that matched the tokens `first` to `last`, both included."""

    rule: str
    first: int
    last: int


_reading_order = attrgetter("first", "last", "rule")


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: str
    steps: tuple[Step, ...]
    needed: tuple[int, ...]  #: symbols of the steps that must be there


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
        compiled: list[tuple[_Pattern, bool]] = []
        for rule, wanted, unwanted in rules:
            compiled += ((self._compile(rule, text), True) for text in wanted)
            compiled += ((self._compile(rule, text), False) for text in unwanted)
        # Long patterns first: the integers that tell of second and third steps are shorter then.
        compiled.sort(key=lambda pair: -len(pair[0].needed))
        self._patterns = [pattern for pattern, _ in compiled]
        self._wanted = 0  # bits of the patterns that are no counter patterns
        self._against: defaultdict[str, int] = defaultdict(int)  # of the counter patterns of each rule
        self._shorter = [0, 0, 0]  # of the patterns that need no first, second, third step
        self._bits: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])  # by symbol and place
        for number, (pattern, is_wanted) in enumerate(compiled):
            bit = 1 << number
            if is_wanted:
                self._wanted |= bit
            else:
                self._against[pattern.rule] |= bit
            for place in range(3):
                if place < len(pattern.needed):
                    self._bits[pattern.needed[place]][place] |= bit
                else:
                    self._shorter[place] |= bit
        self._asked = frozenset(step.symbol for pattern in self._patterns for step in pattern.steps)
        self._parts = self.symbols.parts()
        self._known_stems = frozenset(self.symbols.stems)
        self._meanings: dict[tuple[int, ...], Meaning] = {}
        self._of_token = Meanings(self._meaning_of)
        # What begins no phrase shares one table, with an empty entry for each meaning.
        self._nothing_begun: dict[Meaning, tuple[Phrase, ...]] = defaultdict(tuple)

    def _compile(self, rule: str, text: str) -> _Pattern:
        steps = compile_pattern(text, self.symbols, rule)
        needed = tuple(step.symbol for step in steps if not step.optional)
        return _Pattern(rule, steps, needed)

    # -- symbols ---------------------------------------------------------------------------------------

    def _meaning(self, symbols: tuple[int, ...]) -> Meaning:
        """The meaning of what stands for `symbols`; the many words that stand for the same share it."""
        meaning = self._meanings.get(symbols)
        if meaning is None:
            every = self.symbols.with_concepts(symbols)
            begun: dict[int, list[tuple[tuple[int, ...], int]]] = {}
            for symbol in every:
                for second, phrases in self.symbols.phrases.get(symbol, {}).items():
                    begun.setdefault(second, []).extend(phrases)
            places = zip(*(self._bits[symbol] for symbol in every if symbol in self._bits), strict=True)
            meaning = self._meanings[symbols] = Meaning(
                symbols=self._asked.intersection(every),
                bits=tuple(reduce(or_, bits) for bits in places),
                parts=tuple(self._parts.intersection(every)),
                with_next=Followed(begun, self._meaning) if begun else self._nothing_begun,
            )
        return meaning

    def _meaning_of(self, token: str) -> Meaning:
        """What `token` stands for alone."""
        found: list[int] = []
        if token in self.symbols.words:
            found.append(self.symbols.words[token])
        if len(token) <= _LONGEST_STEMMED and token[0].isalpha():
            found.extend(self.symbols.stems[stem] for stem in stems(token, self._known_stems))
        if "n" in self.symbols.types and is_number(token):
            found.append(self.symbols.types["n"])
        return self._meaning(tuple(found))

    def chart(self, document: Document, entities: Sequence[Entity] = ()) -> Chart:
        """What the tokens of `document` stand for, with the phrases and entities among them."""
        tokens = document.tokens
        meanings = list(map(self._of_token.__getitem__, tokens))
        chart = Chart(document, meanings)
        longer = chart.longer
        pairs = list(map(getitem, map(_with_next, meanings), islice(meanings, 1, None)))
        for at in compress(range(len(pairs)), pairs):
            for rest, phrase in pairs[at]:
                if not rest or _stand(rest, meanings, at + 2):
                    longer.append((at, at + 2 + len(rest), phrase))
        types = self.symbols.types
        for entity, first, end in _placed(document, entities):
            chart.entities.append((entity, first, end))
            for name in entity_types(entity):
                if name in types:
                    longer.append((first, end, self._meaning((types[name],))))
        longer.sort(key=_first)
        return chart

    # -- patterns --------------------------------------------------------------------------------------

    def find(self, chart: Chart) -> list[Hit]:
        """Matches in reading order; overlapping matches of one rule are joined."""
        found: list[Hit] = []
        sentences, longer, meanings = chart.sentences, chart.longer, chart.meanings
        bits = list(map(_bits, meanings))
        _, no_second, no_third = self._shorter
        end = k = 0
        while end < len(sentences):
            # A stretch that no match leaves: a sentence, or those that a phrase or an entity reaches into.
            first, begun_at = end, k
            end = bisect_right(sentences, sentences[first], first)
            while k < len(longer) and longer[k][0] < end:
                if longer[k][1] > end:
                    end = bisect_right(sentences, sentences[longer[k][1] - 1], end)
                k += 1
            there = bits[first:end]
            within = longer[begun_at:k]
            for begin, _, meaning in reversed(within):  # each stands before the token it begins with
                there.insert(begin - first, meaning.bits)
            begun = second = third = 0  # patterns of which so many needed steps were seen in their order
            for as_first, as_second, as_third in filter(None, there):
                third |= as_third & second
                second |= as_second & begun
                begun |= as_first
            possible = begun & (second | no_second) & (third | no_third)
            if wanted := possible & self._wanted:
                stretch = Stretch(chart, first, end, within)
                self._find_in(stretch, wanted, possible, found)
        found.sort(key=_reading_order)
        return found

    def _find_in(self, stretch: Stretch, wanted: int, possible: int, found: list[Hit]) -> None:
        """Add the matches in a stretch of the patterns with the bits `wanted` of all that are `possible`."""
        sentences = stretch.sentences
        for rule, kept in self._spans(wanted, stretch).items():
            against = possible & self._against.get(rule, 0)
            if against:
                withdrawn = self._spans(against, stretch).get(rule, ())
                excluded = {sentences[begin] for begin, _ in withdrawn}
                kept = [span for span in kept if sentences[span[0]] not in excluded]
            found.extend(Hit(rule, begin, stop - 1) for begin, stop in joined(kept))

    def _spans(self, bits: int, stretch: Stretch) -> dict[str, list[Span]]:
        """Spans in a stretch of the patterns with these bits, by rule."""
        spans: dict[str, list[Span]] = {}
        while bits:
            number = bits.bit_length() - 1
            bits ^= 1 << number
            pattern = self._patterns[number]
            if found := matches(pattern.steps, stretch):
                spans.setdefault(pattern.rule, []).extend(found)
        return spans


def _stand(parts: Sequence[int], meanings: Sequence[Meaning], at: int) -> bool:
    """Whether the meanings from `at` on stand for the parts of a phrase, one for each."""
    if at + len(parts) > len(meanings):
        return False
    for place, part in enumerate(parts, at):  # spelled out: all() of a generator takes twice as long
        if part not in meanings[place].parts:
            return False
    return True


def _placed(document: Document, entities: Sequence[Entity]) -> Iterator[tuple[Entity, int, int]]:
    """Entities with the half-open spans of the tokens they touch."""
    starts: Sequence[int] = document.starts
    ends: Sequence[int] = document.ends
    start_of = end_of = None
    if not document.offsets.is_identity:
        starts = ends = range(len(document.tokens))
        start_of, end_of = (lambda i: document.token_span(i, i)[0]), (lambda i: document.token_span(i, i)[1])
    for entity in entities:
        first = bisect_right(ends, entity.start, key=end_of)
        end = bisect_left(starts, entity.end, key=start_of)
        if first < end:
            yield entity, first, end


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
        is_minors = (low is not None and low < 18) or (high is not None and high < 18)
        return ("age", "minor") if is_minors else ("age",)
    return {"date": ("day",), "licence": ("licence",), "document": ("doc",)}.get(kind, ())


def with_joined(hits: list[Hit], more: list[Hit]) -> list[Hit]:
    """Both lists in reading order, with the hits of a rule of `more` that overlap made one."""
    if not more:
        return hits
    rules = {hit.rule for hit in more}
    out = [hit for hit in hits if hit.rule not in rules]
    for rule in sorted(rules):
        spans = [(hit.first, hit.last + 1) for hit in (*hits, *more) if hit.rule == rule]
        out.extend(Hit(rule, first, end - 1) for first, end in joined(spans))
    out.sort(key=_reading_order)
    return out
