"""Linear heads over one vocabulary: label, stance, kinds of exploitation, need of help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import expit

from ..types import STANCES
from .features import Vocabulary

#: Heads read by the assessment; the kinds of exploitation follow them in the order of the model's `types`.
FIXED_HEADS = ("trafficking", "fraud", "assistance", *(f"stance:{stance}" for stance in STANCES))

_TOGETHER = 32  # texts whose weights are looked up together: few enough for the processor's cache


@dataclass(frozen=True)
class Scores:
    """What the heads say of a batch of texts; log-odds unless said otherwise."""

    trafficking: np.ndarray  #: shape (n,)
    fraud: np.ndarray  #: shape (n,)
    assistance: np.ndarray  #: shape (n,)
    stance: np.ndarray  #: probabilities, shape (n, 8), columns as in `STANCES`
    types: np.ndarray  #: probabilities given that the text is trafficking, shape (n, n_types)
    encoder: np.ndarray  #: trafficking, as the encoder sees it; 0 where it was not asked, shape (n,)

    @classmethod
    def of(cls, values: np.ndarray, encoder: np.ndarray | None = None) -> Scores:
        """Scores of log-odds, shape (n, n_heads), columns as `FIXED_HEADS` and then the types.

        `encoder` has what it says of `trafficking`, which the evidence weighs apart, shape (n,).
        """
        first = FIXED_HEADS.index("stance:offer")
        last = first + len(STANCES)
        return cls(
            trafficking=values[:, 0],
            fraud=values[:, 1],
            assistance=values[:, 2],
            stance=_softmax(values[:, first:last]),
            types=expit(values[:, last:]),
            encoder=np.zeros(len(values)) if encoder is None else encoder,
        )


def stacked(weights: np.ndarray, *readers: np.ndarray) -> np.ndarray:
    """Log-odds of the heads once all `readers` are heard, each of shape (n, n_heads).

    `weights` is of shape (n_readers * n_heads + 1, n_heads), the constant last; see
    :mod:`tppo_watch.training.stack`.
    """
    # A product of matrices adds in another order for another number of rows, and the last bit would differ.
    return (np.hstack(readers)[:, :, None] * weights[:-1]).sum(axis=1) + weights[-1]


class LinearHeads:
    """Fitted heads.

    Parameters
    ----------
    vocabulary : Vocabulary
    types : sequence of str
        Ids of the kinds of exploitation.
    weights : ndarray of shape (n_features, n_heads)
    bias : ndarray of shape (n_heads,)
    """

    def __init__(
        self, vocabulary: Vocabulary, types: Sequence[str], weights: np.ndarray, bias: np.ndarray
    ) -> None:
        self.vocabulary, self.types = vocabulary, tuple(types)
        self.weights = np.ascontiguousarray(weights, dtype=np.float32)
        self.bias = bias.astype(np.float32)

    def through(self, stack: np.ndarray) -> LinearHeads:
        """Heads whose log-odds are those of these, :func:`stacked`."""
        weights, bias = self.weights.astype(np.float64), self.bias.astype(np.float64)
        return LinearHeads(self.vocabulary, self.types, weights @ stack[:-1], stacked(stack, bias[None])[0])

    def log_odds(self, texts: Sequence[tuple[Sequence[str], Sequence[str]]]) -> np.ndarray:
        """Log-odds of (words, signs) of texts, (n, n_heads); those of a text do not depend on the batch."""
        values, columns, starts = self.vocabulary.weighted(texts)
        values, borders = values[:, None], starts.tolist()
        sums = np.empty((len(texts), len(self.bias)), np.float32)
        # Not as a sparse matrix: for a single text that takes as long to make as all its words to look up.
        for first in range(0, len(texts), _TOGETHER):
            around = borders[first : first + _TOGETHER + 1]
            start, end = around[0], around[-1]
            parts = self.weights.take(columns[start:end], axis=0)
            parts *= values[start:end]
            for row, (begin, stop) in zip(sums[first:], pairwise(around), strict=False):
                np.add.reduce(parts[begin - start : stop - start], axis=0, out=row)
        return (sums + self.bias).astype(np.float64)


def _softmax(values: np.ndarray) -> np.ndarray:
    # scipy's own takes a tenth of a millisecond a call to find out what kind of array it was given.
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
