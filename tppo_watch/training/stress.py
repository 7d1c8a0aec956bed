"""How much recall a disguise costs: cases disguised as people do to pass a filter, and assessed again.

Every text is disguised by a seed of its own, as every author has habits of their own. What is lost is counted
on the same texts before and after; its interval is from a bootstrap over texts (Efron and Tibshirani 1993,
ch. 13).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from ..types import Assessment
from .corpus import Record
from .disguise import REPORT_KINDS, disguise
from .evaluate import RESAMPLES, Measure

STRENGTHS = (1, 2, 3)
BY_KIND = 2  # the strength at which kinds are told apart

Assess = Callable[[Iterable[str]], Iterable[Assessment]]


def stress_measures(records: Sequence[Record], assess: Assess, *, seed: int) -> list[Measure]:
    """Recall at medium of the cases among `records`, plain and disguised.

    Parameters
    ----------
    assess : callable
        From texts to their assessments, in order; ``Assessor.assess_many``.

    Returns
    -------
    list of Measure
        Recall plain, and at each strength with what is lost; then what is lost at strength `BY_KIND` by group
        of kinds and by kind, the costliest first. A kind's `n` are the texts in which it changes something.
    """
    cases = [record for record in records if record.label == "trafficking"]
    if not cases:
        return []
    plain = _found(assess(record.text for record in cases))
    out = [_measure("stress: recall at medium, plain", plain, seed)]
    for strength in STRENGTHS:
        after, _ = _after(cases, assess, strength, seed, None)
        out.append(_measure(f"stress: recall at medium, strength {strength}", after, seed))
        out.append(_measure(f"stress: recall lost, strength {strength}", plain - after, seed))
    for group, kinds in REPORT_KINDS.items():
        out += _lost(cases, assess, seed, group, kinds, plain)
    names = [kind for kinds in REPORT_KINDS.values() for kind in kinds]
    single = [measure for kind in names for measure in _lost(cases, assess, seed, kind, [kind], plain)]
    return out + sorted(single, key=lambda measure: (-measure.value, measure.name))


def _lost(
    cases: Sequence[Record], assess: Assess, seed: int, name: str, kinds: Sequence[str], plain: np.ndarray
) -> Iterator[Measure]:
    """What `kinds` cost on the texts they change; nothing where they change none."""
    after, changed = _after(cases, assess, BY_KIND, seed, kinds)
    if changed.any():
        yield _measure(f"stress: recall lost to {name}", (plain - after)[changed], seed)


def _after(
    cases: Sequence[Record], assess: Assess, strength: int, seed: int, kinds: Sequence[str] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Which disguised texts are found, and which ones the disguise changed at all."""
    texts = [
        disguise(case.text, strength=strength, seed=_seed_of(case.id, seed), kinds=kinds) for case in cases
    ]
    changed = np.array([text != case.text for text, case in zip(texts, cases, strict=True)])
    return _found(assess(texts)), changed


def _seed_of(id: str, seed: int) -> int:
    """A seed by id, so that a text is disguised alike whatever stands beside it."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{id}".encode("utf-8", "surrogatepass")).digest()[:8])


def _found(assessments: Iterable[Assessment]) -> np.ndarray:
    return np.array([a.level in ("medium", "high") for a in assessments], dtype=np.float64)


def _measure(name: str, values: np.ndarray, seed: int) -> Measure:
    """Mean with the ends of its 95 % bootstrap interval."""
    drawn = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), (2.5, 97.5))
    return Measure(name, float(values.mean()), len(values), float(low), float(high))
