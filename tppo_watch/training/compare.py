"""Two models on the same posts: what differs, how sure that is, and whether one may take the place of the
other.

Differences are paired: both models are measured on the same bootstrap samples of posts (Efron and Tibshirani
1993, ch. 13; Dror et al. 2018, ACL, on paired tests in NLP), so that what is hard for both cancels out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score

from ..types import Assessment
from .corpus import Record
from .evaluate import RESAMPLES, TALKERS
from .slices import slices_of

LEAST = 5  # posts of a slice below which nothing is said of it


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of two models.

    `low` and `high` are the ends of the 95 % interval of challenger minus champion, in the direction in which
    more is better, so that a wholly negative interval means worse.
    """

    name: str
    champion: float
    challenger: float
    low: float
    high: float
    n: int

    @property
    def is_worse(self) -> bool:
        """Whether the challenger is worse here, beyond chance."""
        return self.high < 0


def compare(
    records: Sequence[Record],
    champion: Sequence[Assessment],
    challenger: Sequence[Assessment],
    *,
    seed: int,
) -> list[Difference]:
    """Differences on the whole and on each guarded slice: recall and false alarms at `medium`.

    The challenger may replace the champion if none of them `is_worse`.
    """
    case = np.array([record.label == "trafficking" for record in records])
    risks = [np.array([a.risk for a in both]) for both in (champion, challenger)]
    medium = [np.array([a.level in ("medium", "high") for a in both]) for both in (champion, challenger)]
    high = [np.array([a.level == "high" for a in both]) for both in (champion, challenger)]
    talks = np.array([record.stance in TALKERS for record in records]) & ~case
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, len(records), (RESAMPLES, len(records)))

    def share(name: str, hits: Sequence[np.ndarray], among: np.ndarray, sign: int) -> Difference:
        return _difference(
            name, hits, lambda hit, i: _share(hit[i], among[i]), samples, sign, int(among.sum())
        )

    ranked = _difference(
        "average precision",
        risks,
        lambda risk, i: float(average_precision_score(case[i], risk[i])) if case[i].any() else np.nan,
        samples,
        1,
        len(records),
    )
    out = [
        ranked,
        share("recall at medium", medium, case, 1),
        share("false alarms at medium", medium, ~case, -1),
        share("those who talk of offers at high", high, talks, -1),
    ]
    for name, members in _members(records, champion).items():
        for what, among, sign in (("recall", members & case, 1), ("false alarms", members & ~case, -1)):
            if among.sum() >= LEAST:
                out.append(share(f"{what} at medium: {name}", medium, among, sign))
    return out


def _members(records: Sequence[Record], assessments: Sequence[Assessment]) -> dict[str, np.ndarray]:
    """Which posts each slice holds, by the names of the slices."""
    members: dict[str, np.ndarray] = {}
    for i, (record, assessment) in enumerate(zip(records, assessments, strict=True)):
        for name in slices_of(record, assessment):
            members.setdefault(name, np.zeros(len(records), dtype=bool))[i] = True
    return dict(sorted(members.items()))


def _difference(
    name: str,
    of: Sequence[np.ndarray],
    measure: Callable[[np.ndarray, np.ndarray], float],
    samples: np.ndarray,
    sign: int,
    n: int,
) -> Difference:
    champion, challenger = of
    everything = np.arange(len(champion))
    drawn = [sign * (measure(challenger, i) - measure(champion, i)) for i in samples]
    low, high = np.nanpercentile(drawn, (2.5, 97.5)) if n else (0.0, 0.0)
    return Difference(
        name, measure(champion, everything), measure(challenger, everything), float(low), float(high), n
    )


def _share(hits: np.ndarray, among: np.ndarray) -> float:
    return float(hits[among].mean()) if among.any() else float("nan")
