"""Terms that rise inside flagged posts, counted by who uses them and not by copies.

Two questions are asked of each term. Is it a word of flagged posts, against all others? Log-odds with an
informative Dirichlet prior tell. Did it come up of late? A scan over the last weeks tells: the likelihood
ratio of a higher rate from some week on, which has not ended. Terms are ranked by the two together.

References
----------
Monroe, Colaresi & Quinn (2008), Political Analysis 16, 372-403. Kulldorff (2001), J. R. Stat. Soc. A 164,
61-72, without the space. Stouffer's sum of normal deviates.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from .terms import Kind

WEEKS = 12  #: looked at
RECENT_WEEKS = 4  #: the longest that a rise may have lasted to be new
MIN_VOICES = 3  #: campaigns or authors that use a term; fewer are one person's way of speaking
MIN_RISE = 2.5  #: standard deviations, of the rise over the weeks
MIN_LIFT = 5.0  #: times as frequent as elsewhere; a word that everybody uses more is no sign
MIN_SCORE = 4.5  #: standard deviations, of both together
# What hardly anybody said before needs less: chance brings up what is said now and then, not what is new.
MIN_SCORE_OF_NEW, NEW_SHARE = 3.5, 0.0005  # of all other voices, and never fewer than one
SAME_USE = 0.5  # of the voices of a term: fewer use a longer one by chance


@dataclass(frozen=True, slots=True)
class Use:
    """A post as it counts here."""

    id: int
    day: date
    voice: Hashable  #: its campaign, else its author, else itself
    kinds: dict[str, Kind]  #: its terms


@dataclass(frozen=True, slots=True)
class EmergingTerm:
    """A term that rises inside flagged posts."""

    text: str
    kind: Kind
    voices: int  #: campaigns or authors that used it in flagged posts since `since`
    weeks: tuple[int, ...]  #: such voices a week, the oldest first
    others: int  #: voices that used it elsewhere: in posts not flagged, and before `since`
    since: date  #: the first day of the weeks in which it is up
    score: float  #: standard deviations
    posts: tuple[int, ...]  #: ids of flagged posts since then, one a voice, the latest first


class Emerging:
    """Counts flagged posts first, then all others; then ranks.

    Parameters
    ----------
    flagged : iterable of Use
        Flagged posts of the last `WEEKS` weeks; others are left out.
    today : date
        The day after the last one that is looked at.
    barred : collection of str
        Words that no term may hold, such as names found in any of the posts.
    """

    def __init__(self, flagged: Iterable[Use], *, today: date, barred: Collection[str] = ()) -> None:
        self._start = today - timedelta(weeks=WEEKS)
        self._voices: list[set[Hashable]] = [set() for _ in range(WEEKS)]
        self._uses: dict[str, list[dict[Hashable, tuple[date, int]]]] = {}
        self._kinds: dict[str, Kind] = {}
        self._spoken: list[int] = [0] * WEEKS  # pairs of voice and term: the size of each week
        for use in sorted(flagged, key=lambda use: (use.day, use.id)):
            self._count(use)
        barred = frozenset(barred)
        self.wanted = frozenset(
            term
            for term, weeks in self._uses.items()
            if len(set().union(*weeks[-RECENT_WEEKS:])) >= MIN_VOICES
            and (self._kinds[term] in ("place", "employer") or barred.isdisjoint(term.split()))
        )  #: terms that may turn out to rise: what is asked of the other posts
        self._others: dict[str, set[Hashable]] = defaultdict(set)
        self._n_others = 0
        self._heard: set[Hashable] = set()

    def _count(self, use: Use) -> None:
        week = (use.day - self._start).days // 7
        if not 0 <= week < WEEKS:
            return
        self._voices[week].add(use.voice)
        for term, kind in use.kinds.items():
            weeks = self._uses.get(term)
            if weeks is None:
                weeks = self._uses[term] = [{} for _ in range(WEEKS)]
            if self._kinds.get(term, "word") in ("word", "phrase"):
                self._kinds[term] = kind
            self._spoken[week] += use.voice not in weeks[week]
            weeks[week][use.voice] = (use.day, use.id)

    def add_other(self, voice: Hashable, terms: Collection[str]) -> None:
        """Count a post that is not flagged; `terms` are all it holds."""
        if voice not in self._heard:  # copies add nothing
            self._heard.add(voice)
            self._n_others += len(terms)
        for term in self.wanted.intersection(terms):
            self._others[term].add(voice)

    def ranked(self, limit: int = 10) -> list[EmergingTerm]:
        """The terms that rise, the surest first. Of terms that mean the same use, the longest."""
        found = [one for term in sorted(self.wanted) if (one := self._judged(term)) is not None]
        found.sort(key=lambda one: (-one.score, -len(one.text.split()), one.text))
        dropped = {text for one in found for text in self._explained(one, found)}
        return [one for one in found if one.text not in dropped][:limit]

    def _judged(self, term: str) -> EmergingTerm | None:
        weeks, by_week = self._uses[term], self._by_week(term)
        up, width = max((self._rise(by_week, width), width) for width in range(1, RECENT_WEEKS + 1))
        if up < MIN_RISE:
            return None
        recent = weeks[-width:]
        voices: dict[Hashable, tuple[date, int]] = {}
        for week in recent:
            voices.update(week)
        earlier = set().union(*weeks[:-width])
        others = len(self._others.get(term, ())) + len(earlier)
        spoken, elsewhere = sum(self._spoken[-width:]), sum(self._spoken[:-width]) + self._n_others
        odds = log_odds(len(voices), others, spoken, elsewhere)
        speakers = len(set().union(*self._voices[-width:]))
        everybody = len(set().union(*self._voices[:-width])) + len(self._heard)
        lift = len(voices) / speakers / ((others + 1) / (everybody + 1))
        score = (up + odds) / math.sqrt(2)
        least = MIN_SCORE_OF_NEW if others <= max(1, NEW_SHARE * everybody) else MIN_SCORE
        if len(voices) < MIN_VOICES or lift < MIN_LIFT or score < least:
            return None
        latest = sorted(voices.values(), reverse=True)
        return EmergingTerm(
            text=term,
            kind=self._kinds[term],
            voices=len(voices),
            weeks=tuple(int(count) for count in by_week),
            others=others,
            since=self._start + timedelta(weeks=WEEKS - width),
            score=score,
            posts=tuple(id for _, id in latest),
        )

    def _explained(self, short: EmergingTerm, found: Sequence[EmergingTerm]) -> Iterator[str]:
        """Of each term that holds `short`: which of the two only repeats the other."""
        inner = short.text.split()
        for long in found:
            if len(words := long.text.split()) > len(inner) and _holds(words, inner):
                without = self._by_week(short.text) - self._by_week(long.text)
                rises = any(self._rise(without, width) >= MIN_RISE for width in range(1, RECENT_WEEKS + 1))
                if not rises:
                    yield short.text
                elif long.voices < SAME_USE * short.voices:
                    yield long.text

    def _by_week(self, term: str) -> np.ndarray:
        return np.array([len(week) for week in self._uses[term]], dtype=float)

    def _rise(self, counts: np.ndarray, width: int) -> float:
        return rise(counts, np.array([len(voices) for voices in self._voices], dtype=float), width)


def log_odds(here: int, there: int, n_here: int, n_there: int) -> float:
    """How much likelier a term is in one group of posts than in another, in standard deviations.

    The prior is what both say together, as strong as the first group is large.

    Parameters
    ----------
    here, there : int
        Uses of the term in each group.
    n_here, n_there : int
        Uses of all terms.
    """
    if not n_here or not n_there:
        return 0.0
    prior = n_here
    share = (here + there) / (n_here + n_there)
    a, b = here + prior * share, there + prior * share
    delta = math.log(a / (n_here + prior - a)) - math.log(b / (n_there + prior - b))
    return delta / math.sqrt(1 / a + 1 / b)


def rise(counts: np.ndarray, size: np.ndarray, width: int) -> float:
    """How sure it is that the rate is higher in the last `width` weeks, in standard deviations.

    The root of twice the log-likelihood ratio; 0 where there is no rise.

    Parameters
    ----------
    counts, size : ndarray of shape (n_weeks,)
        Voices that use a term, and all voices, a week.
    """
    total, last = counts.sum(), counts[-width:].sum()
    if not total or not size.sum():
        return 0.0
    share = size[-width:].sum() / size.sum()
    expected = total * share
    if last <= expected or not 0 < share < 1:
        return 0.0
    rest = total - last
    ratio = last * math.log(last / expected)
    if rest:
        ratio += rest * math.log(rest / (total - expected))
    return math.sqrt(2 * ratio)


def _holds(outer: list[str], inner: list[str]) -> bool:
    return any(outer[at : at + len(inner)] == inner for at in range(len(outer) - len(inner) + 1))
