"""The heads: sums of weights over the words and signs of a text."""

from __future__ import annotations

import numpy as np

from tppo_watch.classifiers.features import Vocabulary
from tppo_watch.classifiers.linear import FIXED_HEADS, LinearHeads

WORDS = ["gaji", "kerja", "besar", "kamboja", "paspor", "ditahan"]


def test_a_text_is_summed_the_same_alone_and_among_others() -> None:
    """One by one or 80 together, to the last bit, and as the matrix says; without words it is the bias."""
    rng = np.random.default_rng(5)
    texts = [(rng.choice(WORDS, size).tolist(), []) for size in rng.integers(0, 12, 79)] + [([], [])]
    vocabulary = Vocabulary.fit(texts)
    heads = len(FIXED_HEADS) + 1
    weights = rng.normal(size=(len(vocabulary.features), heads)).astype(np.float32)
    linear = LinearHeads(vocabulary, ["forced_labour"], weights, rng.normal(size=heads))
    together = linear.log_odds(texts)
    assert np.array_equal(together, np.concatenate([linear.log_odds([text]) for text in texts]))
    assert np.allclose(together, vocabulary.transform(texts).toarray() @ weights + linear.bias, atol=1e-5)
    assert np.array_equal(together[-1], linear.bias)
    assert linear.log_odds([]).shape == (0, heads)
