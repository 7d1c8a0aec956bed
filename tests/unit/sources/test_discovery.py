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


def test_a_page_names_its_feeds():
    """A web page is not read, but the feed it names is handed on."""
    page = (
        b'<!doctype html><html><link rel="alternate" type="application/rss+xml" href="/feed.xml?a=1&amp;b=2">'
    )
    with serving({"/": page, "/plain": b"<html>halo</html>", "/feed": rss(("a", "A", "a"))}) as host:
        config = FetchSettings(allow_private=[host])
        assert f"http://{host}/feed.xml?a=1&b=2" in (identify(f"http://{host}/", config).hint or "")
        assert "without a feed" in (identify(f"http://{host}/plain", config).hint or "")
        assert identify(f"http://{host}/feed", config).kind == "feed"


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
