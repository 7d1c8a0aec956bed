"""One pass over a document for every pattern of every rule.

Each token stands for a number of symbols, looked up once a word; phrases and entities add more. Which
patterns may match in a sentence is then a few operations on long integers, in which every pattern has a bit:
a word tells in which patterns it can be the first, second or third step that is needed. A pattern is tried
only where these steps stand in that order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, pairwise
from operator import attrgetter, itemgetter, or_
from typing import NamedTuple

from ..text.document import Document
from ..types import Entity
from .morphology import stems
from .pattern import Step, Symbols, compile_pattern, is_number

_CACHE_LIMIT = 200_000  # distinct words remembered; hostile text must not fill the memory
_LONGEST_STEMMED = 40

Span = tuple[int, int]  #: tokens, half-open
_first = itemgetter(0)


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


@dataclass(eq=False, slots=True)
class _Meaning:
    """What a token, a phrase or an entity stands for; words that stand for the same share one."""

    symbols: frozenset[int]  #: those that some pattern asks for
    #: the patterns of which it can be the first, second and third needed step; empty where of none
    bits: tuple[int, ...]
    parts: tuple[int, ...]  #: symbols that stand in a phrase, but not first
    #: phrases that may begin here, by their second symbol: the symbols of the other words, that of the phrase
    begun: Mapping[int, Sequence[tuple[tuple[int, ...], int]]]
    #: the phrases whose first two words it and another make: the symbols of their other words, their meaning
    with_next: dict[_Meaning, tuple[tuple[tuple[int, ...], _Meaning], ...]]


_bits = attrgetter("bits")
_Longer = tuple[int, int, _Meaning]  #: what several tokens stand for together, with their half-open span


class Chart:
    """What the tokens of one document stand for, alone and together.

    Attributes
    ----------
    meanings : list of _Meaning
        Of each token.
    longer : list of (int, int, _Meaning)
        Phrases and entities in reading order.
    word_number : list of int
        How many words stand before each token, and before the end.
    sentences : list of int
        Number of the sentence of each token.
    entities : list of (Entity, int, int)
        Entities with their half-open spans of tokens.
    """

    __slots__ = ("meanings", "longer", "word_number", "sentences", "entities")

    def __init__(self, document: Document, meanings: list[_Meaning]) -> None:
        self.meanings, self.sentences = meanings, document.sentences
        self.word_number = [0, *accumulate(map(str.isalnum, map(_first, document.tokens)))]
        self.longer: list[_Longer] = []
        self.entities: list[tuple[Entity, int, int]] = []


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
        self._meanings: dict[tuple[int, ...], _Meaning] = {}
        self._of_token: dict[str, _Meaning] = {}
        self._pairs = 0  # of meanings that were seen side by side

    def _compile(self, rule: str, text: str) -> _Pattern:
        steps = compile_pattern(text, self.symbols, rule)
        needed = tuple(step.symbol for step in steps if not step.optional)
        return _Pattern(rule, steps, needed)

    # -- symbols ---------------------------------------------------------------------------------------

    def _meaning(self, symbols: tuple[int, ...]) -> _Meaning:
        """The meaning of what stands for `symbols`; the many words that stand for the same share it."""
        meaning = self._meanings.get(symbols)
        if meaning is None:
            every = self.symbols.with_concepts(symbols)
            begun: dict[int, list[tuple[tuple[int, ...], int]]] = {}
            for symbol in every:
                for second, phrases in self.symbols.phrases.get(symbol, {}).items():
                    begun.setdefault(second, []).extend(phrases)
            places = zip(*(self._bits[symbol] for symbol in every if symbol in self._bits), strict=True)
            meaning = self._meanings[symbols] = _Meaning(
                symbols=self._asked.intersection(every),
                bits=tuple(reduce(or_, bits) for bits in places),
                parts=tuple(self._parts.intersection(every)),
                begun=begun,
                with_next={},
            )
        return meaning

    def _meaning_of(self, token: str) -> _Meaning:
        """What `token` stands for alone."""
        found: list[int] = []
        if token in self.symbols.words:
            found.append(self.symbols.words[token])
        if len(token) <= _LONGEST_STEMMED and token[0].isalpha():
            found.extend(self.symbols.stems[stem] for stem in stems(token, self._known_stems))
        if "n" in self.symbols.types and is_number(token):
            found.append(self.symbols.types["n"])
        meaning = self._meaning(tuple(found))
        if len(self._of_token) < _CACHE_LIMIT:
            self._of_token[token] = meaning
        return meaning

    def chart(self, document: Document, entities: Sequence[Entity] = ()) -> Chart:
        """What the tokens of `document` stand for, with the phrases and entities among them."""
        tokens = document.tokens
        meanings = list(map(self._of_token.get, tokens))
        if None in meanings:
            meaning_of = self._meaning_of
            meanings = [there or meaning_of(token) for there, token in zip(meanings, tokens, strict=True)]
        chart = Chart(document, meanings)  # type: ignore[arg-type]
        longer = chart.longer
        for at, (meaning, following) in enumerate(pairwise(meanings)):
            if meaning.begun:
                phrases = meaning.with_next.get(following)
                if phrases is None:
                    phrases = self._phrases(meaning, following)
                for rest, phrase in phrases:
                    end = at + 2 + len(rest)
                    if not rest or _stand(rest, meanings[at + 2 : end]):
                        longer.append((at, end, phrase))
        types = self.symbols.types
        for entity, first, end in _placed(document, entities):
            chart.entities.append((entity, first, end))
            for name in entity_types(entity):
                if name in types:
                    longer.append((first, end, self._meaning((types[name],))))
        longer.sort(key=_first)
        return chart

    def _phrases(
        self, meaning: _Meaning, following: _Meaning
    ) -> tuple[tuple[tuple[int, ...], _Meaning], ...]:
        """The phrases that may begin where a word of `meaning` stands before one of `following`."""
        begun = meaning.begun
        phrases = tuple(
            (rest, self._meaning((phrase,)))
            for second in following.parts
            if second in begun
            for rest, phrase in begun[second]
        )
        if self._pairs < _CACHE_LIMIT:
            self._pairs += 1
            meaning.with_next[following] = phrases
        return phrases

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
                stretch = _Stretch(chart, first, end, within)
                self._find_in(stretch, wanted, possible, found)
        found.sort(key=_reading_order)
        return found

    def _find_in(self, stretch: _Stretch, wanted: int, possible: int, found: list[Hit]) -> None:
        """Add the matches in a stretch of the patterns with the bits `wanted` of all that are `possible`."""
        sentences = stretch.chart.sentences
        for rule, kept in self._spans(wanted, stretch).items():
            against = possible & self._against.get(rule, 0)
            if against:
                withdrawn = self._spans(against, stretch).get(rule, ())
                excluded = {sentences[begin] for begin, _ in withdrawn}
                kept = [span for span in kept if sentences[span[0]] not in excluded]
            found.extend(Hit(rule, begin, stop - 1) for begin, stop in joined(kept))

    def _spans(self, bits: int, stretch: _Stretch) -> dict[str, list[Span]]:
        """Spans in a stretch of the patterns with these bits, by rule."""
        spans: dict[str, list[Span]] = {}
        while bits:
            number = bits.bit_length() - 1
            bits ^= 1 << number
            pattern = self._patterns[number]
            if found := _matches(pattern.steps, stretch):
                spans.setdefault(pattern.rule, []).extend(found)
        return spans


class _Stretch:
    """Tokens that no match leaves, and where in them symbols stand."""

    __slots__ = ("chart", "_first", "_symbols", "_longer", "_where")

    def __init__(self, chart: Chart, first: int, end: int, longer: list[_Longer]) -> None:
        self.chart, self._first, self._longer = chart, first, longer
        self._symbols = [meaning.symbols for meaning in chart.meanings[first:end]]
        self._where: dict[int, list[Span]] = {}

    def spans(self, symbol: int) -> list[Span]:
        """The half-open spans of tokens that stand for `symbol`, in reading order."""
        where = self._where.get(symbol)
        if where is None:
            alone = [i for i, symbols in enumerate(self._symbols, self._first) if symbol in symbols]
            where = [(i, i + 1) for i in alone]
            together = [(begin, end) for begin, end, meaning in self._longer if symbol in meaning.symbols]
            if together:
                where = sorted({*where, *together})
            self._where[symbol] = where
        return where


def _stand(parts: Sequence[int], meanings: Sequence[_Meaning]) -> bool:
    """Whether each of `meanings` stands for its part of a phrase."""
    return len(parts) == len(meanings) and all(
        part in meaning.parts for part, meaning in zip(parts, meanings, strict=True)
    )


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


def _matches(steps: tuple[Step, ...], stretch: _Stretch) -> list[Span]:
    """Every way to begin the pattern, each with its shortest end."""
    starts = stretch.spans(steps[0].symbol)
    if len(steps) == 1:
        return starts
    known: dict[Span, int | None] = {}
    found = []
    for first, end in starts:
        last = _follow(steps, 1, end, stretch, known)
        if last is not None:
            found.append((first, last))
    return found


def _follow(
    steps: tuple[Step, ...], i: int, end: int, stretch: _Stretch, known: dict[Span, int | None]
) -> int | None:
    """Shortest end of ``steps[i:]`` from the token `end` on; what is known is not searched again."""
    if (i, end) in known:
        return known[i, end]
    step = steps[i]
    is_last = i + 1 == len(steps)
    best: int | None = None
    spans = stretch.spans(step.symbol)
    if spans and spans[-1][0] >= end:
        words, sentences = stretch.chart.word_number, stretch.chart.sentences
        sentence = sentences[end - 1]
        limit = words[end] + step.gap
        for k in range(bisect_left(spans, (end, 0)), len(spans)):
            first, stop = spans[k]
            if words[first] > limit or sentences[first] != sentence:
                break
            last = stop if is_last else _follow(steps, i + 1, stop, stretch, known)
            if last is not None and (best is None or last < best):
                best = last
    if best is None and step.optional:
        best = end if is_last else _follow(steps, i + 1, end, stretch, known)
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
    out.sort(key=_reading_order)
    return out
