from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.scanning import SAMPLES
from tppo_watch.errors import SourceError


def export(*messages, **chat) -> bytes:
    return json.dumps(
        {"name": "x", "type": "public_supergroup", "id": 7, "messages": list(messages), **chat}
    ).encode()


def message(**fields):
    base = {
        "id": 1,
        "type": "message",
        "date": "2026-11-24T10:00:00",
        "from": "Ani",
        "from_id": "user1",
        "text": "halo",
    }
    return {**base, **fields}


def test_a_message_becomes_a_post(read_bytes):
    """Chat and message id make the id; the exact second is used where the export has it."""
    (post,), _ = read_bytes("telegram_export", export(message(date_unixtime="1795521600")))
    assert (post.native_id, post.text, post.author) == ("7/1", "halo", "user1")
    assert post.published == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_text_in_parts_is_joined_and_hidden_links_are_shown(read_bytes):
    """Bold words stay words, and where a word leads is written behind it."""
    parts = [
        {"type": "bold", "text": "Loker"},
        " admin, ",
        {"type": "text_link", "text": "daftar", "href": "https://t.me/x"},
        {"type": "link", "text": "https://a.example"},
    ]
    (post,), _ = read_bytes("telegram_export", export(message(text=parts)))
    assert post.text == "Loker admin, daftar (https://t.me/x)https://a.example"


def test_messages_without_text_are_left_out(read_bytes):
    """Service messages and pictures without a caption are no posts."""
    posts, failures = read_bytes(
        "telegram_export",
        export(message(type="service", action="pin_message"), message(text="", photo="a.jpg")),
    )
    assert (posts, failures) == ([], [])


def test_forwarded_and_edited_messages_are_read(read_bytes):
    """A forward is a post of whoever forwarded it; an edit keeps its id."""
    first, _ = read_bytes("telegram_export", export(message(forwarded_from="Kanal", text="a")))
    edited, _ = read_bytes("telegram_export", export(message(edited="2026-11-24T11:00:00", text="b")))
    assert first[0].author == "user1"
    assert first[0].native_id == edited[0].native_id


def test_a_channel_is_nobody(read_bytes):
    """Posts of a channel have no author, so that they are never joined as if one person chatted."""
    (post,), _ = read_bytes("telegram_export", export(message(), type="public_channel"))
    assert post.author is None


def test_an_account_export_gives_all_its_chats(read_bytes):
    """Every chat of a whole account is read, and equal message ids of two chats stay apart."""
    chats = [{"id": n, "type": "private_group", "messages": [message()]} for n in (1, 2)]
    posts, _ = read_bytes("telegram_export", json.dumps({"chats": {"list": chats}}).encode())
    assert [post.native_id for post in posts] == ["1/1", "2/1"]


@pytest.mark.parametrize(
    "broken",
    [3, message(text=5), message(text=[{"x": 1}]), message(id=None), message(id=True), message(text=[None])],
)
def test_a_broken_message_is_a_failure_and_the_others_go_on(read_bytes, broken):
    """One odd message costs itself only, and is named by its number."""
    posts, failures = read_bytes("telegram_export", export(message(id=1), broken, message(id=3)))
    assert [post.native_id for post in posts] == ["7/1", "7/3"]
    assert failures[0].item == "s: message 2"


def test_a_broken_part_costs_the_rest_of_a_message_nothing(read_bytes):
    """What can be read of a text is, and what cannot is said."""
    body = export(message(id=1, text=["Loker ", {"x": 1}, "admin"]))
    (post,), failures = read_bytes("telegram_export", body)
    assert post.text == "Loker admin"
    assert "neither a string nor an object" in failures[0].reason


def test_a_number_of_thousands_of_digits_costs_no_export(read_bytes):
    """Python refuses to count so far; the messages beside it are read."""
    body = export(message(id=1), message(id=2)).replace(b'"id": 2', b'"id": ' + b"9" * 6000)
    posts, _ = read_bytes("telegram_export", body)
    assert len(posts) == 2


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"messages": 3}', b"[" * 100_000, b"\xff\xfe\x00"]
)
def test_what_is_no_export_is_one_clear_error(read_bytes, body):
    """Other JSON, broken JSON and binary data are refused as a whole."""
    with pytest.raises(SourceError):
        read_bytes("telegram_export", body)


def test_the_sample_is_read_whole(read_bytes):
    """The sample export gives its thirteen messages with text."""
    posts, failures = read_bytes("telegram_export", (SAMPLES / "telegram-loker.json").read_bytes())
    assert (len(posts), failures) == (13, [])
