from __future__ import annotations

import gzip

import pytest

from tests.scanning import respond, serving
from tests.sources import page, posting
from tppo_watch.config import FetchSettings, SourceSettings
from tppo_watch.errors import SourceError
from tppo_watch.sources import SourceFetcher, read
from tppo_watch.types import Failure, Post


def urlset(*entries: tuple[str, str]) -> bytes:
    rows = "".join(f"<url><loc>{loc}</loc><lastmod>{time}</lastmod></url>" for loc, time in entries)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()


def index(*places: str) -> bytes:
    rows = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in places)
    return f"<sitemapindex>{rows}</sitemapindex>".encode()


class Site:
    """A host with a map; counts what is asked for."""

    def __init__(self, **pages: bytes) -> None:
        self.asked: list[str] = []
        self.routes = {f"/{name}": self._answer(body) for name, body in pages.items()}

    def _answer(self, body: bytes):
        def answer(handler) -> None:
            self.asked.append(handler.path)
            respond(handler, 200, body)

        return answer

    def read(self, etag: str | None = None, **options):
        with serving(self.routes) as host:
            return self.read_on(host, etag, **options)

    def read_on(self, host: str, etag: str | None = None, **options):
        self.asked.clear()
        source = SourceSettings(id="s", kind="sitemap", url=f"http://{host}/map", **options)
        fetcher = SourceFetcher(FetchSettings(allow_private=[host], host_pause_s=0), etag=etag)
        return list(read(source, fetcher)), fetcher


def job(name: str) -> bytes:
    return page(posting(title=name, identifier=name, url=None))


def test_pages_are_read_newest_first_a_few_each_time_and_once():
    """A backlog is worked off over scans; a page that was read is read again only when it changes."""
    site = Site(a=job("A"), b=job("B"), c=job("C"))
    site.routes["/map"] = site._answer(
        urlset(("/a", "2026-11-01"), ("/b", "2026-11-03"), ("/c", "2026-11-02"))
    )
    with serving(site.routes) as host:
        posts, fetcher = site.read_on(host, max_pages=2)
        assert [post.title for post in posts] == ["B", "C"]
        posts, fetcher = site.read_on(host, fetcher.etag, max_pages=2)
        assert [post.title for post in posts] == ["A"]
        posts, fetcher = site.read_on(host, fetcher.etag, max_pages=2)
        assert (posts, fetcher.unchanged, site.asked) == ([], True, ["/map"])
        entries = urlset(("/a", "2026-11-01"), ("/b", "2026-11-09"), ("/c", "2026-11-02"))
        site.routes["/map"] = site._answer(entries)
        posts, fetcher = site.read_on(host, fetcher.etag)
        assert [post.title for post in posts] == ["B"]


def test_an_index_packed_maps_and_a_pattern_are_understood():
    """Maps of maps are followed one step, gzip files are unpacked, other addresses are left alone."""
    packed = gzip.compress(urlset(("/loker", "2026-11-01"), ("/berita", "2026-11-02")))
    site = Site(map=index("/one.xml.gz"), loker=job("Loker"), berita=job("Berita"))
    site.routes["/one.xml.gz"] = site._answer(packed)
    posts, _ = site.read(match="*/loker")
    assert [post.title for post in posts] == ["Loker"]


def test_a_page_that_is_gone_costs_itself():
    """It is counted, the others are read, and it is not asked for again."""
    site = Site(a=job("A"))
    site.routes["/map"] = site._answer(urlset(("/gone", "2026-11-02"), ("/a", "2026-11-01")))
    with serving(site.routes) as host:
        items, fetcher = site.read_on(host)
        assert [isinstance(item, Failure) for item in items] == [True, False]
        assert site.read_on(host, fetcher.etag)[0] == []


def test_robots_txt_is_kept_to():
    """A page from which programs are kept away is not fetched."""
    site = Site(a=job("A"), map=urlset(("/a", "2026-11-01")))
    site.routes["/robots.txt"] = b"User-agent: *\nDisallow: /a\n"
    (failure,), _ = site.read()
    assert "robots.txt" in failure.reason
    assert "/a" not in site.asked


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no site map"),
        (b"<html></html>", "no site map"),
        (b'<!DOCTYPE urlset [<!ENTITY a "aa">]><urlset></urlset>', "DOCTYPE"),
        (gzip.compress(b"<urlset>" + b" " * 3_000_000 + b"</urlset>"), "more than"),
    ],
)
def test_what_is_no_map_or_a_bomb_is_one_error(body, says):
    """Entities and packed bombs end before they grow."""
    with serving({"/map": body}) as host:
        source = SourceSettings(id="s", kind="sitemap", url=f"http://{host}/map")
        config = FetchSettings(allow_private=[host], host_pause_s=0, max_bytes=1_000_000)
        with pytest.raises(SourceError, match=says):
            list(read(source, SourceFetcher(config)))


def test_an_address_that_is_none_costs_only_itself():
    """The other pages of the map are read, and the failure names the address."""
    site = Site(a=job("A"))
    places = [("http://[::1/x", "2026-11-03"), ("http://a:b/", "2026-11-02"), ("/a", "2026-11-01")]
    site.routes["/map"] = site._answer(urlset(*places))
    found, _ = site.read()
    assert [type(item) for item in found] == [Failure, Failure, Post]
    assert (found[0].item, found[0].reason) == ("s: entry 1", "is no web address")
    assert "not a valid address" in found[1].reason
