"""Measures of a model on labelled posts, pairs and ordinary public text, with bootstrap intervals.

Every figure in the documents comes from here: ``tppo-watch evaluate``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score

from ..assessor import Assessor
from ..types import Assessment
from .background import PublicText
from .corpus import Record
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


@dataclass(frozen=True)
class _Posts:
    """Labelled posts with what the model says of them, as arrays that resample fast."""

    records: Sequence[Record]
    assessments: Sequence[Assessment]

    def __post_init__(self) -> None:
        levels = np.array([a.level for a in self.assessments])
        object.__setattr__(self, "case", np.array([r.label == "trafficking" for r in self.records]))
        object.__setattr__(self, "grave", np.array([r.risk == "high" for r in self.records]) & self.case)
        object.__setattr__(self, "risk", np.array([a.risk for a in self.assessments]))
        object.__setattr__(self, "high", levels == "high")
        object.__setattr__(self, "medium", (levels == "medium") | (levels == "high"))
        object.__setattr__(
            self,
            "stance",
            np.array([a.stance == r.stance for a, r in zip(self.assessments, self.records, strict=True)]),
        )
        object.__setattr__(
            self,
            "kind",
            np.array([_kind_is_right(a, r) for a, r in zip(self.assessments, self.records, strict=True)]),
        )
        object.__setattr__(self, "talker", np.array([r.stance in TALKERS for r in self.records]) & ~self.case)
        object.__setattr__(self, "help", np.array([r.assistance for r in self.records]) & ~self.case)
        object.__setattr__(self, "helped", np.array([a.assistance for a in self.assessments]))


def _kind_is_right(assessment: Assessment, record: Record) -> bool:
    likeliest = next(iter(assessment.exploitation), None)
    return likeliest is not None and likeliest in record.types[:1]


def _share(of: np.ndarray, among: np.ndarray) -> float:
    return float(of[among].mean()) if among.any() else float("nan")


def recall_at(risk: np.ndarray, case: np.ndarray, limit: float) -> float:
    """Share of cases above the threshold that lets at most `limit` of the rest through."""
    rest = np.sort(risk[~case])[::-1]
    return float((risk[case] > rest[int(limit * len(rest))]).mean())


def posts_measures(
    records: Sequence[Record], assessments: Sequence[Assessment], *, seed: int
) -> list[Measure]:
    """Measures on labelled posts: ranking, levels, stance, kind of exploitation, need of help."""
    posts = _Posts(records, assessments)
    wanted: list[tuple[str, Callable[[np.ndarray], float], int]] = []

    def add(name: str, measure: Callable[[np.ndarray], float], n: int) -> None:
        wanted.append((name, measure, n))

    case, risk, total = posts.case, posts.risk, len(records)
    add("average precision", lambda i: float(average_precision_score(case[i], risk[i])), total)
    for limit in FALSE_ALARM_LIMITS:
        add(
            f"recall where {limit:.0%} of the rest pass",
            lambda i, f=limit: recall_at(risk[i], case[i], f),
            int(case.sum()),
        )
    add("recall at medium", lambda i: _share(posts.medium[i], case[i]), int(case.sum()))
    add("false alarms at medium", lambda i: _share(posts.medium[i], ~case[i]), int((~case).sum()))
    add(
        "recall of grave cases at high",
        lambda i: _share(posts.high[i], posts.grave[i]),
        int(posts.grave.sum()),
    )
    add("cases among posts at high", lambda i: _share(case[i], posts.high[i]), int(posts.high.sum()))
    add(
        "news, warnings, testimony, questions, jokes at high",
        lambda i: _share(posts.high[i], posts.talker[i]),
        int(posts.talker.sum()),
    )
    add("stance right", lambda i: float(posts.stance[i].mean()), total)
    add("kind of exploitation right", lambda i: _share(posts.kind[i], case[i]), int(case.sum()))
    if posts.help.any():
        add("assistance: recall", lambda i: _share(posts.helped[i], posts.help[i]), int(posts.help.sum()))
        add(
            "assistance: precision",
            lambda i: _share(posts.help[i], posts.helped[i] & ~case[i]),
            int((posts.helped & ~case).sum()),
        )
    rng = np.random.default_rng(seed)
    samples = [
        s
        for s in (rng.integers(0, total, total) for _ in range(RESAMPLES))
        if case[s].any() and not case[s].all()
    ]
    out = []
    everything = np.arange(total)
    for name, measure, n in wanted:
        with np.errstate(invalid="ignore"):
            low, high = np.nanpercentile([measure(s) for s in samples], (2.5, 97.5))
        out.append(Measure(name, measure(everything), n, float(low), float(high)))
    return out


def slice_measures(records: Sequence[Record], assessments: Sequence[Assessment]) -> list[Measure]:
    """Recall and false alarms at medium by kind of exploitation, language and length."""
    slices: dict[str, list[bool]] = {}
    for record, assessment in zip(records, assessments, strict=True):
        at_medium = assessment.level in ("medium", "high")
        case = record.label == "trafficking"
        what = "recall at medium" if case else "false alarms at medium"
        words = len(record.text.split())
        size = "up to 20 words" if words <= 20 else "21 to 100 words" if words <= 100 else "over 100 words"
        names = [f"{what}: language {'+'.join(record.lang[:1])}", f"{what}: {size}"]
        names.append(f"{what}: {record.types[0] if case and record.types else record.stance}")
        for name in names:
            slices.setdefault(name, []).append(at_medium)
    return [Measure(name, float(np.mean(hits)), len(hits)) for name, hits in sorted(slices.items())]


def pair_measures(records: Sequence[Record], assessments: Sequence[Assessment]) -> list[Measure]:
    """How pairs that differ only in what decides come apart."""
    pairs: dict[str, dict[bool, Assessment]] = {}
    for record, assessment in zip(records, assessments, strict=True):
        if record.pair is not None:
            pairs.setdefault(record.pair, {})[record.label == "trafficking"] = assessment
    whole = [(pair[True], pair[False]) for pair in pairs.values() if len(pair) == 2]
    up = ("medium", "high")
    above = [bad.risk > good.risk for bad, good in whole]
    apart = [bad.level in up and good.level not in up for bad, good in whole]
    return [
        Measure("pairs: case above its twin", float(np.mean(above)), len(whole)),
        Measure("pairs: both on the right side of medium", float(np.mean(apart)), len(whole)),
    ]


def span_measures(records: Sequence[Record], assessments: Sequence[Assessment]) -> list[Measure]:
    """Recall and precision of indicator spans on cases (intersection over union at least 0.3, id or alt)."""
    by_text = {a.text: a.indicators for a in assessments}
    cases = [r for r in records if r.label == "trafficking"]
    scores = score_spans(cases, lambda text: by_text[text])
    return [
        Measure("indicator spans: recall", scores.recall, scores.marked.total()),
        Measure("indicator spans: precision", scores.precision, scores.found.total()),
    ]


def balance_measures(assessments: Sequence[Assessment]) -> list[Measure]:
    """How much of the absolute log-odds the text model carries at `high`, at the median."""
    shares = []
    for assessment in assessments:
        if assessment.level == "high":
            parts = dict(assessment.reasons)
            whole = sum(abs(v) for name, v in parts.items() if name not in ("base", "calibration"))
            shares.append(abs(parts.get("text", 0.0)) / whole)
    return [
        Measure(
            "share of the text model at high, median",
            float(np.median(shares)) if shares else 0.0,
            len(shares),
        )
    ]


def public_measures(texts: Sequence[PublicText], assessments: Sequence[Assessment]) -> list[Measure]:
    """False alarms on ordinary public text, in all and by file."""
    groups: dict[str, list[str]] = {"all": [a.level for a in assessments]}
    for text, assessment in zip(texts, assessments, strict=True):
        groups.setdefault(text.family, []).append(assessment.level)
    out = []
    for name, levels in groups.items():
        for wanted in (("high",), ("medium", "high")):
            share = sum(level in wanted for level in levels) / len(levels)
            out.append(
                Measure(
                    f"public text at {wanted[0]}{' or above' if len(wanted) > 1 else ''}: {name}",
                    share,
                    len(levels),
                )
            )
    return out


def assess_records(assessor: Assessor, records: Sequence[Record]) -> list[Assessment]:
    return list(assessor.assess_many(r.text for r in records))
