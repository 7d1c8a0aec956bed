"""What the grouping must reach, on posts written before it and on made ones."""

from __future__ import annotations

import gc
import json
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest

import tppo_watch
from benchmarks import campaigns as benchmark
from tests.unit.campaigns.made import KEY, assessed, grouped, made, partition, printed, words
from tppo_watch.campaigns import Grouper, print_of
from tppo_watch.text.document import read

CASES = Path(__file__).parents[2] / "cases"


def b_cubed(found: dict[str, str], true: dict[str, str]) -> float:
    """B-cubed F1 of a partition (Bagga & Baldwin 1998, LREC workshop, 563-566)."""
    sets: tuple[dict[str, set[str]], dict[str, set[str]]] = (defaultdict(set), defaultdict(set))
    for id in found:
        sets[0][found[id]].add(id)
        sets[1][true[id]].add(id)
    both = {id: len(sets[0][found[id]] & sets[1][true[id]]) for id in found}
    precision = sum(both[id] / len(sets[0][found[id]]) for id in found) / len(found)
    recall = sum(both[id] / len(sets[1][true[id]]) for id in found) / len(found)
    return 2 * precision * recall / (precision + recall)


@pytest.fixture(scope="module")
def assessor() -> tppo_watch.Assessor:
    """The default model."""
    return tppo_watch.load()


@pytest.mark.parametrize("name", ["campaigns", "campaigns_dev"])
def test_campaigns_are_found(name, assessor):
    """B-cubed F1 of 0.95 or more on posts written by hand; a post of no campaign is one of its own."""
    posts = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
    grouper = Grouper()
    documents = [read(post["text"]) for post in posts]
    for post, document, assessment in zip(posts, documents, assessor.assess_many(documents), strict=True):
        grouper.add(post["id"], print_of(document, assessment, KEY))
    found = {post["id"]: grouper.campaign_of(post["id"]) or post["id"] for post in posts}
    assert b_cubed(found, {post["id"]: post["campaign"] or post["id"] for post in posts}) >= 0.95


def test_ads_in_one_frame_stay_apart_and_are_read_fast():
    """A thousand ads, nine tenths of each boilerplate, of as many employers: under 2 s, no two joined."""
    draw = random.Random(3)
    vocabulary = ["".join(draw.choices("aiueobdgklmnprst", k=6)) for _ in range(4_000)]
    frame = ". ".join(" ".join(draw.sample(vocabulary, 12)) for _ in range(9))
    ads = []
    for number in range(1_000):
        contact = f"0812-0000-{number:04}"
        text = f"Dibutuhkan {' '.join(draw.sample(vocabulary, 10))}, hubungi {contact}. {frame}"
        ads.append(assessed(text, contact, level="none"))
    begun = time.process_time()
    grouper = grouped((str(number), printed(ad)) for number, ad in enumerate(ads))
    assert partition(grouper) == []
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(lambda n: made(n, words(0), [7]), id="identical posts"),
        pytest.param(lambda n: made(n, words(0), [n]), id="a new contact each time"),
        pytest.param(lambda n: made(n, words(n), [7]), id="new words each time"),
        pytest.param(lambda n: made(n, words(n), [n, n + 1]), id="a chain of contacts"),
        pytest.param(lambda n: made(n, words(n), [10**9 + n // 60, n, 10**6 + n // 20]), id="stars"),
        pytest.param(lambda n: made(n, words(n % 5), [n // 37]), id="wordings that all share"),
        pytest.param(lambda n: made(n, words(0), slots=[n]), id="no contact, other slots"),
    ],
)
def test_no_input_makes_it_slow(attack):
    """Twice the posts take about twice the time, whatever they are."""

    def seconds(count: int) -> float:
        prints = [attack(number) for number in range(count)]
        gc.freeze()  # what other tests left in memory is not searched for garbage meanwhile
        try:
            begun = time.process_time()
            assert list(benchmark.group(prints))
            return time.process_time() - begun
        finally:
            gc.unfreeze()

    seconds(500)  # memory is taken as it is first touched
    first = seconds(2_500)
    assert seconds(5_000) < 3.5 * first + 0.2


def test_a_huge_post_is_read_in_part():
    """A post of a million characters costs no more than its reading, and a print of it is small."""
    text = "kerja di kapal " * 60_000 + "hubungi 0812-0000-0001"
    print = printed(assessed(text, "0812-0000-0001"))
    assert len(print.shingles) <= 4 * 128
    assert len(print.contacts) == 1


def test_the_benchmark_runs():
    """A tiny run gives its measures."""
    measures = benchmark.run(600)
    assert measures["grouping, posts/s"] > 0
    assert set(measures) >= {"reading, posts/s", "last tenth / first", "memory, MB"}
