from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.sources import skeet, toot
from tppo_watch.errors import SourceError


def test_a_post_of_mastodon(read_bytes):
    """Words, hidden contact, warning, account and time are carried over; the id holds on every server."""
    (post,), failures = read_bytes("mastodon", json.dumps([toot(spoiler_text="Info loker")]).encode())
    assert post.text == "Info loker\nLoker https://wa.me/62812 admin"
    assert post.native_id == "https://mastodon.example/users/ani/statuses/1"
    assert (post.url, post.author) == (
        "https://mastodon.example/@ani/1",
        "https://mastodon.example/users/ani",
    )
    assert post.published == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert failures == []


def test_a_search_and_a_boost_give_the_post_itself(read_bytes):
    """A post is one post, whoever repeats it and however it was found."""
    boosted = toot("9", "", reblog=toot("1"))
    body = json.dumps({"accounts": [], "statuses": [boosted, toot("1")]}).encode()
    posts, _ = read_bytes("mastodon", body)
    assert {post.native_id for post in posts} == {"https://mastodon.example/users/ani/statuses/1"}


def test_a_post_of_bluesky(read_bytes):
    """A shortened link is written out in full; the author is known by the id that stays."""
    facets = [{"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://wa.me/62812"}]}]
    (post,), failures = read_bytes("bluesky", json.dumps({"posts": [skeet(facets=facets)]}).encode())
    assert post.text == "Loker admin\nhttps://wa.me/62812"
    assert post.url == "https://bsky.app/profile/did:plc:abc123/post/3kabc"
    assert (post.author, failures) == ("did:plc:abc123", [])


def test_the_feed_of_an_account_is_read_as_a_search_is(read_bytes):
    """Both forms of Bluesky's answer give the same post."""
    searched, _ = read_bytes("bluesky", json.dumps({"posts": [skeet()]}).encode())
    listed, _ = read_bytes("bluesky", json.dumps({"feed": [{"post": skeet(), "reason": {}}]}).encode())
    assert searched == listed


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        ("mastodon", {"content": "x"}),
        ("mastodon", 5),
        ("bluesky", {"uri": "at://x/app.bsky.feed.like/1", "record": {}}),
        ("bluesky", {"uri": "at://did:x/app.bsky.feed.post/1", "record": 3}),
        ("bluesky", None),
    ],
)
def test_a_broken_post_costs_itself(read_bytes, kind, broken):
    """The others go in, and the broken one is counted."""
    good = toot() if kind == "mastodon" else skeet()
    name = "statuses" if kind == "mastodon" else "posts"
    posts, failures = read_bytes(kind, json.dumps({name: [broken, good]}).encode())
    assert (len(posts), [failure.item for failure in failures]) == (1, ["s: item 1"])


@pytest.mark.parametrize("kind", ["mastodon", "bluesky"])
@pytest.mark.parametrize("body", [b"", b"[", b"{}", b'{"error": "rate limited"}', b"7", b"[" * 99_999])
def test_another_answer_is_one_error(read_bytes, kind, body):
    """What a server says in place of posts is an error of the source."""
    with pytest.raises(SourceError):
        read_bytes(kind, body)
