"""Who says a sign, and whether they say it is so: asserted, negated, quoted, reported, hypothetical, past.

As medspaCy's ConText does it (Chapman et al. 2001, NegEx; Harkema et al. 2009, ConText; Eyre et al. 2021,
medspaCy): cue words are data, each reaching a number of words in a direction, and no further than its
sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..knowledge.rules import ScopeCue
from ..text.document import Document
from ..types import Scope
from .chart import Chart
from .matcher import Hit

#: Where several hold, the first one counts: a denied plea is denied, whoever reports it.
_ORDER: tuple[Scope, ...] = ("negated", "hypothetical", "reported", "quoted", "past")
_TURNS = frozenset(
    (",", "tapi", "tetapi", "namun", "kecuali", "asal", "asalkan", "melainkan", "cuma", "hanya", "ning",
     "tapine", "ngan", "but")
)  # fmt: skip
_QUOTES = {'"': '"', "“": "”", "«": "»", "‘": "’"}
_SHORTEST_QUOTE = 4  # words; shorter ones are names and scare quotes
_MOSTLY_QUOTED = 0.8  # a text that stands in quotation marks as a whole quotes nobody
#: Words before a quotation that put it into the listener's mouth: an instruction, not a report.
_DICTATED = frozenset(
    ("bilang", "jawab", "ngaku", "mengaku", "tulis", "ketik", "sebut", "kandani", "omong", "say")
)


@dataclass(frozen=True, slots=True)
class _Reach:
    scope: Scope
    first: int  #: tokens, half-open
    end: int


class _Cover:
    """The reaches of one scope, asked in logarithmic time: a text may hold thousands of cues and signs."""

    __slots__ = ("_firsts", "_ends")

    def __init__(self, reaches: Iterable[_Reach]) -> None:
        spans = sorted((reach.first, reach.end) for reach in reaches)
        self._firsts = [first for first, _ in spans]
        self._ends = list(accumulate((end for _, end in spans), max))

    def touches(self, sign: Hit) -> bool:
        """Whether any reach begins no later than the sign ends and ends after it begins."""
        before = bisect_right(self._firsts, sign.last)
        return before > 0 and self._ends[before - 1] > sign.first


class ScopeFinder:
    """Scopes from cues that the matcher found in the same pass as the signs."""

    def __init__(self, cues: Sequence[ScopeCue], holding_negation: frozenset[str]) -> None:
        self._cues = {f"scope:{cue.id}": cue for cue in cues}
        self._holding = holding_negation

    def is_cue(self, rule: str) -> bool:
        return rule in self._cues

    def scopes(
        self, document: Document, chart: Chart, signs: Sequence[Hit], cues: Sequence[Hit]
    ) -> list[Scope]:
        """The scope of each of `signs`."""
        if not signs:
            return []
        reaches = [self._reach(document, chart, hit) for hit in cues]
        reaches.extend(_Reach("quoted", first, end) for first, end in _quotations(document))
        there = {reach.scope for reach in reaches}
        found = [(s, _Cover(r for r in reaches if r.scope == s)) for s in _ORDER if s in there]
        return [self._scope(sign, found) for sign in signs]

    def _scope(self, sign: Hit, found: Sequence[tuple[Scope, _Cover]]) -> Scope:
        for scope, cover in found:
            if scope == "negated" and sign.rule in self._holding:
                continue
            if cover.touches(sign):
                return scope
        return "asserted"

    def _reach(self, document: Document, chart: Chart, hit: Hit) -> _Reach:
        cue = self._cues[hit.rule]
        first, end = hit.first, hit.last + 1
        if cue.direction in ("forward", "both"):
            end = _walk(document, chart, hit.last, 1, cue.reach, cue.stops) + 1
        if cue.direction in ("backward", "both"):
            first = _walk(document, chart, hit.first, -1, cue.reach, cue.stops)
        # A cue speaks of its neighbours, not of itself: what stands within it alone is not covered.
        if cue.direction == "forward":
            first = hit.last + 1
        elif cue.direction == "backward":
            end = hit.first
        return _Reach(cue.scope, first, end)


def _walk(document: Document, chart: Chart, start: int, step: int, reach: int, stops: bool) -> int:
    """Last token within `reach` words of `start` in one direction, in the same sentence."""
    at, sentence = start, chart.sentences[start]
    while True:
        beyond = at + step
        if not 0 <= beyond < len(document.tokens) or chart.sentences[beyond] != sentence:
            return at
        if stops and document.tokens[beyond] in _TURNS:
            return at
        if abs(chart.word_number[beyond] - chart.word_number[start]) > reach:
            return at
        at = beyond


def _quotations(document: Document) -> list[tuple[int, int]]:
    """Tokens between quotation marks, where somebody else is quoted."""
    if _QUOTES.keys().isdisjoint(document.tokens):
        return []
    found: list[tuple[int, int]] = []
    opened: int | None = None
    closing = ""
    for i, token in enumerate(document.tokens):
        if opened is None:
            if token in _QUOTES:
                opened, closing = i, _QUOTES[token]
        elif token == closing:
            before = document.tokens[max(0, opened - 4) : opened]
            if i - opened > _SHORTEST_QUOTE and not _DICTATED & set(before):
                found.append((opened + 1, i))
            opened = None
    inside = sum(end - first for first, end in found)
    return [] if inside > _MOSTLY_QUOTED * len(document.tokens) else found
