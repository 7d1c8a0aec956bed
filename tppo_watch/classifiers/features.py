"""From documents to sparse weights of words, pairs of words and signs.

Only features that stand in the project's own corpus get a place in the vocabulary: unlabelled public text may
shape the weights, but no fragment of it can be read out of a published model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from ..text.document import Document

SIGN = "§"  # first letter of features that are signs, not words
MAX_TOKENS = 2_000  # of one text: bounds the work on what is no post


def words_of(document: Document) -> list[str]:
    """Canonical words; numbers become their number of digits, so that no sum or phone number is learnt."""
    return [
        token if first.isalpha() else f"#{min(len(token), 9)}"
        for token in document.tokens[:MAX_TOKENS]
        if (first := token[0]).isalnum() or first > "\u2000"
    ]


def _features(words: Sequence[str], signs: Sequence[str]) -> list[str]:
    """Words, pairs of words joined by a space, and signs."""
    return [*words, *map(" ".join, pairwise(words)), *signs]


@dataclass(frozen=True)
class Vocabulary:
    """Features with their inverse document frequencies.

    Parameters
    ----------
    features : tuple of str
        Words, pairs of words joined by a space, and signs; the order of columns.
    idf : ndarray of shape (n_features,), float32
    """

    features: tuple[str, ...]
    idf: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {feature: i for i, feature in enumerate(self.features)})

    @classmethod
    def fit(
        cls, own: Iterable[tuple[Sequence[str], Sequence[str]]], *, min_documents: int = 2
    ) -> Vocabulary:
        """Features that stand in at least `min_documents` of the (words, signs) of `own`."""
        counts: Counter[str] = Counter()
        size = 0
        for words, signs in own:
            counts.update(set(_features(words, signs)))
            size += 1
        features = tuple(sorted(f for f, n in counts.items() if n >= min_documents))
        frequency = np.array([counts[f] for f in features], dtype=np.float64)
        return cls(features, (np.log((1 + size) / (1 + frequency)) + 1).astype(np.float32))

    def transform(self, texts: Sequence[tuple[Sequence[str], Sequence[str]]]) -> csr_matrix:
        """TF-IDF of (words, signs): rows of unit length, sublinear counts; float32, (n, n_features)."""
        index = self._index  # type: ignore[attr-defined]
        columns: list[int] = []
        starts = [0]
        for words, signs in texts:
            found = map(index.get, _features(words, signs))
            columns += [column for column in found if column is not None]
            starts.append(len(columns))
        matrix = csr_matrix(
            (np.ones(len(columns), np.float32), np.array(columns, np.int32), np.array(starts, np.int32)),
            shape=(len(texts), len(self.features)),
        )
        matrix.sum_duplicates()
        matrix.data = (1 + np.log(matrix.data)) * self.idf[matrix.indices]
        rows = np.repeat(np.arange(len(texts)), np.diff(matrix.indptr))
        squares = matrix.data.astype(np.float64) ** 2
        lengths = np.sqrt(np.bincount(rows, weights=squares, minlength=len(texts)))
        matrix.data /= np.maximum(lengths, 1e-9)[rows].astype(np.float32)
        return matrix
