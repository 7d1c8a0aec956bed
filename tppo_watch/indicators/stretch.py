"""A stretch of a document that no match leaves, and the ways a pattern goes through it."""

from __future__ import annotations

from bisect import bisect_left
from itertools import compress, pairwise, repeat
from operator import attrgetter, contains

from .chart import Chart, Longer
from .pattern import Step

Span = tuple[int, int]  #: tokens, half-open

_symbols = attrgetter("symbols")


class Stretch:
    """Tokens that no match leaves, and where in them symbols stand."""

    __slots__ = ("chart", "_alone", "_symbols", "_longer", "_where")

    def __init__(self, chart: Chart, first: int, end: int, longer: list[Longer]) -> None:
        self.chart, self._longer = chart, longer
        self._alone = list(pairwise(range(first, end + 1)))
        self._symbols = list(map(_symbols, chart.meanings[first:end]))
        self._where: dict[int, list[Span]] = {}

    def spans(self, symbol: int) -> list[Span]:
        """The half-open spans of tokens that stand for `symbol`, in reading order."""
        where = self._where.get(symbol)
        if where is None:
            where = list(compress(self._alone, map(contains, self._symbols, repeat(symbol))))
            together = [(begin, end) for begin, end, meaning in self._longer if symbol in meaning.symbols]
            if together:
                where = sorted({*where, *together})
            self._where[symbol] = where
        return where


def matches(steps: tuple[Step, ...], stretch: Stretch) -> list[Span]:
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
    steps: tuple[Step, ...], i: int, end: int, stretch: Stretch, known: dict[Span, int | None]
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
