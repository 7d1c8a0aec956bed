"""What heads say of texts they have not seen, put together so that it is right most often.

Stacked generalisation (Wolpert 1992): the log-odds of a group of heads, of one reader or of two, go through a
logistic model that learns on held-out texts. It knows what a head by itself cannot: which kind is taken for
which, and who is surer than he should be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from ..classifiers.linear import FIXED_HEADS
from ..knowledge import rules
from ..types import STANCES
from .corpus import Record, is_both, needs_help

ABSENT = -8.0  # log-odds of what no text was


def fit_stack(readers: Sequence[np.ndarray], records: Sequence[Record | None]) -> np.ndarray:
    """Weights that make one voice of the log-odds of one reader or several.

    Parameters
    ----------
    readers : sequence of ndarray of shape (n, n_heads)
        Log-odds of held-out texts; columns as :data:`~tppo_watch.classifiers.linear.FIXED_HEADS` and then the
        kinds of exploitation.
    records : sequence of Record or None, length n
        What is known of the texts.

    Returns
    -------
    ndarray of shape (n_readers * n_heads + 1, n_heads)
        For :func:`~tppo_watch.classifiers.linear.stacked`. `trafficking` is that of the first reader as it
        is, because the evidence weighs each reader by itself. Stances hear the heads of all stances, kinds
        those of all kinds, the others their own.
    """
    n_heads = readers[0].shape[1]
    log_odds = np.hstack(readers)
    weights = np.zeros((log_odds.shape[1] + 1, n_heads))
    weights[0, 0] = 1.0

    def learn(
        heads: range, heard: range, who: Callable[[Record], bool], truth: Callable[[Record], int]
    ) -> None:
        """Fit the place among `heads` that holds of a text, -1 for none of them."""
        rows = [i for i, record in enumerate(records) if record is not None and who(record)]
        truths = np.array([truth(record) for i in rows if (record := records[i]) is not None])
        columns = [n_heads * reader + head for reader in range(len(readers)) for head in heard]
        places = np.unique(truths)
        weights[-1, heads] = ABSENT
        if len(places) < 2:  # a small corpus may lack a kind, or know no other
            weights[-1, heads] = np.where(np.isin(range(len(heads)), places), -ABSENT, ABSENT)
            return
        model = LogisticRegression(max_iter=1000).fit(log_odds[np.ix_(rows, columns)], truths)
        there = [heads[place] for place in places if place >= 0]
        weights[-1, there] = 0.0
        at = there[-len(model.coef_) :]  # of two classes the second; the first is what it is held against
        weights[np.ix_(columns, at)] = model.coef_.T
        weights[-1, at] = model.intercept_

    def is_case(record: Record) -> bool:
        return record.label == "trafficking"

    stances = range(FIXED_HEADS.index("stance:offer"), len(FIXED_HEADS))
    kinds = range(len(FIXED_HEADS), n_heads)
    learn(range(1, 2), range(1, 2), lambda record: True, lambda record: (record.label == "fraud") - 1)
    learn(range(2, 3), range(2, 3), lambda record: not is_both(record), lambda record: needs_help(record) - 1)
    learn(stances, stances, lambda record: True, lambda record: STANCES.index(record.stance))
    for head, kind in zip(kinds, rules.exploitation_types(), strict=True):
        learn(range(head, head + 1), kinds, is_case, lambda record, id=kind.id: (id in record.types) - 1)
    return weights
