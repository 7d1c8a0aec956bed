from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tppo_watch.sources.reach import Reach
from tppo_watch.types import Post


def page(*numbers: int) -> list[Post]:
    return [Post("s", f"kanal/{number}", "isi") for number in numbers]


def test_a_page_that_touches_what_was_read_leaves_no_gap():
    """The newest page joins the one before where they meet, and numbers between two messages are read."""
    reach = Reach().after_page(page(1, 4, 20)).after_page(page(21, 40))
    assert (reach.stretches, reach.gap) == (((1, 40),), None)


def test_a_gap_is_named_and_closed():
    """What was missed is asked for from its upper end, until it meets what was read."""
    reach = Reach().after_page(page(1, 20)).after_page(page(90, 99))
    assert reach.gap == 90
    reach = reach.after_page(page(50, 89), before=90)
    assert reach.gap == 50
    reach = reach.after_page(page(15, 49), before=50)
    assert (reach.gap, reach.stretches) == (None, ((1, 99),))


def test_an_empty_page_says_that_nothing_is_before():
    """Messages that were deleted are not asked for again and again."""
    reach = Reach().after_page(page(5, 20)).after_page(page(90, 99))
    assert reach.after_page([], before=90).gap is None
    assert Reach().after_page([]) == Reach()


def test_a_server_that_gives_another_page_teaches_nothing():
    """Whoever answers with the newest page again closes no gap."""
    reach = Reach().after_page(page(5, 20)).after_page(page(90, 99))
    assert reach.after_page(page(90, 99), before=90) == reach


def test_it_is_remembered_in_words_and_bounded():
    """What comes back is what went in; of many gaps the latest are kept, and odd marks are passed over."""
    reach = Reach()
    for number in range(0, 5000, 100):
        reach = reach.after_page(page(number + 1, number + 9))
    again = Reach.of(["x", *reach.marks(), "9-"])
    assert again.stretches == reach.stretches[: len(again.stretches)]
    assert 1 < len(again.stretches) < 20


@given(st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=5), max_size=8))
def test_stretches_never_touch_and_hold_every_page(pages):
    """Whatever order pages come in, each message of them counts as read, and each gap is a real one."""
    reach = Reach()
    for numbers in pages:
        reach = reach.after_page(page(*numbers))
    assert all(reach.holds(page(*numbers)) for numbers in pages)
    ends = [(low, high) for low, high in reach.stretches]
    assert all(upper[0] - lower[1] > 1 for upper, lower in zip(ends, ends[1:], strict=False))
