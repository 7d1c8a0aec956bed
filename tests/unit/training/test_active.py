"""What to label next: the unsure, the rare, and not the same post twice over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tppo_watch.training.active import may_stop, next_to_label, simulate
from tppo_watch.training.corpus import load_corpus

CORPUS = Path(__file__).parents[3] / "models" / "corpus"


def test_the_unsure_come_first() -> None:
    """Of posts that are all unlike, the one nearest to one half is wanted most."""
    chances = np.array([0.99, 0.52, 0.02, 0.7])
    assert next_to_label(chances, csr_matrix(np.eye(4)), 3).tolist() == [1, 3, 2]


def test_what_was_taken_is_not_taken_again_in_other_words() -> None:
    """A copy of a post that was just taken waits behind a post that is a little less unsure."""
    matrix = csr_matrix(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    assert next_to_label(np.array([0.5, 0.5, 0.7]), matrix, 2).tolist() == [0, 2]


def test_the_rare_are_wanted_more() -> None:
    """Of two posts equally unsure the one of the rarer kind comes first."""
    chances = np.array([0.5, 0.5])
    chosen = next_to_label(chances, csr_matrix(np.eye(2)), 1, rarity=np.array([1.0, 3.0]))
    assert chosen.tolist() == [1]


@pytest.mark.parametrize(("posts", "wanted"), [(0, 5), (3, 5), (3, 0)])
def test_no_more_than_there_are(posts, wanted) -> None:
    """Asked for more than there is, or for nothing, it gives what there is."""
    chosen = next_to_label(np.full(posts, 0.5), csr_matrix(np.eye(max(posts, 1))[:posts]), wanted)
    assert len(chosen) == min(posts, wanted) and len(set(chosen.tolist())) == len(chosen)


def test_it_may_stop_when_nothing_changes_any_more() -> None:
    """Three rounds that agree with the ones before end the labelling, one that does not starts anew."""
    said = np.arange(100) < 30
    changed = np.arange(100) < 60
    assert may_stop([said] * 4)
    assert not may_stop([said] * 3)
    assert not may_stop([said, said, changed, said])
    assert not may_stop([np.zeros(100, dtype=bool)] * 4), "a model that finds nothing has not settled"


def test_choosing_beats_chance() -> None:
    """On the corpus, the same number of chosen labels is worth more than of labels drawn at random."""
    records = load_corpus([CORPUS])[::4]
    ends = {}
    for is_random in (False, True):
        courses = [
            simulate(records, is_random=is_random, start=100, step=100, rounds=7, seed=s) for s in (1, 2, 3)
        ]
        assert all(course.labels.tolist() == list(range(100, 701, 100)) for course in courses)
        ends[is_random] = np.mean([course.precision[-2:].mean() for course in courses])
    assert ends[False] > ends[True]
