"""Frames of posts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tppo_watch
from tppo_watch.errors import InputError

OFFER = "Loker admin Poipet, gaji 12jt bersih, paspor ditahan, berangkat pakai visa turis, WA 0812-0000-1111"
PLAIN = "Resep rendang ibu saya"


def test_rows_are_those_of_single_texts():
    """Each row says what `assess` says of its text, on the index of the frame."""
    frame = pd.DataFrame({"isi": [PLAIN, OFFER], "n": [1, 2]}, index=["b", "a"])
    found = tppo_watch.assess_frame(frame, text="isi")
    assert found.index.tolist() == ["b", "a"]
    single = tppo_watch.load().assess(OFFER)
    row = found.loc["a"]
    assert row.risk == single.risk
    assert (row.low, row.high) == single.interval
    for name in ("level", "label", "stance", "assistance", "lang"):
        assert row[name] == getattr(single, name)
    assert row.indicators == [m.id for m in single.indicators if m.scope == "asserted"]
    assert row.reasons == list(single.reasons)
    assert row.exploitation == next(iter(single.exploitation), "")
    assert found.loc["b"].indicators == []


def test_results_join_where_the_index_repeats():
    """Labels that repeat, or have several levels, stay in place and in order."""
    frame = pd.DataFrame({"text": [OFFER, PLAIN, OFFER]}, index=[7, 7, 3])
    found = tppo_watch.assess_frame(frame)
    assert found.index.equals(frame.index)
    assert (found.risk.to_numpy() > 0.01).tolist() == [True, False, True]
    levels = frame.set_index(pd.MultiIndex.from_tuples([("x", 1), ("x", 1), ("y", 2)], names=["s", "n"]))
    assert tppo_watch.assess_frame(levels).index.equals(levels.index)


def test_levels_are_ordered():
    """Levels compare as the contract orders them, not by the alphabet."""
    found = tppo_watch.assess_frame(pd.DataFrame({"text": [OFFER, PLAIN]}))
    assert found.level.cat.categories.tolist() == ["none", "low", "medium", "high"]
    assert (found.level >= "low").tolist() == [True, False]


@pytest.mark.parametrize("gone", [None, np.nan, pd.NA, pd.NaT, ""])
def test_a_missing_text_is_an_empty_one(gone):
    """None, NaN, NA and NaT are read as no text, not as the words for them."""
    found = tppo_watch.assess_frame(pd.DataFrame({"text": pd.Series([OFFER, gone], dtype=object)}))
    assert found.risk[1] == tppo_watch.load().assess("").risk


def test_columns_of_other_types_are_read_as_written():
    """Categories are texts, and numbers are read as they are written."""
    frame = pd.DataFrame({"text": pd.Categorical([OFFER, PLAIN, OFFER]), "number": [1, 2, 3]})
    assert tppo_watch.assess_frame(frame).risk[2] == tppo_watch.load().assess(OFFER).risk
    assert tppo_watch.assess_frame(frame, text="number").risk[1] == tppo_watch.load().assess("2").risk


def test_an_empty_frame_has_the_types_of_a_full_one():
    """No rows are no error, and what works on rows works on none."""
    empty = tppo_watch.assess_frame(pd.DataFrame({"text": []}))
    full = tppo_watch.assess_frame(pd.DataFrame({"text": [OFFER]}))
    assert empty.dtypes.equals(full.dtypes)
    assert len(empty) == 0
    assert (empty.level >= "medium").sum() == 0


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"isi": ["a"], "n": [1]}), "no column 'text'; there are: isi, n"),
        (pd.DataFrame(), "no column 'text'; there are: none"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "2 columns are named 'text'"),
    ],
)
def test_a_wrong_column_is_named(frame, message):
    """The error says which columns there are."""
    with pytest.raises(InputError, match=message):
        tppo_watch.assess_frame(frame)


def test_another_assessor_can_be_given():
    """The given assessor is the one that reads."""
    frame = pd.DataFrame({"text": [OFFER]})
    rare = tppo_watch.load(prevalence=0.0001)
    assert tppo_watch.assess_frame(frame, assessor=rare).risk[0] < tppo_watch.assess_frame(frame).risk[0]
