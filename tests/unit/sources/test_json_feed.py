from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.sources import JSON_FEED
from tppo_watch.errors import SourceError


def read_feed(read_bytes, **changes):
    return read_bytes("json_feed", json.dumps({**JSON_FEED, **changes}).encode())


def test_items_become_posts(read_bytes):
    """Title, words, hidden contact, link, time, author of an item are carried over."""
    (first, second), failures = read_feed(read_bytes)
    assert first.text == "Admin Poipet\nGaji 12jt\nbersih\nhttps://wa.me/6281200000001 Daftar"
    assert (first.native_id, first.url, first.author) == ("1", "https://contoh.example/1", "Redaksi")
    assert first.published == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert (second.native_id, second.text) == ("2", "Dibutuhkan penjahit")
    assert second.published == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert failures == []


def test_scripts_are_no_words(read_bytes):
    """What a browser does not show is not read."""
    markup = "<script>jahat()</script><style>p{}</style><p>Loker<!-- x --></p>"
    (post,), _ = read_feed(read_bytes, items=[{"id": 1, "content_html": markup}])
    assert post.text == "Loker"


@pytest.mark.parametrize("item", [3, None, "x", []])
def test_an_odd_item_costs_itself(read_bytes, item):
    """It is named by its number, and kept as it was."""
    posts, (failure,) = read_feed(read_bytes, items=[{"id": 1, "content_text": "a"}, item])
    assert len(posts) == 1
    assert (failure.item, failure.raw) == ("s: item 2", json.dumps(item).encode())


@pytest.mark.parametrize("field", ["id", "url", "title", "content_html", "authors", "image", "attachments"])
@pytest.mark.parametrize("value", [None, 5, [], {}, True, [None], [{"url": 4}], "\ud800"])
def test_a_field_of_another_type_costs_no_item(read_bytes, field, value):
    """Whatever a field holds, the words beside it are read; what should be words and is not is said."""
    item = {"id": 1, "content_text": "Loker", field: value}
    (post,), failures = read_feed(read_bytes, items=[item])
    assert "Loker" in post.text or field == "content_html"
    is_said = field in ("url", "title", "content_html") and not isinstance(value, str | None)
    assert [f"its {field} is no text" in failure.reason for failure in failures] == [True] * is_said


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"version": "https://jsonfeed.org/version/1"}'])
def test_what_is_no_json_feed_is_one_error(read_bytes, body):
    """Other JSON is refused as a whole."""
    with pytest.raises(SourceError):
        read_bytes("json_feed", body)
