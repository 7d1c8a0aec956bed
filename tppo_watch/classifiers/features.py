"""From documents to sparse weights of words, pairs of words and signs.

Only features that stand in the project's own corpus get a place in the vocabulary: unlabelled public text may
shape the weights, but no fragment of it can be read out of a published model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise, repeat

import numpy as np
from scipy.sparse import csr_matrix

from ..text.document import Document

SIGN = "§"  # first letter of features that are signs, not words
MAX_TOKENS = 2_000  # of one text: bounds the work on what is no post
_MOST_KEPT = 100_000  # tokens; hostile text must not fill the memory
_NO_PAIRS: dict[str, int] = {}


class _Words(dict[str, str]):
    """The word of each token, empty for a mark; each is worked out once, and most are met again."""

    def __missing__(self, token: str) -> str:
        first = token[0]
        word = token if first.isalpha() else ""
        if not word and (first.isalnum() or first > "\u2000"):
            word = f"#{min(len(token), 9)}"
        if len(self) < _MOST_KEPT:
            self[token] = word
        return word


_word_of = _Words().__getitem__


def words_of(document: Document) -> list[str]:
    """Canonical words; numbers become their number of digits, so that no sum or phone number is learnt."""
    return list(filter(None, map(_word_of, document.tokens[:MAX_TOKENS])))


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
        # Columns from 1 on: 0 is none. A pair is found by its first word, then its second, which spares
        # joining every two words that stand side by side in a text.
        alone: dict[str, int] = {}
        pairs: dict[str, dict[str, int]] = {}
        for column, feature in enumerate(self.features, 1):
            first, space, second = feature.partition(" ")
            if space:
                pairs.setdefault(first, {})[second] = column
            else:
                alone[feature] = column
        object.__setattr__(self, "_alone", alone)
        object.__setattr__(self, "_pairs", pairs)

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
        """What :meth:`weighted` gives, as a matrix; float32, (n, n_features)."""
        values, columns, starts = self.weighted(texts)
        return csr_matrix((values, columns, starts), shape=(len(texts), len(self.features)))

    def weighted(
        self, texts: Sequence[tuple[Sequence[str], Sequence[str]]]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """TF-IDF of (words, signs): rows of unit length, sublinear counts.

        Returns
        -------
        values, columns : ndarray of shape (n_values,), float32 and int64
            Text by text, the columns rising.
        starts : ndarray of shape (n + 1,), int64
            Of each text in both, and their end.
        """
        found: list[int] = []
        sizes = []
        for words, signs in texts:
            before = len(found)
            found += self._columns(words, signs)
            sizes.append(len(found) - before)
        # A feature of a text as one number: its column in as many tables side by side as there are texts.
        tables = np.arange(len(texts) + 1) * len(self.features)
        keys = np.array(found, np.int64)
        keys += np.repeat(tables[:-1], np.array(sizes, np.int64)) - 1
        keys.sort()
        is_first = np.ones(len(keys) + 1, bool)
        np.not_equal(keys[1:], keys[:-1], out=is_first[1:-1])
        firsts = is_first.nonzero()[0]
        keys = keys[firsts[:-1]]
        starts = keys.searchsorted(tables)
        rows = np.repeat(np.arange(len(texts)), starts[1:] - starts[:-1])
        columns = keys - tables[rows]
        values = (1 + np.log((firsts[1:] - firsts[:-1]).astype(np.float32))) * self.idf[columns]
        squares = values.astype(np.float64) ** 2
        lengths = np.sqrt(np.bincount(rows, weights=squares, minlength=len(texts)))
        values /= np.maximum(lengths, 1e-9)[rows].astype(np.float32)
        return values, columns, starts

    def _columns(self, words: Sequence[str], signs: Sequence[str]) -> Iterator[int]:
        """Columns, counted from 1, of the features of a text: each as often as it stands there."""
        alone, pairs = self._alone.get, self._pairs.get  # type: ignore[attr-defined]
        seconds: Iterator[dict[str, int]] = map(pairs, words, repeat(_NO_PAIRS))
        return filter(
            None, chain(map(alone, words), map(dict.get, seconds, islice(words, 1, None)), map(alone, signs))
        )
