from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.scanning import serving
from tests.sources import channel, message
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.sources.telegram_public import page_of
from tppo_watch.sources.telegram_public import read as read_page

FORWARD = (
    '<div class="tgme_widget_message_forwarded_from">Forwarded from '
    '<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/asal/5">Asal</a></div>'
)
REPLY = (
    '<a class="tgme_widget_message_reply" href="https://t.me/lokerx/1">'
    '<div class="tgme_widget_message_text">pesan lama</div></a>'
)
PHOTO = (
    '<a class="tgme_widget_message_photo_wrap 1 2" href="https://t.me/lokerx/1" '
    "style=\"width:800px;background-image:url('https://cdn4.example/file/a.jpg')\"></a>"
)


def only(read_bytes, *messages: str):
    (post,), failures = read_bytes("telegram_public", channel(*messages))
    assert failures == []
    return post


def test_a_message_becomes_a_post(read_bytes):
    """Line breaks stay, the link is that of the message, the time is UTC, a channel is nobody."""
    post = only(read_bytes, message(7, "Loker <b>admin</b><br/>Poipet<br>gaji 12jt"))
    assert (post.text, post.native_id) == ("Loker admin\nPoipet\ngaji 12jt", "lokerx/7")
    assert (post.url, post.author) == ("https://t.me/lokerx/7", None)
    assert post.published == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def test_a_link_behind_words_is_written_out(read_bytes):
    """Wherever a form hides, its address is part of the text; an address that is shown is not repeated."""
    hidden = only(read_bytes, message(1, '<a href="https://bit.example/f">Daftar</a>'))
    assert hidden.text == "https://bit.example/f Daftar"
    open_ = only(read_bytes, message(1, '<a href="https://bit.example/f">https://bit.example/f</a>'))
    assert open_.text == "https://bit.example/f"


def test_what_was_forwarded_is_by_whom_it_is_from(read_bytes):
    """The same recruiter forwarded by two channels is one author."""
    assert only(read_bytes, message(1, before=FORWARD)).author == "https://t.me/asal/5"


def test_what_a_message_answers_to_is_not_its_own(read_bytes):
    """Quoted words belong to another message."""
    assert only(read_bytes, message(1, "baru", before=REPLY)).text == "baru"


def test_an_edited_message_keeps_its_id(read_bytes):
    """An edit is a new version of the same post."""
    before, after = only(read_bytes, message(1, "a")), only(read_bytes, message(1, "b", meta="edited "))
    assert (before.native_id, before.published) == (after.native_id, after.published)
    assert before.text != after.text


def test_pictures_are_found(tmp_path):
    """A message that is only a picture is handed on to be read."""
    file = tmp_path / "a"
    file.write_bytes(channel(message(1, "", after=PHOTO)))
    source = SourceSettings(id="s", kind="telegram_public", path=file)
    (post,) = read_page(source, SourceFetcher(FetchSettings()))
    assert (post.text, post.images) == ("", ("https://cdn4.example/file/a.jpg",))


def test_a_message_without_an_id_costs_itself(read_bytes):
    """The others are read, and the odd one is kept for inspection."""
    page = channel(message(1), message(2).replace('data-post="lokerx/2"', 'data-post="x"'))
    posts, (failure,) = read_bytes("telegram_public", page)
    assert [post.native_id for post in posts] == ["lokerx/1"]
    assert failure.item == "s: message 2"
    assert b"tgme_widget_message" in failure.raw


@pytest.mark.parametrize(
    "url",
    ["https://t.me/lokerx", "https://t.me/s/lokerx", "https://t.me/lokerx/", "http://telegram.me/s/lokerx"],
)
def test_the_address_of_a_channel_leads_to_its_page(url):
    """Whichever address people copy, the page with the messages is asked for."""
    assert (page_of(url) or "").endswith(".me/s/lokerx")


@pytest.mark.parametrize("url", ["https://t.me/+AbCd", "https://t.me/lokerx/5", "https://x.example/s/lokerx"])
def test_other_addresses_stay_as_they_are(url):
    """Invitations, single messages and other hosts are no channels."""
    assert page_of(url) is None


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"", "no page of a public"),
        (b"<html><body class='tgme_page'>Join group</body></html>", "a group, a person"),
        (b"<html><div class='tgme_channel_info'></div></html>", "shows no message"),
    ],
)
def test_what_shows_no_message_says_why(read_bytes, page, says):
    """A private group, an empty channel and another page are told apart."""
    with pytest.raises(SourceError, match=says):
        read_bytes("telegram_public", page)


def test_it_is_read_over_http():
    """The page is fetched through the gate like any other."""
    with serving({"/s/lokerx": channel(message(1))}) as host:
        source = SourceSettings(id="s", kind="telegram_public", url=f"http://{host}/s/lokerx")
        fetch = FetchSettings(allow_private=[host], host_pause_s=0)
        assert len(list(read(source, SourceFetcher(fetch)))) == 1
