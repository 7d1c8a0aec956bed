"""Which terms rise, counted by who uses them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks import terms as benchmark
from tppo_watch.signals.emerging import WEEKS, Emerging, Use, log_odds, rise

TODAY = date(2026, 6, 1)


def uses(*told: tuple[int, str, str]) -> list[Use]:
    """Posts as (weeks ago, voice, terms)."""
    made = []
    for number, (weeks, voice, terms) in enumerate(told):
        day = TODAY - timedelta(days=7 * weeks + 1)
        made.append(Use(number, day, voice, dict.fromkeys(terms.split(), "word")))
    return made


def background(emerging: Emerging, number: int = 200) -> Emerging:
    for at in range(number):
        emerging.add_other(("other", at), ["biasa", "kerja", f"kata{at}"])
    return emerging


def calm() -> list[tuple[int, str, str]]:
    return [(week, f"calm{week}-{at}", "kerja admin") for week in range(WEEKS) for at in range(10)]


def test_a_term_of_several_voices_is_offered():
    """With who used it when, since when it is up, and a post a voice."""
    told = calm() + [(0, f"v{at}", "kerja senyap") for at in range(5)]
    (found,) = background(Emerging(uses(*told), today=TODAY)).ranked()
    assert found.text == "senyap" and found.voices == 5 and found.others == 0
    assert found.weeks == (0,) * 11 + (5,)
    assert found.since == TODAY - timedelta(weeks=1)
    assert len(found.posts) == 5


def test_copies_of_one_voice_are_one():
    """Sixty posts of one campaign are one way of speaking."""
    told = calm() + [(0, "one", "senyap")] * 60
    assert background(Emerging(uses(*told), today=TODAY)).ranked() == []


def test_what_everybody_says_is_no_sign():
    """A word that rises in all posts alike, such as that of a feast."""
    told = calm() + [(0, f"v{at}", "lebaran") for at in range(5)]
    emerging = Emerging(uses(*told), today=TODAY)
    for at in range(200):
        emerging.add_other(at, ["lebaran" if at % 2 else "biasa", "kerja"])
    assert emerging.ranked() == []


def test_what_flagged_posts_always_said_is_not_new():
    """A topic of old does not rise."""
    told = [(week, f"v{week}-{at}", "kerja senyap") for week in range(WEEKS) for at in range(5)]
    assert background(Emerging(uses(*told), today=TODAY)).ranked() == []


def test_a_rise_that_is_over_is_not_offered():
    """Two months ago it was new."""
    told = calm() + [(9, f"v{at}", "senyap") for at in range(8)]
    assert background(Emerging(uses(*told), today=TODAY)).ranked() == []


def test_the_longest_term_of_one_use_is_kept():
    """`paket senyap` says what `paket` and `senyap` are part of."""
    terms = dict.fromkeys(("paket", "senyap", "paket senyap"), "phrase")
    made = [Use(at, TODAY - timedelta(days=1), f"v{at}", terms) for at in range(6)]
    found = background(Emerging([*uses(*calm()), *made], today=TODAY)).ranked()
    assert [one.text for one in found] == ["paket senyap"]


def test_barred_words_are_not_offered():
    """What any of the posts shows to be a name."""
    told = calm() + [(0, f"v{at}", "senyap sukinah") for at in range(6)]
    found = background(Emerging(uses(*told), today=TODAY, barred={"sukinah"})).ranked()
    assert [one.text for one in found] == ["senyap"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_too_little_gives_nothing(number):
    """No post, one, two: no term and no error."""
    emerging = Emerging(uses(*[(0, f"v{at}", "senyap") for at in range(number)]), today=TODAY)
    assert emerging.ranked() == []
    emerging.add_other("x", ["biasa"])
    assert emerging.ranked() == []


def test_weeks_that_were_not_read_are_not_calm():
    """After a gap every word comes with the first posts: none of them rises."""
    told = [(week, f"v{week}-{at}", "kerja senyap") for week in (0, 1) for at in range(8)]
    assert background(Emerging(uses(*told), today=TODAY)).ranked() == []


def test_posts_of_the_future_and_of_old_count_nowhere():
    """A clock that jumped makes no term new."""
    told = [(-3, f"v{at}", "senyap") for at in range(9)] + [(40, f"w{at}", "usang") for at in range(9)]
    assert background(Emerging(uses(*calm(), *told), today=TODAY)).ranked() == []


def test_log_odds_are_those_of_the_paper():
    """Equal shares give nothing; more uses of the same ratio are surer; the sign tells the group."""
    assert log_odds(10, 100, 1000, 10_000) == pytest.approx(0, abs=1e-9)
    assert 0 < log_odds(5, 5, 1000, 10_000) < log_odds(50, 50, 1000, 10_000)
    assert log_odds(0, 100, 1000, 10_000) < 0
    # By hand: a prior of 20 of 2,000 uses shrinks both, delta = ln(30/1970) - ln(20/1980).
    expected = (np.log(30 / 1970) - np.log(20 / 1980)) / np.sqrt(1 / 30 + 1 / 20)
    assert log_odds(20, 10, 1000, 1000) != pytest.approx(0)
    assert log_odds(15, 5, 1000, 1000) == pytest.approx(
        (np.log(25 / 1975) - np.log(15 / 1985)) / np.sqrt(1 / 25 + 1 / 15)
    )
    assert expected > 0


def test_a_rise_is_the_root_of_the_likelihood_ratio():
    """All of it in the last of four weeks of one size; none where the rate is as before."""
    assert rise(np.array([0, 0, 0, 8.0]), np.ones(4), 1) == pytest.approx(np.sqrt(2 * 8 * np.log(4)))
    assert rise(np.array([2, 2, 2, 2.0]), np.ones(4), 1) == 0
    assert rise(np.zeros(4), np.ones(4), 1) == 0
    assert rise(np.array([0, 0, 0, 8.0]), np.array([0, 0, 0, 5.0]), 1) == 0


def test_planted_terms_are_offered_and_no_person_is():
    """The benchmark on a part of the corpus: most planted terms in the top ten, nothing that is forbidden."""
    texts = benchmark.corpus(limit=900)
    replays = [benchmark.replay(seed, texts) for seed in range(50, 53)]
    found = sum(len(one.found()) for one in replays)
    assert found >= 0.8 * sum(len(one.wanted) for one in replays)
    offered = [term.text for one in replays for term in one.offered]
    assert [term for term in offered if any(bad in term for bad in benchmark.FORBIDDEN)] == []


def test_the_benchmark_times_a_database():
    """Signals and terms of a small one, each in some time."""
    assert all(seconds > 0 for seconds in benchmark.stored(60, texts=30).values())
