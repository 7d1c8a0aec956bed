from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.scanning import SAMPLES, rss
from tppo_watch.config import FetchSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources.feed import html_to_text

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>
<entry><title>Judul</title><id>tag:1</id><link href="https://a.example/1"/><updated>2026-11-24T10:00:00+07:00</updated>
<author><name>Redaksi</name></author><content type="html">{}</content></entry></feed>"""


def test_an_atom_entry_becomes_a_post(read_bytes):
    """Title, text, link, time and author of an entry are carried over; the text begins with the title."""
    (post,), failures = read_bytes("feed", ATOM.format("&lt;p&gt;Isi&lt;/p&gt;").encode())
    assert (post.title, post.text, post.url) == ("Judul", "Judul\nIsi", "https://a.example/1")
    assert post.published == datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    assert (post.author, failures) == ("Redaksi", [])


def test_the_sample_feeds_are_read_whole(read_bytes):
    """Both sample feeds give every item with a time, Indonesian dates included."""
    for name in ("berita-daerah.rss.xml", "blog-loker.atom.xml"):
        posts, failures = read_bytes("feed", (SAMPLES / name).read_bytes())
        assert (len(posts), failures) == (10, [])
        assert all(post.published for post in posts)


def test_items_are_known_by_their_link(read_bytes):
    """A guid that is a running number names another item in the next version, the link does not."""
    first, _ = read_bytes("feed", rss(("1", "A", "a"), ("2", "B", "b")))
    later = rss(("1", "C", "c"), ("2", "A", "a")).replace(b"/1<", b"/3<").replace(b"/2<", b"/1<")
    second, _ = read_bytes("feed", later)
    assert first[0].native_id == second[1].native_id
    assert first[0].native_id != second[0].native_id


def test_items_without_a_link_are_known_by_guid_or_text(read_bytes):
    """A real guid serves, a running number does not."""
    posts, _ = read_bytes("feed", rss(("guid-a", "A", "a"), ("2", "B", "b"), ("2", "C", "c"), links=False))
    assert posts[0].native_id == "guid-a"
    assert len({post.native_id for post in posts}) == 3


def test_items_that_share_a_link_stay_apart(read_bytes):
    """Feeds that link every item to their front page do not fold into one post."""
    body = (
        rss(("1", "A", "a"), ("2", "B", "b"))
        .replace(b"example/1<", b"example/<")
        .replace(b"example/2<", b"example/<")
    )
    posts, _ = read_bytes("feed", body)
    assert len({post.native_id for post in posts}) == 2


def test_only_web_addresses_are_links(read_bytes):
    """A script address is no link a reviewer could click."""
    posts, failures = read_bytes(
        "feed", rss(("1", "A", "a")).replace(b"https://contoh.example/1", b"javascript:alert(1)")
    )
    assert posts[0].url is None and "link is no web address" in failures[0].reason


def test_a_second_time_stands_in_for_one_that_cannot_be_read(read_bytes):
    """Nothing is missing then, so nothing is said."""
    body = rss(("1", "Iklan", "isi"))
    times = "<pubDate>entah</pubDate><updated>2026-11-24T10:00:00Z</updated></item>"
    (post,), failures = read_bytes("feed", body.replace(b"</item>", times.encode()))
    assert post.published == datetime(2026, 11, 24, 10, 0, tzinfo=UTC) and not failures


@pytest.mark.parametrize("name", ["utf-16", "utf-7\u00e9", "cp037", "tiada"])
def test_the_name_of_another_encoding_costs_no_feed(read_bytes, name):
    """A feed in UTF-8 that says it is something else is read as what it is."""
    body = f'<?xml version="1.0" encoding="{name}"?>'.encode() + rss(("1", "kerja di caf\u00e9", "isi"))[
        rss().index(b"<rss") :
    ]
    posts, _ = read_bytes("feed", body)
    assert [post.title for post in posts] == ["kerja di caf\u00e9"]


def test_a_feed_that_declares_entities_is_refused(read_bytes):
    """Entities can grow without end, so none are expanded, in any encoding."""
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaa"><!entity b "&a;&a;">]>'
    bomb = f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel/></rss>'
    for body in (bomb.encode(), bomb.encode("utf-16")):
        with pytest.raises(SourceError, match="declares entities"):
            read_bytes("feed", body)


def test_an_article_about_entities_is_read(read_bytes):
    """The words alone, inside an item, are no declaration."""
    posts, _ = read_bytes("feed", rss(("1", "XML", "<![CDATA[tulis <!ENTITY a 'b'> di sini]]>")))
    assert len(posts) == 1


@pytest.mark.parametrize("body", [b"", b"\n", b"<html><body>halo</body></html>", b"\x00\x01\x02", b"{}"])
def test_what_is_no_feed_is_one_clear_error(read_bytes, body):
    """Empty files, pages and binary data say what they are not."""
    with pytest.raises(SourceError, match="feed"):
        read_bytes("feed", body)


def test_a_feed_cut_short_gives_what_came_before(read_bytes):
    """Items before the damage are read, and the damage is reported."""
    body = rss(*((str(n), f"Judul {n}", "isi") for n in range(1, 9)))
    posts, failures = read_bytes("feed", body[: body.index(b"Judul 6")])
    assert 4 <= len(posts) <= 6
    assert "damaged feed" in failures[0].reason


def test_items_beyond_the_limit_are_reported(read_bytes):
    """A feed longer than the limit is read up to it, and says so."""
    body = rss(*((str(n), "J", "isi") for n in range(5)))
    posts, failures = read_bytes("feed", body, fetch=FetchSettings(max_items=3))
    assert len(posts) == 3
    assert "5 items, only the first 3" in failures[0].reason


def test_markup_becomes_lines_and_hidden_contacts_are_written_out():
    """Blocks become lines, tags go, and a number behind a word is shown, other link targets are not."""
    markup = (
        "<p>Butuh <b>admin</b>&nbsp;cepat</p><ul><li>gaji &lt;5jt</li></ul>"
        '<a href="https://wa.me/6281200000001">Daftar</a> <a href="https://contoh.example/x">baca</a>'
    )
    assert html_to_text(markup) == "Butuh admin cepat\ngaji <5jt\nhttps://wa.me/6281200000001 Daftar baca"


def test_markup_that_never_closes_takes_linear_time():
    """Hostile repetition is worked off at once."""
    for piece in ("<a href=", "<p ", "<", "<!--", "&#", '<a href="tel:'):
        html_to_text(piece * 40_000)


@pytest.mark.parametrize("date", ["0000-00-00", "9999-12-31T23:59:59-23:59", "Sun, 31 Feb 9999 00:00:00 GMT"])
def test_a_date_that_no_calendar_has_costs_no_item(read_bytes, date):
    """A post with a wrong date is a post without one, and somebody can see why."""
    body = rss(("1", "Iklan", "isi")).replace(b"</item>", f"<pubDate>{date}</pubDate></item>".encode())
    posts, failures = read_bytes("feed", body)
    assert [post.published for post in posts] == [None]
    assert [failure.reason for failure in failures] == ["its time cannot be read; the rest of it was read"]


@pytest.mark.parametrize("reference", ["&#99999999999;", "&#xD800;", "&#0;", f"&#{'9' * 5000};", "&#xFFFE;"])
def test_a_reference_to_no_character_costs_no_item(read_bytes, reference):
    """One impossible character does not end the feed it stands in."""
    posts, _ = read_bytes("feed", rss(("1", "satu", f"a{reference}b"), ("2", "dua", "isi")))
    assert [post.title for post in posts] == ["satu", "dua"]


def test_a_comment_does_not_hide_a_declaration_of_entities(read_bytes):
    """What stands in a comment is not the feed's first tag."""
    body = b'<!-- <rss> --><!DOCTYPE rss [<!ENTITY a "aaaa">]><rss version="2.0"><channel></channel></rss>'
    with pytest.raises(SourceError, match="declares entities"):
        read_bytes("feed", body)


def test_a_first_tag_of_thousands_of_attributes_is_refused(read_bytes):
    """The reader's time grows with the square of them."""
    attributes = " ".join(f"a{i}='x'" for i in range(60_000))
    with pytest.raises(SourceError, match="first tag"):
        read_bytes("feed", f"<rss version='2.0' {attributes}></rss>".encode())
