"""A stretch of a document that no match leaves, and the ways a pattern goes through it."""

from __future__ import annotations

from itertools import compress, repeat
from operator import attrgetter, contains

from .chart import Chart, Longer, Meaning
from .pattern import Step

Span = tuple[int, int]  #: tokens, half-open

_symbols = attrgetter("symbols")


class Stretch:
    """Tokens that no match leaves, and where in them symbols stand."""

    __slots__ = ("first", "end", "words", "sentences", "symbols", "begun", "_longer", "_where")

    def __init__(self, chart: Chart, first: int, end: int, longer: list[Longer]) -> None:
        self.first, self.end = first, end
        self.words, self.sentences = chart.word_number, chart.sentences
        self.symbols = list(map(_symbols, chart.meanings[first:end]))  #: of each of its tokens
        #: by its first token: the end and the meaning of what stands for something together
        self.begun: dict[int, list[tuple[int, Meaning]]] = {}
        for begin, stop, meaning in longer:
            self.begun.setdefault(begin, []).append((stop, meaning))
        self._longer = longer
        self._where: dict[int, list[Span]] = {}

    def spans(self, symbol: int) -> list[Span]:
        """The half-open spans of tokens that stand for `symbol`, in reading order."""
        where = self._where.get(symbol)
        if where is None:
            alone = compress(range(self.first, self.end), map(contains, self.symbols, repeat(symbol)))
            where = [(token, token + 1) for token in alone]
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
    symbol, is_last = step.symbol, i + 1 == len(steps)
    best: int | None = None
    words, sentences, begun = stretch.words, stretch.sentences, stretch.begun
    sentence, limit = sentences[end - 1], words[end] + step.gap
    for first in range(end, stretch.end):
        if words[first] > limit or sentences[first] != sentence:
            break
        stops = [first + 1] if symbol in stretch.symbols[first - stretch.first] else []
        if first in begun:
            stops += [stop for stop, meaning in begun[first] if symbol in meaning.symbols]
        for stop in stops:
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
