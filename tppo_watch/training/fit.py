"""From labelled records and ordinary text to a model folder, in one pass with a seed.

The heads learn on folds, so that what the weights learn from them is what they say of texts they have not
seen; the weights learn on the same folds, so that the calibration sees sums of texts that neither has seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from ..assess.evidence import COMBINATIONS, EvidenceSpace, Reading, inputs_of
from ..assess.weigh import SPECIFICITY_LOG_ODDS, Weigher, interpolate
from ..classifiers.features import SIGN, Vocabulary
from ..classifiers.linear import FIXED_HEADS, LinearHeads, Scores, stacked
from ..knowledge import rules
from ..types import STANCES
from .corpus import Record, is_both, needs_help
from .population import Population
from .stack import fit_stack

FOLDS = 5
REFITS = 60  # of the weights, for the interval; more cost time, and the ends are a rough guide in any case
HEAD_C = 10.0
BACKGROUND_WEIGHT = 0.3  # of an unlabelled text against a labelled one: some of them may be cases
ASSISTANCE_WEIGHT = 5.0  # of a plea against another text: there are few, and none may be missed
ASSISTANCE_PRECISION = 0.6  # a missed plea costs more than a look
RIDGE = 2.0  # pull of a weight towards its prior, in texts
TEXT_WEIGHT_LIMIT = 0.8  # at most this much of a head's log-odds enters the sum: no part decides alone


@dataclass(frozen=True)
class TrainingSet:
    """Texts as read, with what is known of them; ordinary text has no record.

    `kinds` is 0 for cases, 1 for look-alikes, 2 for ordinary posts.
    """

    readings: list[Reading]
    records: list[Record | None]
    kinds: np.ndarray
    groups: np.ndarray

    @property
    def is_case(self) -> np.ndarray:
        return self.kinds == 0


@dataclass(frozen=True)
class Fitted:
    """A fitted model with what was seen on held-out folds."""

    heads: LinearHeads
    weigher: Weigher
    assistance_threshold: float
    heldout: np.ndarray  #: rows: uncalibrated sum, is case, weight in the population; shape (3, n)
    values: np.ndarray  #: log-odds of the heads on held-out folds, shape (n, n_heads)


def groups_of(records: Sequence[Record]) -> list[str]:
    """What each record must not be torn from: its twin, where it is one of a pair."""
    return [f"pair {record.pair}" if record.pair else record.id for record in records]


def gather(
    records: Sequence[Record], background: Sequence[str], read: Callable[[str], Reading]
) -> TrainingSet:
    """Read all texts. Records of one pair are one group: they never stand on both sides of a split."""
    kinds = [0 if r.label == "trafficking" else 2 if r.ordinary else 1 for r in records] + [2] * len(
        background
    )
    groups = [*groups_of(records), *(f"background {i}" for i in range(len(background)))]
    return TrainingSet(
        readings=[read(r.text) for r in records] + [read(text) for text in background],
        records=[*records, *([None] * len(background))],
        kinds=np.array(kinds),
        groups=np.unique(groups, return_inverse=True)[1],
    )


@threadpool_limits.wrap(limits=1)  # threads would wait for each other and change sums
def fit(data: TrainingSet, population: Population, *, seed: int, say: Callable[[str], None]) -> Fitted:
    """Fit heads, weights, calibration and thresholds.

    Parameters
    ----------
    say : callable
        Is told each step as one line.
    """
    inputs = [inputs_of(reading) for reading in data.readings]
    own = [x for x, record in zip(inputs, data.records, strict=True) if record is not None]
    vocabulary = Vocabulary.fit(own)
    matrix = vocabulary.transform(inputs)
    types = [t.id for t in rules.exploitation_types()]
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    folds = list(splitter.split(matrix, data.kinds, data.groups))
    space = EvidenceSpace()

    values = np.zeros((len(inputs), len(FIXED_HEADS) + len(types)))
    for number, (train, test) in enumerate(folds, 1):
        say(f"heads: fold {number} of {FOLDS}")
        heads = _fit_heads(vocabulary, matrix, data, types, train)
        values[test] = matrix[test] @ heads.weights + heads.bias
    stack = fit_stack([values], data.records)
    values = stacked(stack, values)
    scores = Scores.of(values)
    evidence = space.matrix(data.readings, scores)

    say("weights: folds")
    sample = balanced(data.kinds)
    sums = np.zeros(len(inputs))
    for train, test in folds:
        weights, base = fit_weights(space, evidence[train], data.is_case[train], sample[train])
        sums[test] = base + evidence[test] @ weights
    say("calibration and interval")
    shares = population.weights(data.kinds)
    knots, heights = calibrate(sums, data.is_case, shares, len(sums))
    weights, base = fit_weights(space, evidence, data.is_case, sample)
    refits = refit(space, evidence, data, sample, seed)
    say("heads: all texts")
    return Fitted(
        heads=_fit_heads(vocabulary, matrix, data, types, np.arange(len(inputs))).through(stack),
        weigher=Weigher(base, weights, refits, knots, heights),
        assistance_threshold=assistance_threshold(scores.assistance, data, ASSISTANCE_PRECISION),
        heldout=np.vstack([sums, data.is_case, shares]),
        values=values,
    )


# -- heads -------------------------------------------------------------------------------------------------


def _fit_heads(
    vocabulary: Vocabulary, matrix, data: TrainingSet, types: Sequence[str], rows: np.ndarray
) -> LinearHeads:
    is_sign = np.array([feature.startswith(SIGN) for feature in vocabulary.features])
    words = matrix[rows].multiply(~is_sign).tocsr()
    both = matrix[rows]
    records = [data.records[i] for i in rows]
    known = np.array([record is not None for record in records])
    sample = np.where(known, 1.0, BACKGROUND_WEIGHT)
    columns: list[tuple[np.ndarray, float]] = []

    def binary(x, truth: Sequence[bool], weight: np.ndarray | None = None) -> None:
        y = np.array(truth)
        if y.all() or not y.any():  # a small corpus may lack a kind: the head then says what it has seen
            columns.append((np.zeros(x.shape[1]), 8.0 if y.all() else -8.0))
            return
        model = LogisticRegression(C=HEAD_C, max_iter=400).fit(x, y, sample_weight=weight)
        columns.append((model.coef_[0], float(model.intercept_[0])))

    binary(words, [r is not None and r.label == "trafficking" for r in records], sample)
    binary(words, [r is not None and r.label == "fraud" for r in records], sample)
    # A victim's words inside a recruiter's chat are in both lanes; they would teach this head how recruiters
    # write.
    alone = np.array([not is_both(r) for r in records])
    needs = np.array([needs_help(r) for r in records])
    weight = np.where(needs, ASSISTANCE_WEIGHT, sample)
    binary(both[alone], needs[alone], weight[alone])
    columns.extend(_stance_columns(both[known], [r.stance for r in records if r is not None]))
    cases = np.array([r is not None and r.label == "trafficking" for r in records])
    for kind in types:
        binary(both[cases], [kind in r.types for r in records if r is not None and r.label == "trafficking"])
    return LinearHeads(
        vocabulary,
        types,
        np.column_stack([c for c, _ in columns]).astype(np.float32),
        np.array([b for _, b in columns]),
    )


def _stance_columns(matrix, stances: Sequence[str]) -> list[tuple[np.ndarray, float]]:
    """Weights of the eight stances, one model for all, on labelled texts only.

    Two thirds of the corpus are offers, of life far fewer: each stance counts with the square root of its
    number.
    """
    times = Counter(stances)
    weight = np.array([times[stance] ** -0.5 for stance in stances])
    model = LogisticRegression(C=HEAD_C, max_iter=400).fit(
        matrix, list(stances), sample_weight=weight / weight.mean()
    )
    place = {stance: i for i, stance in enumerate(model.classes_)}
    absent = (np.zeros(matrix.shape[1]), -8.0)
    return [
        (model.coef_[place[s]], float(model.intercept_[place[s]])) if s in place else absent for s in STANCES
    ]


def assistance_threshold(log_odds: np.ndarray, data: TrainingSet, least: float) -> float:
    """Lowest log-odds at which at least that share of those found do need help."""
    alone = np.array([not is_both(record) for record in data.records])
    log_odds = log_odds[alone]
    truth = np.array([needs_help(record) for record in data.records])[alone]
    order = np.argsort(-log_odds, kind="stable")
    precision = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= least)
    return float(log_odds[order[enough[-1]]]) if enough.size else float("inf")


# -- weights -----------------------------------------------------------------------------------------------


def balanced(kinds: np.ndarray) -> np.ndarray:
    """Weights under which cases, look-alikes and ordinary posts count alike, as many as there are cases."""
    weights = np.zeros(len(kinds))
    for kind in (0, 1, 2):
        members = kinds == kind
        if members.any():
            weights[members] = (kinds == 0).sum() / members.sum()
    return weights


def _prior_and_bounds(space: EvidenceSpace) -> tuple[np.ndarray, list[tuple[float | None, float | None]]]:
    """Where each weight starts from and what it may become.

    A sign never speaks for innocence, nor a counter for guilt.
    """
    prior = np.zeros(len(space.names))
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * len(space.names)
    for indicator in rules.indicators():
        column = space.column[indicator.id]
        prior[column] = SPECIFICITY_LOG_ODDS[indicator.standalone_specificity]
        bounds[column] = (0.0, 2.5)
    for name in space.names:
        if name.startswith("counter:"):
            prior[space.column[name]] = -0.3
            bounds[space.column[name]] = (-2.5, 0.0)
        elif name in COMBINATIONS:
            # The offence is the conjunction (Palermo Protocol, Art. 3): it adds something whatever the corpus
            # holds.
            prior[space.column[name]] = 0.4
            bounds[space.column[name]] = (0.1, 1.5)
        elif name.startswith("missing:"):
            # What is not said is a question to ask before it is evidence: short lawful adverts say little
            # too.
            bounds[space.column[name]] = (0.0, 0.3)
    for name in ("text", "encoder", "stance"):
        prior[space.column[name]] = 0.5
        bounds[space.column[name]] = (0.0, TEXT_WEIGHT_LIMIT)
    return prior, bounds


def fit_weights(
    space: EvidenceSpace, evidence: np.ndarray, is_case: np.ndarray, sample: np.ndarray
) -> tuple[np.ndarray, float]:
    """Weights and base of the maximum a posteriori logistic model with bounds (L-BFGS-B)."""
    prior, bounds = _prior_and_bounds(space)
    sign = np.where(is_case, 1.0, -1.0)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (evidence @ w[:-1] + w[-1])
        off = w[:-1] - prior
        value = -(sample * log_expit(margin)).sum() + RIDGE * (off @ off)
        slope = -sample * sign * expit(-margin)
        return value, np.append(evidence.T @ slope + 2 * RIDGE * off, slope.sum())

    start = np.append(prior, -1.0)
    result = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)], options={"maxiter": 500}
    )
    return result.x[:-1], float(result.x[-1])


def refit(
    space: EvidenceSpace, evidence: np.ndarray, data: TrainingSet, sample: np.ndarray, seed: int
) -> np.ndarray:
    """Weights on bootstrap samples of groups of posts, shape (REFITS, n_names + 1)."""
    rng = np.random.default_rng(seed)
    size = int(data.groups.max()) + 1
    rows = []
    for _ in range(REFITS):
        times = np.bincount(rng.integers(0, size, size), minlength=size)[data.groups]
        drawn = times > 0
        weights, base = fit_weights(space, evidence[drawn], data.is_case[drawn], (sample * times)[drawn])
        rows.append(np.append(weights, base))
    return np.array(rows)


# -- calibration -------------------------------------------------------------------------------------------


def calibrate(
    sums: np.ndarray, is_case: np.ndarray, shares: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Knots and log-odds of a monotone piecewise linear map from sums to log-odds in the population.

    Weighted maximum likelihood over slopes that may not fall, with the knots at quantiles of the cases and of
    the rest: a straight line (Platt 1999) is the case of equal slopes, to which a small penalty pulls.
    """
    ends = (
        np.quantile(sums[~is_case], [0.5, 0.95]).tolist()
        + np.quantile(sums[is_case], [0.2, 0.5, 0.8]).tolist()
    )
    knots = np.unique(np.round(ends, 3))
    weight = shares * size  # as if that many posts had been drawn from the population
    sign = np.where(is_case, 1.0, -1.0)

    def heights(p: np.ndarray) -> np.ndarray:
        return p[0] + np.concatenate([[0.0], np.cumsum(p[1:] * np.diff(knots))])

    def loss(p: np.ndarray) -> float:
        margin = sign * interpolate(sums, knots, heights(p))
        return float(-(weight * log_expit(margin)).sum() + 2.0 * (np.diff(p[1:]) ** 2).sum())

    start = np.append(logit(0.001), np.ones(len(knots) - 1))
    bounds = [(None, None)] + [(0.05, 5.0)] * (len(knots) - 1)
    result = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return knots, heights(result.x)
