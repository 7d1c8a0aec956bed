"""Which posts to label next, and when to stop.

A post is worth a label where the model is unsure of it, where few like it are labelled, and where its kind is
rare. Each round takes the posts of the highest uncertainty, weighted by rarity, one after the other, and each
one taken makes posts like it less wanted (maximal marginal relevance, Carbonell and Goldstein 1998, SIGIR).
Labelling may stop when more labels no longer change what the model says of a set that is never labelled
(stabilising predictions, Bloodgood and Vijay-Shanker 2009, CoNLL).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, cohen_kappa_score
from sklearn.model_selection import GroupShuffleSplit

from ..assess.evidence import inputs_of
from ..assessor import read_texts
from ..classifiers.features import Vocabulary
from .corpus import Record
from .fit import HEAD_C, groups_of

DIVERSITY = 0.5  # weight of unlikeness to what was taken against uncertainty
STABLE, STABLE_ROUNDS = 0.98, 3  # agreement of one round with the last, and for how many of them
SHORTLIST = 10  # times as many posts as are wanted are looked at for diversity


def next_to_label(
    chances: np.ndarray, matrix: csr_matrix, wanted: int, *, rarity: np.ndarray | None = None
) -> np.ndarray:
    """Rows to label next, the most wanted first.

    Parameters
    ----------
    chances : ndarray of shape (n,)
        Probability of a case for posts without a label, as the model says now.
    matrix : csr_matrix of shape (n, n_features)
        Rows of unit length; their products say how alike two posts are.
    wanted : int
        At most that many.
    rarity : ndarray of shape (n,), optional
        Weight of each post above 0: more for a language or kind of which there are few.

    Returns
    -------
    ndarray of int
    """
    value = 1 - np.abs(2 * chances - 1)
    if rarity is not None:
        value = value * rarity
    order = np.argsort(-value, kind="stable")[: SHORTLIST * wanted]
    value, rows = value[order] / max(float(value.max(initial=0.0)), 1e-9), matrix[order]
    alike = np.zeros(len(order))
    taken: list[int] = []
    for _ in range(min(wanted, len(order))):
        score = (1 - DIVERSITY) * value - DIVERSITY * alike
        score[taken] = -np.inf
        best = int(score.argmax())
        taken.append(best)
        alike = np.maximum(alike, np.asarray((rows @ rows[best].T).todense()).ravel())
    return order[taken]


def may_stop(history: Sequence[np.ndarray]) -> bool:
    """Whether the last rounds agree on a set of posts that is never labelled.

    Parameters
    ----------
    history : sequence of ndarray of bool
        What the model said of each post of the set, after each round.
    """
    recent = history[-(STABLE_ROUNDS + 1) :]
    if len(recent) <= STABLE_ROUNDS:
        return False
    pairs = zip(recent, recent[1:], strict=False)
    return all(a.any() and cohen_kappa_score(a, b) >= STABLE for a, b in pairs)


@dataclass(frozen=True)
class Course:
    """How a way of choosing fares.

    Attributes
    ----------
    labels : ndarray of int of shape (n_rounds,)
        Labels known after each round.
    precision : ndarray of shape (n_rounds,)
        Average precision on posts held apart.
    stop : int or None
        Labels known when labelling might have stopped.
    """

    labels: np.ndarray
    precision: np.ndarray
    stop: int | None


def simulate(
    records: Sequence[Record],
    *,
    is_random: bool,
    start: int = 150,
    step: int = 150,
    rounds: int = 12,
    seed: int,
) -> Course:
    """Label a corpus anew, a step at a time, as if its labels were not known.

    The vocabulary knows the words of all posts, labelled or not, as it would in life; a quarter of the posts
    is held apart, pairs together.
    """
    rng = np.random.default_rng(seed)
    inputs = [inputs_of(reading) for reading in read_texts([record.text for record in records])]
    matrix = Vocabulary.fit(inputs).transform(inputs)
    truth = np.array([record.label == "trafficking" for record in records])
    split = GroupShuffleSplit(1, test_size=0.25, random_state=seed)
    pool, test = next(split.split(matrix, truth, groups_of(records)))
    languages = np.array([record.lang[0] for record in records])[pool]
    counts = dict(zip(*np.unique(languages, return_counts=True), strict=True))
    rarity = np.array([(len(pool) / counts[language]) ** 0.25 for language in languages])
    known = np.zeros(len(pool), dtype=bool)
    known[rng.permutation(len(pool))[:start]] = True
    history: list[np.ndarray] = []
    labels, precision, stop = [], [], None
    for _ in range(rounds):
        rows = pool[known]
        model = LogisticRegression(C=HEAD_C, max_iter=400, class_weight="balanced").fit(
            matrix[rows], truth[rows]
        )
        chances = model.predict_proba(matrix)[:, 1]
        labels.append(int(known.sum()))
        precision.append(float(average_precision_score(truth[test], chances[test])))
        history.append(chances[test] >= 0.5)
        if stop is None and may_stop(history):
            stop = labels[-1]
        rest = np.flatnonzero(~known)
        if is_random:
            chosen = rng.permutation(len(rest))[:step]
        else:
            chosen = next_to_label(chances[pool[rest]], matrix[pool[rest]], step, rarity=rarity[rest])
        known[rest[chosen]] = True
    return Course(np.array(labels), np.array(precision), stop)
