from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from tests.scanning import respond, serving
from tests.sources import channel, message
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.sources.telegram_public import MAX_PAGES, page_of
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


class Channel:
    """A channel that shows five messages a page, with the pages before; remembers what it was asked."""

    def __init__(self, newest: int) -> None:
        self.newest, self.asked = newest, []

    def __call__(self, handler) -> None:
        query = dict(parse_qsl(handler.path.partition("?")[2]))
        before = int(query.get("before", self.newest + 1))
        self.asked.append(query.get("before"))
        shown = range(max(1, before - 5), min(before, self.newest + 1))
        respond(handler, 200, channel(*(message(number, f"pesan {number}") for number in shown)))

    def read(self, etag=None, **options):
        self.asked.clear()

        class Routes(dict):
            def get(_, path):
                return self if path.partition("?")[0] == "/s/lokerx" else None

        with serving(Routes()) as host:
            source = SourceSettings(id="s", kind="telegram_public", url=f"http://{host}/s/lokerx", **options)
            fetcher = SourceFetcher(FetchSettings(allow_private=[host], host_pause_s=0), etag=etag)
            items = list(read(source, fetcher))
        return [int(post.native_id.partition("/")[2]) for post in items], fetcher


def test_what_fell_off_the_page_is_read_from_the_pages_before():
    """After a burst, older pages are asked for until they reach what was read; none when nothing is new."""
    site = Channel(newest=7)
    numbers, fetcher = site.read()
    assert (numbers, site.asked) == (list(range(1, 8)), [None, "3"])
    site.newest = 20
    numbers, fetcher = site.read(fetcher.etag)
    assert (numbers, site.asked) == (list(range(6, 21)), [None, "16", "11"])
    numbers, fetcher = site.read(fetcher.etag)
    assert (numbers, site.asked, fetcher.unchanged) == (list(range(16, 21)), [None], True)


def test_a_long_way_back_is_gone_over_several_scans():
    """No scan asks for more pages than it may; the next ones go on where it stopped."""
    site = Channel(newest=5)
    _, fetcher = site.read(max_pages=2)
    site.newest = 30
    seen = set()
    for _ in range(5):
        numbers, fetcher = site.read(fetcher.etag, max_pages=2)
        assert len(site.asked) <= 2
        seen.update(numbers)
    assert seen >= set(range(6, 31))
    assert site.asked == [None]


def test_a_channel_is_not_read_to_its_beginning():
    """The first scan goes back some pages, and never further."""
    site = Channel(newest=500)
    numbers, fetcher = site.read()
    assert len(site.asked) == MAX_PAGES
    assert numbers == list(range(501 - 5 * MAX_PAGES, 501))
    site.read(fetcher.etag)
    assert site.asked == [None]


def test_a_page_that_cannot_be_had_is_told_and_tried_again():
    """What was read goes in; the gap stays one."""
    site = Channel(newest=5)
    _, fetcher = site.read()
    site.newest = 12
    whole, broken = site.__call__, []

    def first_only(handler):
        if "before" in handler.path:
            broken.append(handler.path)
            respond(handler, 500, b"")
        else:
            whole(handler)

    with serving({"/s/lokerx": first_only, "/s/lokerx?before=8": first_only}) as host:
        source = SourceSettings(id="s", kind="telegram_public", url=f"http://{host}/s/lokerx")
        later = SourceFetcher(FetchSettings(allow_private=[host], host_pause_s=0), etag=fetcher.etag)
        items = list(read(source, later))
    assert len(broken) == 1
    assert [type(item).__name__ for item in items] == ["Failure"] + ["Post"] * 5
    numbers, _ = site.read(later.etag)
    assert numbers == list(range(3, 13))
