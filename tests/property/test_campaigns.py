"""Campaigns are what their posts and decisions say, however they came to be known."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.campaigns.made import grouped, made, partition, words
from tppo_watch.campaigns import Grouper, Print
from tppo_watch.errors import InputError


@st.composite
def prints(draw: st.DrawFn) -> list[tuple[str, Print]]:
    """Up to 24 posts of few wordings and contacts, so that they are entangled."""
    posts = []
    for number in range(draw(st.integers(2, 24))):
        contacts = draw(st.lists(st.integers(1, 6), max_size=2, unique=True))
        posts.append(
            made(
                f"p{number}", words(draw(st.integers(0, 4))), contacts,
                slots=draw(st.lists(st.integers(0, 2), max_size=1)),
                is_own=draw(st.sampled_from([True, True, True, False])),
                is_recruitment=draw(st.booleans()),
            )
        )  # fmt: skip
    return posts


Choice = tuple[str, int, int]
CHOICES = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "undo"]), st.integers(0, 23), st.integers(0, 23)), max_size=6
)


def decide(grouper: Grouper, posts: list[tuple[str, Print]], choice: Choice) -> int | None:
    """Carry a choice out; None where it decides nothing."""
    kind, first, second = choice
    ids = [posts[first % len(posts)][0], posts[second % len(posts)][0]]
    try:
        if kind == "merge":
            return grouper.merge(*ids)
        if kind == "split":
            return grouper.split(ids[:1])
        return grouper.undo(first % (len(grouper.log) or 1) + 1) if grouper.log else None
    except InputError:
        return None


def seen(grouper: Grouper, posts: list[tuple[str, Print]]) -> object:
    """All that can be seen of a grouper."""
    return partition(grouper), [grouper.why(id) for id, _ in posts], grouper.suggestions()


@settings(max_examples=40)
@given(prints(), CHOICES, CHOICES)
def test_undoing_restores_the_earlier_state(posts, first, later):
    """After any decisions, taking back all that came later gives exactly what was seen before them."""
    grouper = grouped(posts)
    for choice in first:
        decide(grouper, posts, choice)
    before = seen(grouper, posts)
    made_later = [number for choice in later if (number := decide(grouper, posts, choice)) is not None]
    for number in reversed(made_later):
        grouper.undo(number)
    assert seen(grouper, posts) == before


@settings(max_examples=40)
@given(prints(), st.sets(st.integers(0, 23)), CHOICES)
def test_when_it_is_asked_changes_nothing(posts, asked, choices):
    """Asked after every post or only at the end, added one by one or restored: the same is seen."""
    patient, curious, restored = Grouper(), Grouper(), Grouper()
    kept = []
    for number, post in enumerate(posts):
        kept.append(patient.add(*post))
        curious.add(*post)
        if number in asked:
            curious.campaign_of(post[0])
            curious.take_changed()
    for choice in choices:
        decide(patient, posts, choice)
        decide(curious, posts, choice)
    restored.restore(kept, patient.log)
    assert seen(curious, posts) == seen(patient, posts) == seen(restored, posts)


@settings(max_examples=40)
@given(prints(), CHOICES)
def test_every_change_is_told(posts, choices):
    """Whoever keeps the campaigns of posts up to date by what is told to have changed knows all of them."""
    grouper, known = Grouper(), {}
    for post in posts:
        grouper.add(*post)
        for id in [post[0], *grouper.take_changed()]:
            known[id] = grouper.campaign_of(id)
    assert known == {id: grouper.campaign_of(id) for id, _ in posts}


@settings(max_examples=40)
@given(prints())
def test_a_post_of_a_campaign_says_why(posts):
    """Every post of a campaign has a reason that joins it to another of the same campaign."""
    grouper = grouped(posts)
    for campaign in grouper.campaigns():
        assert len(campaign.posts) > 1
        for id in campaign.posts:
            reasons = [reason for reason in grouper.why(id) if reason.kind in ("contact", "wording")]
            assert reasons
            assert all(reason.post in campaign.posts and reason.post != id for reason in reasons)
