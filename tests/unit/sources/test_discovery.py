from __future__ import annotations

import pytest

from tests.scanning import SAMPLES, rss, serving
from tppo_watch.config import FetchSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources.discovery import identify


@pytest.mark.parametrize(
    ("name", "kind", "posts"),
    [
        ("berita-daerah.rss.xml", "feed", 10),
        ("blog-loker.atom.xml", "feed", 10),
        ("telegram-loker.json", "telegram_export", 13),
        ("wa-rt-05.txt", "whatsapp_export", 19),
        ("iklan-medsos.csv", "csv", 14),
    ],
)
def test_each_sample_is_known_for_what_it_is(name, kind, posts):
    """The kind and its posts are found from the content alone."""
    found = identify(str(SAMPLES / name), FetchSettings())
    assert (found.kind, len(found.posts)) == (kind, posts)


def test_the_text_column_of_a_table_is_found(tmp_path):
    """A column with a usual name in any letter case is taken for the text."""
    (tmp_path / "a.csv").write_text("No;Pesan\n1;halo\n")
    assert identify(str(tmp_path / "a.csv"), FetchSettings()).options == {"text_field": "Pesan"}
    (tmp_path / "b").write_text('{"id": 1, "full_text": "halo"}\n')
    found = identify(str(tmp_path / "b"), FetchSettings())
    assert (found.kind, found.options) == ("jsonl", {"text_field": "full_text"})


def test_a_page_names_its_feeds_and_site_maps():
    """A page is a page, and better ways to read its site are handed on."""
    page = (
        b'<!doctype html><html><link rel="alternate" type="application/rss+xml" href="/feed.xml?a=1&amp;b=2">'
        b"<body><article><p>Lowongan kerja di kebun, hubungi kantor desa.</p></article>"
    )
    with serving({"/": page, "/feed": rss(("a", "A", "a")), "/robots.txt": b"Sitemap: /peta.xml\n"}) as host:
        config = FetchSettings(allow_private=[host], host_pause_s=0)
        found = identify(f"http://{host}/", config)
        assert (found.kind, len(found.posts)) == ("page", 1)
        assert f"http://{host}/feed.xml?a=1&b=2" in found.notes[0]
        assert "/peta.xml" in found.notes[1]
        assert identify(f"http://{host}/feed", config).kind == "feed"


def test_a_page_without_words_still_names_its_feed():
    """Where a page itself gives nothing, the hint says what would."""
    page = b"<html><head><link type='application/feed+json' href='/f.json'>"
    page += b"<link type='application/rss+xml' href='http://['></head><body></body></html>"
    with serving({"/": page}) as host:
        found = identify(f"http://{host}/", FetchSettings(allow_private=[host], host_pause_s=0))
    assert found.kind is None
    assert f"http://{host}/f.json" in (found.hint or "")


def test_a_chat_that_does_not_tell_day_from_month_says_so(tmp_path):
    """Whoever adds it is told what is assumed."""
    (tmp_path / "a.txt").write_text("01/02/25 18.00 - Ani: halo\n")
    (tmp_path / "b.txt").write_text("31/01/25 18.00 - Ani: halo\n")
    assert "date_order" in identify(str(tmp_path / "a.txt"), FetchSettings()).notes[0]
    assert identify(str(tmp_path / "b.txt"), FetchSettings()).notes == ()


def test_a_folder_is_known_for_one(tmp_path):
    """A folder is read as one, and pictures in it are asked about."""
    (tmp_path / "a.csv").write_text("text\nhalo\n")
    found = identify(str(tmp_path), FetchSettings())
    assert (found.kind, found.options, len(found.posts)) == ("folder", {}, 1)
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert identify(str(tmp_path), FetchSettings()).options == {"images": True}


@pytest.mark.parametrize("body", [b"", b"halo dunia", b"a,b\n1,2\n", b"\x00\x01\x02\x03", b"{}", b"[]"])
def test_what_nothing_can_read_is_told(tmp_path, body):
    """No kind is claimed for what gives no posts."""
    (tmp_path / "a").write_bytes(body)
    found = identify(str(tmp_path / "a"), FetchSettings())
    assert found.kind is None
    assert found.hint


def test_a_missing_file_is_an_error(tmp_path):
    """What cannot be opened is not guessed at."""
    with pytest.raises(SourceError):
        identify(str(tmp_path / "a"), FetchSettings())


def test_an_address_of_another_scheme_is_no_file():
    """What is written as an address is refused as one."""
    with pytest.raises(SourceError, match="scheme 'ftp'; only http and https are read"):
        identify("ftp://contoh.example/a", FetchSettings())
