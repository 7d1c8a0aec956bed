"""What heads say, put together on held-out texts."""

from __future__ import annotations

import numpy as np
import pytest

from tppo_watch.classifiers.features import Vocabulary
from tppo_watch.classifiers.linear import FIXED_HEADS, LinearHeads, stacked
from tppo_watch.knowledge import rules
from tppo_watch.training.corpus import Record, record_from
from tppo_watch.training.stack import ABSENT, fit_stack

KINDS = [kind.id for kind in rules.exploitation_types()]
N_HEADS = len(FIXED_HEADS) + len(KINDS)
SHY, LOUD, NEVER = (len(FIXED_HEADS) + place for place in range(3))


@pytest.fixture(scope="module")
def held() -> tuple[np.ndarray, list[Record | None]]:
    """Log-odds of 400 texts in which one kind is always louder than the other, and what is known of them."""
    rng, records, log_odds = np.random.default_rng(3), [], []
    for n in range(400):
        is_case, kind = n % 2 == 0, n // 2 % 2
        row = {"id": f"x{n}", "text": "Loker", "label": "trafficking" if is_case else "benign",
               "stance": "offer" if is_case else "news"}  # fmt: skip
        records.append(None if n % 10 == 9 else record_from(row | {"types": [KINDS[kind]] * is_case}, "here"))
        values = rng.normal(0.0, 0.5, N_HEADS)
        values[FIXED_HEADS.index("stance:offer")] += 3.0 if is_case else -3.0
        values[SHY] += 0.0 if kind else 2.0
        values[LOUD] += 3.0 + kind
        log_odds.append(values)
    return np.array(log_odds), records


def test_a_kind_that_is_taken_for_another_is_told_from_it(held):
    """The shy kind never has the higher log-odds before, and nearly always where it holds afterwards."""
    values, records = held
    at = [i for i, record in enumerate(records) if record is not None and record.types == (KINDS[0],)]
    after = stacked(fit_stack([values], records), values)
    assert np.mean(values[at, SHY] > values[at, LOUD]) < 0.2
    assert np.mean(after[at, SHY] > after[at, LOUD]) > 0.9


def test_trafficking_is_that_of_the_first_reader(held):
    """The evidence weighs each reader by itself, so nothing of the second is in it."""
    values, records = held
    both = stacked(fit_stack([values, values[::-1]], records), values, values[::-1])
    assert np.array_equal(both[:, 0], values[:, 0])


def test_what_no_text_was_is_what_no_text_is(held):
    """A kind and a stance that no record has stay far below the others; two stances are enough to learn."""
    values, records = held
    after = stacked(fit_stack([values], records), values)
    joke, offer, news = (FIXED_HEADS.index(f"stance:{stance}") for stance in ("joke", "offer", "news"))
    assert np.all(after[:, [NEVER, joke]] == ABSENT)
    known = [i for i, record in enumerate(records) if record is not None]
    is_offer = np.array([records[i].stance == "offer" for i in known])
    assert np.mean((after[known, offer] > after[known, news]) == is_offer) > 0.99


def test_a_corpus_without_cases_is_no_error(held):
    """No kind can be learnt; the other heads are."""
    values, records = held
    rest = [None if record is None or record.label == "trafficking" else record for record in records]
    assert np.all(stacked(fit_stack([values], rest), values)[:, SHY:] == ABSENT)


def test_heads_take_a_stack_into_themselves(held):
    """Their log-odds are those of the heads before, stacked: nothing is left to do at run time."""
    values, records = held
    stack, rng = fit_stack([values], records), np.random.default_rng(1)
    texts = [(("loker", "sabah"), ("holds_papers",)), (("sabah",), ()), ((), ())]
    vocabulary = Vocabulary.fit(texts * 5)
    heads = LinearHeads(
        vocabulary, KINDS, rng.normal(size=(len(vocabulary.features), N_HEADS)), rng.normal(size=N_HEADS)
    )
    expected = stacked(stack, heads.log_odds(texts))
    assert np.allclose(heads.through(stack).log_odds(texts), expected, atol=1e-4)
