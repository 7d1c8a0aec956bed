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

from ..text.document import Document
from ..types import Entity
from .morphology import stems
from .pattern import Step, Symbols, compile_pattern, is_number

_CACHE_LIMIT = 200_000  # distinct words remembered; hostile text must not fill the memory
_LONGEST_STEMMED = 40

Span = tuple[int, int]  #: tokens, half-open
_first = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Hit:
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
    symbols: frozenset[int]  #: of all steps


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a token, a phrase or an entity stands for."""

    symbols: frozenset[int]  #: those that some pattern asks for
    #: the patterns of which it can be the first, second and third needed step; empty where of none
    bits: tuple[int, ...]
    parts: tuple[int, ...]  #: symbols that stand in a phrase, but not first
    #: phrases that may begin here, by their second symbol: the symbols of the other words, that of the phrase
    begun: Mapping[int, Sequence[tuple[tuple[int, ...], int]]]


_bits, _symbols = attrgetter("bits"), attrgetter("symbols")
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

    def stretches(self) -> Iterator[tuple[int, int, list[_Longer]]]:
        """Half-open runs of tokens that no match leaves, with what is longer in them.

        They are the sentences; those that a phrase or an entity reaches into are one.
        """
        sentences, longer = self.sentences, self.longer
        end = k = 0
        while end < len(sentences):
            first, begun = end, k
            end = bisect_right(sentences, sentences[first], first)
            while k < len(longer) and longer[k][0] < end:
                if longer[k][1] > end:
                    end = bisect_right(sentences, sentences[longer[k][1] - 1], end)
                k += 1
            yield first, end, longer[begun:k]


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
        self._asked = frozenset(symbol for pattern in self._patterns for symbol in pattern.symbols)
        self._parts = self.symbols.parts()
        self._known_stems = frozenset(self.symbols.stems)
        self._meanings: dict[tuple[int, ...], _Meaning] = {}
        self._of_token: dict[str, _Meaning] = {}

    def _compile(self, rule: str, text: str) -> _Pattern:
        steps = compile_pattern(text, self.symbols, rule)
        needed = tuple(step.symbol for step in steps if not step.optional)
        return _Pattern(rule, steps, needed, frozenset(step.symbol for step in steps))

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
        known, meaning_of = self._of_token, self._meaning_of
        meanings = [known.get(token) or meaning_of(token) for token in document.tokens]
        chart = Chart(document, meanings)
        for i, (meaning, following) in enumerate(pairwise(meanings)):
            if meaning.begun:
                for second in following.parts:
                    if second in meaning.begun:
                        self._add_phrases(chart, i, meaning.begun[second])
        types = self.symbols.types
        for entity, first, end in _placed(document, entities):
            chart.entities.append((entity, first, end))
            for name in entity_types(entity):
                if name in types:
                    chart.longer.append((first, end, self._meaning((types[name],))))
        chart.longer.sort(key=_first)
        return chart

    def _add_phrases(self, chart: Chart, at: int, phrases: Sequence[tuple[tuple[int, ...], int]]) -> None:
        """Note those of `phrases` that stand at token `at`; of all the first two words do."""
        meanings, behind = chart.meanings, at + 2
        for rest, phrase in phrases:
            end = behind
            for part in rest:
                if end == len(meanings) or part not in meanings[end].parts:
                    break
                end += 1
            else:
                chart.longer.append((at, end, self._meaning((phrase,))))

    # -- patterns --------------------------------------------------------------------------------------

    def find(self, chart: Chart) -> list[Hit]:
        """Matches in reading order; overlapping matches of one rule are joined."""
        found: list[Hit] = []
        for first, end, longer in chart.stretches():
            meanings = chart.meanings[first:end]
            possible = self._possible(first, meanings, longer)
            if not possible & self._wanted:
                continue
            spans = self._spans(possible & self._wanted, chart, first, meanings, longer)
            for rule, kept in spans.items():
                against = possible & self._against.get(rule, 0)
                if against:
                    withdrawn = self._spans(against, chart, first, meanings, longer).get(rule, ())
                    sentences = {chart.sentences[begin] for begin, _ in withdrawn}
                    kept = [span for span in kept if chart.sentences[span[0]] not in sentences]
                found.extend(Hit(rule, begin, stop - 1) for begin, stop in joined(kept))
        found.sort(key=_reading_order)
        return found

    def _possible(self, first: int, meanings: list[_Meaning], longer: list[_Longer]) -> int:
        """Bits of the patterns whose first needed steps stand in a stretch in their order."""
        bits = list(map(_bits, meanings))
        there = []
        done = 0
        for begin, _, meaning in longer:  # each stands before the token it begins with
            there += bits[done : begin - first]
            there.append(meaning.bits)
            done = begin - first
        there += bits[done:]
        begun = second = third = 0  # patterns of which so many steps were seen
        for as_first, as_second, as_third in filter(None, there):
            third |= as_third & second
            second |= as_second & begun
            begun |= as_first
        _, no_second, no_third = self._shorter
        return begun & (second | no_second) & (third | no_third)

    def _spans(
        self, bits: int, chart: Chart, first: int, meanings: list[_Meaning], longer: list[_Longer]
    ) -> dict[str, list[Span]]:
        """Spans of the patterns with these bits, by rule, in a stretch that begins at token `first`."""
        patterns = []
        while bits:
            number = bits.bit_length() - 1
            bits ^= 1 << number
            patterns.append(self._patterns[number])
        where = _located(patterns, first, meanings, longer)
        spans: dict[str, list[Span]] = {}
        for pattern in patterns:
            found = _matches(pattern.steps, chart, where)
            if found:
                spans.setdefault(pattern.rule, []).extend(found)
        return spans


def _located(
    patterns: list[_Pattern], first: int, meanings: list[_Meaning], longer: list[_Longer]
) -> Mapping[int, list[Span]]:
    """Where in a stretch every symbol stands that one of `patterns` asks for."""
    wanted = set().union(*[pattern.symbols for pattern in patterns])
    where: defaultdict[int, list[Span]] = defaultdict(list)
    for i, there in enumerate(map(wanted.intersection, map(_symbols, meanings)), first):
        for symbol in there:
            where[symbol].append((i, i + 1))
    together = set()
    for begin, end, meaning in longer:
        for symbol in meaning.symbols & wanted:
            where[symbol].append((begin, end))
            together.add(symbol)
    for symbol in together:
        where[symbol] = sorted(set(where[symbol]))
    return where


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


def _matches(steps: tuple[Step, ...], chart: Chart, where: Mapping[int, list[Span]]) -> list[Span]:
    """Every way to begin the pattern, each with its shortest end."""
    starts = where[steps[0].symbol]
    if len(steps) == 1:
        return starts
    known: dict[Span, int | None] = {}
    found = []
    for first, end in starts:
        last = _follow(steps, 1, end, chart, where, known)
        if last is not None:
            found.append((first, last))
    return found


def _follow(
    steps: tuple[Step, ...],
    i: int,
    end: int,
    chart: Chart,
    where: Mapping[int, list[Span]],
    known: dict[Span, int | None],
) -> int | None:
    """Shortest end of ``steps[i:]`` from the token `end` on; what is known is not searched again."""
    if (i, end) in known:
        return known[i, end]
    step = steps[i]
    is_last = i + 1 == len(steps)
    best: int | None = None
    spans = where.get(step.symbol)
    if spans is not None and spans[-1][0] >= end:
        words, sentences = chart.word_number, chart.sentences
        sentence = sentences[end - 1]
        limit = words[end] + step.gap
        for k in range(bisect_left(spans, (end, 0)), len(spans)):
            first, stop = spans[k]
            if words[first] > limit or sentences[first] != sentence:
                break
            last = stop if is_last else _follow(steps, i + 1, stop, chart, where, known)
            if last is not None and (best is None or last < best):
                best = last
    if best is None and step.optional:
        best = end if is_last else _follow(steps, i + 1, end, chart, where, known)
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
