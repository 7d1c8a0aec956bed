"""Words, signs and their weights."""

from __future__ import annotations

import numpy as np
import pytest

from tppo_watch.classifiers.features import SIGN, Vocabulary, words_of
from tppo_watch.text.document import read

OWN = [
    (["gaji", "besar"], [f"{SIGN}a"]),
    (["gaji", "besar", "sekali"], []),
    (["gaji", "kecil"], [f"{SIGN}a"]),
]


def test_a_number_is_known_only_by_its_length() -> None:
    """No sum and no phone number can be learnt by heart."""
    assert words_of(read("gaji 12 juta, wa 081200001234")) == ["gaji", "#2", "juta", "wa", "#9"]


def test_a_vocabulary_holds_what_stands_in_enough_of_our_own_records() -> None:
    """A fragment of a text that nobody here wrote cannot enter a model."""
    assert Vocabulary.fit(OWN).features == ("besar", "gaji", "gaji besar", f"{SIGN}a")


def test_rows_have_unit_length_and_unknown_words_weigh_nothing() -> None:
    """TF-IDF rows are of length 1, or empty."""
    matrix = Vocabulary.fit(OWN).transform([(["gaji", "gaji", "besar"], []), (["lain"], []), ([], [])])
    assert np.allclose(np.linalg.norm(matrix.toarray(), axis=1), [1, 0, 0])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_row_does_not_depend_on_its_batch(size: int) -> None:
    """One text at a time or all together: the same numbers to the last bit."""
    vocabulary = Vocabulary.fit(OWN)
    whole = vocabulary.transform(OWN).toarray()
    parts = np.vstack([vocabulary.transform(OWN[i : i + size]).toarray() for i in range(0, 3, size)])
    assert np.array_equal(whole, parts)
