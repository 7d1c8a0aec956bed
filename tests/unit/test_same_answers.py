"""The fast matcher finds what the definition of the pattern language says, no more and no less."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.entities import find_entities
from tppo_watch.indicators.finder import default_finder
from tppo_watch.indicators.matcher import Hit, Matcher, entity_types
from tppo_watch.indicators.morphology import stems
from tppo_watch.indicators.pattern import Step, Symbols, compile_pattern, is_number
from tppo_watch.knowledge import rules
from tppo_watch.text.document import Document, read
from tppo_watch.types import Entity

CORPUS = Path(__file__).parents[2] / "models" / "corpus"

Span = tuple[int, int]


class Slow:
    """Tries every pattern at every place where its first step stands, in every way to go on."""

    def __init__(self, rows: Sequence[tuple[str, Sequence[str], Sequence[str]]], lexicon: dict) -> None:
        self.symbols = Symbols(lexicon)
        self.patterns = [
            (rule, compile_pattern(text, self.symbols, rule), unless)
            for rule, wanted, unwanted in rows
            for texts, unless in ((wanted, False), (unwanted, True))
            for text in texts
        ]
        self.alone = cache(self._alone)
        self.closed = cache(lambda symbol: self.symbols.with_concepts((symbol,)))

    def _alone(self, token: str) -> frozenset[int]:
        symbols = self.symbols
        found = [symbols.words[token]] if token in symbols.words else []
        if token[0].isalpha() and len(token) <= 40:
            found += [symbols.stems[stem] for stem in stems(token, symbols.stems.keys())]
        if is_number(token) and "n" in symbols.types:
            found.append(symbols.types["n"])
        return frozenset(symbols.with_concepts(found))

    def standing(self, document: Document, entities: tuple[Entity, ...]) -> dict[int, set[Span]]:
        """All spans of all symbols."""
        where: dict[int, set[Span]] = {}
        alone = [self.alone(token) for token in document.tokens]
        for i, symbols in enumerate(alone):
            for symbol in symbols:
                where.setdefault(symbol, set()).add((i, i + 1))
        together = []
        for i in range(len(alone) - 1):
            for first in alone[i] & self.symbols.phrases.keys():
                for second, phrases in self.symbols.phrases[first].items():
                    for rest, phrase in phrases:
                        row = alone[i + 1 : i + 2 + len(rest)]
                        wanted = (second, *rest)
                        if len(row) == len(wanted) and all(s in a for s, a in zip(wanted, row, strict=True)):
                            together.append((phrase, (i, i + 1 + len(wanted))))
        spans = [document.token_span(i, i) for i in range(len(document.tokens))]
        for entity in entities:
            touched = [i for i, (start, end) in enumerate(spans) if end > entity.start and start < entity.end]
            for name in entity_types(entity) if touched else ():
                if name in self.symbols.types:
                    together.append((self.symbols.types[name], (touched[0], touched[-1] + 1)))
        for symbol, span in together:
            for name in self.closed(symbol):
                where.setdefault(name, set()).add(span)
        return where

    def find(self, document: Document, entities: tuple[Entity, ...]) -> list[Hit]:
        where = self.standing(document, entities)
        words = [token[0].isalnum() for token in document.tokens]

        def ends(steps: tuple[Step, ...], at: int) -> list[int]:
            """Where a match that has come to the token `at` may end."""
            if not steps:
                return [at]
            step, rest = steps[0], steps[1:]
            sentence = document.sentences[at - 1]
            found = [
                last
                for first, end in where.get(step.symbol, ())
                if first >= at and sum(words[at:first]) <= step.gap and document.sentences[first] == sentence
                for last in ends(rest, end)
            ]
            return ends(rest, at) if step.optional and not found else found

        spans: dict[str, set[Span]] = {}
        against: set[tuple[str, int]] = set()
        for rule, steps, unless in self.patterns:
            for first, end in where.get(steps[0].symbol, ()):
                last = min(ends(steps[1:], end), default=None)
                if last is not None and unless:
                    against.add((rule, document.sentences[first]))
                elif last is not None:
                    spans.setdefault(rule, set()).add((first, last))
        hits = []
        for rule, found in spans.items():
            kept = sorted(span for span in found if (rule, document.sentences[span[0]]) not in against)
            while kept:
                first, end = kept.pop(0)
                while kept and kept[0][0] < end:
                    end = max(end, kept.pop(0)[1])
                hits.append(Hit(rule, first, end - 1))
        return sorted(hits, key=lambda hit: (hit.first, hit.last, hit.rule))


SMALL_RULES = [
    ("long", ("aku bawa cari dan aku bawa",), ()),
    ("optional", ("aku bawa? cari? dan",), ("<n> , <n>",)),
    ("choices", ("bawa ... (aku|cari_dan) {pair}?", "dan_bawa <n>"), ("lain",)),
    ("phrases", ("aku_bawa cari? cari_aku_<n>", "{pair}"), ()),
]
SMALL_LEXICON = {"pair": ("aku dan", "cari~ bawa", "dan <n> aku")}
SMALL, SMALL_SLOW = Matcher(SMALL_RULES, SMALL_LEXICON), Slow(SMALL_RULES, SMALL_LEXICON)


@pytest.fixture(scope="module")
def slow() -> Slow:
    spoken = [(rule.id, rule) for rule in (*rules.indicators(), *rules.counters(), *rules.cues())]
    named = [*spoken, *((f"scope:{cue.id}", cue) for cue in rules.scope_cues())]
    return Slow([(id, rule.patterns, rule.counter_patterns) for id, rule in named], rules.lexicon())


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return default_finder().matcher


def corpus_texts(share: int) -> list[str]:
    """Every `share`-th text of the corpus."""
    files = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.jsonl"))]
    lines = [line for content in files for line in content.split("\n") if line]
    return [json.loads(line)["text"] for line in lines[::share]]


def differing(slow: Slow, matcher: Matcher, text: str) -> set[Hit]:
    document = read(text)
    entities = find_entities(document)
    return set(matcher.find(matcher.chart(document, entities))) ^ set(slow.find(document, entities))


def test_the_matcher_agrees_with_the_definition_on_the_corpus(slow: Slow, matcher: Matcher) -> None:
    """Real texts, whole and with their lines run together: the same hits as trying everything everywhere."""
    texts = corpus_texts(30)
    texts += [text.replace("\n", " ").replace(".", "") for text in texts[::3]]
    assert {text: rest for text in texts if (rest := differing(slow, matcher, text))} == {}


def test_the_matcher_agrees_with_the_definition_on_token_soup(slow: Slow, matcher: Matcher) -> None:
    """Words that patterns ask for, close together in any order, with marks and line ends among them."""
    rng = random.Random(5)
    members = [member for words in rules.lexicon().values() for member in words if member[0].isalpha()]
    words = [word for text in corpus_texts(50) for word in text.split()]
    marks = [".", "\n", ",", "12 juta", "umur 16 th", "Rp 500.000", "Poipet", "2 -\n3 juta"]
    for _ in range(150):
        kinds = rng.choices((members, words, marks), (1, 2, 1), k=rng.randint(1, 40))
        text = " ".join(rng.choice(kind) for kind in kinds).replace("~", "")
        assert differing(slow, matcher, text) == set(), text


@given(st.lists(st.sampled_from("aku bawa cari dan 7 , . lain".split()), min_size=1, max_size=25))
def test_small_patterns_agree_with_the_definition_on_any_row_of_words(words: list[str]) -> None:
    """Few words, much repetition: every order of steps, gaps, options and sentence ends comes up."""
    text = " ".join(words)
    assert differing(SMALL_SLOW, SMALL, text) == set()
