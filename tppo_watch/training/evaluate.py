"""Measures of a model on labelled posts, pairs and ordinary public text, with bootstrap intervals.

Every figure in the documents comes from here: ``tppo-watch evaluate``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score

from ..assessor import Assessor
from ..errors import InputError
from ..types import Assessment
from .background import PublicText
from .corpus import Record
from .slices import slices_of
from .spans import score_spans

RESAMPLES = 1_000
FALSE_ALARM_LIMITS = (0.04, 0.08)
#: Writers who talk of offers; at `high` none of them should stand.
TALKERS = ("news", "warning", "testimony", "question", "joke")


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; `low` and `high` are the ends of its 95 % bootstrap interval where one can be had."""

    name: str
    value: float
    n: int  #: posts, pairs or spans it was counted on
    low: float | None = None
    high: float | None = None


class _Posts:
    """Labelled posts with what the model says of them, as arrays that resample fast."""

    def __init__(self, records: Sequence[Record], assessments: Sequence[Assessment]) -> None:
        both = list(zip(records, assessments, strict=True))
        self.case = np.array([r.label == "trafficking" for r in records])
        self.grave = np.array([r.risk == "high" for r in records]) & self.case
        self.talker = np.array([r.stance in TALKERS for r in records]) & ~self.case
        self.help = np.array([r.assistance for r in records]) & ~self.case
        self.risk = np.array([a.risk for a in assessments])
        self.high = np.array([a.level == "high" for a in assessments])
        self.medium = np.array([a.level in ("medium", "high") for a in assessments])
        self.helped = np.array([a.assistance for a in assessments]) & ~self.case
        self.stance = np.array([a.stance == r.stance for r, a in both])
        self.kind = np.array([_kind_is_right(a, r) for r, a in both])


def _kind_is_right(assessment: Assessment, record: Record) -> bool:
    likeliest = next(iter(assessment.exploitation), None)
    return likeliest is not None and likeliest in record.types[:1]


def _shares(posts: _Posts) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Measures that are shares: what is counted, among which posts."""
    case = posts.case
    return {
        "recall at medium": (posts.medium, case),
        "false alarms at medium": (posts.medium, ~case),
        "recall of grave cases at high": (posts.high, posts.grave),
        "cases among posts at high": (case, posts.high),
        "news, warnings, testimony, questions, jokes at high": (posts.high, posts.talker),
        "stance right": (posts.stance, np.ones_like(case)),
        "kind of exploitation right": (posts.kind, case),
        "assistance: recall": (posts.helped, posts.help),
        "assistance: precision": (posts.help, posts.helped),
    }


def recall_at(risk: np.ndarray, case: np.ndarray, limit: float) -> float:
    """Share of cases above the threshold that lets at most `limit` of the rest through."""
    rest = np.sort(risk[~case])[::-1]
    return float((risk[case] > rest[int(limit * len(rest))]).mean())


def posts_measures(
    records: Sequence[Record], assessments: Sequence[Assessment], *, seed: int
) -> list[Measure]:
    """Measures on labelled posts: ranking, levels, stance, kind of exploitation, need of help.

    What no post can show, such as the share of cases at `high` where nothing is at `high`, is left out.

    Raises
    ------
    InputError
        Where there are no cases, or nothing else.
    """
    posts = _Posts(records, assessments)
    case, risk, total = posts.case, posts.risk, len(records)
    if not case.any() or case.all():
        raise InputError("posts to measure on must hold some labelled trafficking and some that are not")
    wanted: list[tuple[str, Callable[[np.ndarray], float], int]] = [
        ("average precision", lambda i: float(average_precision_score(case[i], risk[i])), total)
    ]
    for limit in FALSE_ALARM_LIMITS:
        name = f"recall where {limit:.0%} of the rest pass"
        wanted.append((name, lambda i, limit=limit: recall_at(risk[i], case[i], limit), int(case.sum())))
    for name, (counted, among) in _shares(posts).items():
        if among.any():
            wanted.append((name, lambda i, c=counted, a=among: _share(c[i], a[i]), int(among.sum())))
    rng = np.random.default_rng(seed)
    drawn = (rng.integers(0, total, total) for _ in range(RESAMPLES))
    samples = [sample for sample in drawn if case[sample].any() and not case[sample].all()]
    out = []
    for name, measure, n in wanted:
        low, high = np.nanpercentile([measure(sample) for sample in samples], (2.5, 97.5))
        out.append(Measure(name, measure(np.arange(total)), n, float(low), float(high)))
    return out


def _share(counted: np.ndarray, among: np.ndarray) -> float:
    return float(counted[among].mean()) if among.any() else float("nan")


def _counted(name: str, hits: Sequence[bool]) -> Measure:
    """A share with its Wilson interval (1927): resampling seven hits of seven would call them certain."""
    interval = binomtest(sum(hits), len(hits)).proportion_ci(method="wilson")
    return Measure(name, sum(hits) / len(hits), len(hits), float(interval.low), float(interval.high))


def slice_measures(records: Sequence[Record], assessments: Sequence[Assessment]) -> list[Measure]:
    """Recall and false alarms at medium by the groups of :mod:`tppo_watch.training.slices`."""
    slices: dict[str, list[bool]] = {}
    for record, assessment in zip(records, assessments, strict=True):
        what = "recall at medium" if record.label == "trafficking" else "false alarms at medium"
        for name in slices_of(record, assessment):
            slices.setdefault(f"{what}: {name}", []).append(assessment.level in ("medium", "high"))
    return [_counted(name, hits) for name, hits in sorted(slices.items())]


def pair_measures(records: Sequence[Record], assessments: Sequence[Assessment]) -> list[Measure]:
    """How pairs that differ only in what decides come apart.

    Raises
    ------
    InputError
        Where no pair is whole.
    """
    pairs: dict[str, dict[bool, Assessment]] = {}
    for record, assessment in zip(records, assessments, strict=True):
        if record.pair is not None:
            pairs.setdefault(record.pair, {})[record.label == "trafficking"] = assessment
    whole = [(pair[True], pair[False]) for pair in pairs.values() if len(pair) == 2]
    if not whole:
        raise InputError("no pair of a post labelled trafficking and its twin")
    up = ("medium", "high")
    above = [bad.risk > good.risk for bad, good in whole]
    apart = [bad.level in up and good.level not in up for bad, good in whole]
    return [
        _counted("pairs: case above its twin", above),
        _counted("pairs: both on the right side of medium", apart),
    ]


def span_measures(
    records: Sequence[Record], assessments: Sequence[Assessment], *, seed: int
) -> list[Measure]:
    """Recall and precision of indicator spans on cases (intersection over union at least 0.3, id or alt)."""
    by_text = {a.text: a.indicators for a in assessments}
    scores = [score_spans([r], lambda text: by_text[text]) for r in records if r.label == "trafficking"]
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(scores), (RESAMPLES, len(scores)))  # whole posts: their spans hang together

    def measure(name: str, right: Sequence[int], of: Sequence[int]) -> Measure:
        counted, among = np.array(right), np.array(of)
        low, high = np.percentile(counted[drawn].sum(axis=1) / among[drawn].sum(axis=1), (2.5, 97.5))
        return Measure(name, counted.sum() / among.sum(), int(among.sum()), float(low), float(high))

    recalled, marked = [s.recalled.total() for s in scores], [s.marked.total() for s in scores]
    right, found = [s.right.total() for s in scores], [s.found.total() for s in scores]
    return [
        measure("indicator spans: recall", recalled, marked),
        measure("indicator spans: precision", right, found),
    ]


def balance_measures(assessments: Sequence[Assessment]) -> list[Measure]:
    """How much of the absolute log-odds the models of the text carry at `high`, at the median."""
    shares = []
    for assessment in assessments:
        if assessment.level == "high":
            parts = dict(assessment.reasons)
            whole = sum(abs(v) for name, v in parts.items() if name not in ("base", "calibration"))
            shares.append(sum(abs(parts.get(name, 0.0)) for name in ("text", "encoder")) / whole)
    median = float(np.median(shares)) if shares else 0.0
    return [Measure("share of the text models at high, median", median, len(shares))]


def public_measures(texts: Sequence[PublicText], assessments: Sequence[Assessment]) -> list[Measure]:
    """False alarms on ordinary public text, in all and by file.

    Raises
    ------
    InputError
        Where there are no texts.
    """
    if not texts:
        raise InputError("no public text of the kinds and the half that measure")
    groups: dict[str, list[str]] = {"all": [a.level for a in assessments]}
    for text, assessment in zip(texts, assessments, strict=True):
        groups.setdefault(text.family, []).append(assessment.level)
    out = []
    for name, levels in groups.items():
        out.append(_counted(f"public text at high: {name}", [level == "high" for level in levels]))
        medium = [level in ("high", "medium") for level in levels]
        out.append(_counted(f"public text at medium or above: {name}", medium))
    return out


def assess_records(assessor: Assessor, records: Sequence[Record]) -> list[Assessment]:
    return list(assessor.assess_many(r.text for r in records))
