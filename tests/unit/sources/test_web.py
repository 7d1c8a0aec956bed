from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scanning import NOW, respond, serving
from tppo_watch.config import FetchSettings
from tppo_watch.errors import FetchError, FetchRefusedError
from tppo_watch.sources.web import Host, Web


class Visit:
    """A web whose clock goes on by itself only while it waits."""

    def __init__(self, host: str, **known: object) -> None:
        self.host, self.now, self.waited = host, NOW, []
        config = FetchSettings(allow_private=[host])
        self.known = {host: Host(host, **known)}
        self.web = Web(config, clock=lambda: self.now, pause=self.pause, recall=self.known.get)

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)

    def get(self, path: str, **options):
        return self.web.get(f"http://{self.host}{path}", source_id="s", **options)


def test_a_host_is_asked_once_in_five_seconds():
    """The second request waits for what is left of the pause, the third comes late enough."""
    with serving({"/": b"x"}) as host:
        visit = Visit(host)
        visit.get("/")
        visit.now += timedelta(seconds=2)
        visit.get("/")
        visit.now += timedelta(seconds=5)
        visit.get("/")
    assert visit.waited == [3.0]


def test_hosts_do_not_wait_for_each_other():
    """The pause of one host holds up no other."""
    with serving({"/": b"x"}) as host:
        visit = Visit(host)
        visit.known["lain.example"] = Host("lain.example", asked_at=NOW)
        visit.get("/")
    assert visit.waited == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_was_asked_for_is_kept(status):
    """Until it is over nothing is sent to that host, for any source; a pause is never longer than a day."""
    asked = []

    def busy(handler):
        asked.append(handler.path)
        respond(handler, status, b"", Retry_After="999999999")

    with serving({"/": busy, "/b": b"x"}) as host:
        visit = Visit(host)
        with pytest.raises(FetchError, match=f"answered {status}"):
            visit.get("/")
        visit.now += timedelta(hours=23)
        with pytest.raises(FetchError, match="asked not to be asked before 25 Nov 03:00 UTC") as told:
            visit.get("/b")
        assert told.value.retry_after_s == 3600
        visit.now += timedelta(hours=1)
        assert visit.get("/b").body == b"x"
    assert asked == ["/"]


def test_a_pause_asked_for_with_the_rules_is_kept_too():
    """A host too busy for its robots.txt is too busy for its feeds."""
    asked = []

    def busy(handler):
        asked.append(handler.path)
        respond(handler, 429, b"", Retry_After="3600")

    with serving({"/robots.txt": busy, "/a": busy}) as host:
        visit = Visit(host)
        with pytest.raises(FetchError, match="cannot be had"):
            visit.get("/a", is_page=True)
        visit.now += timedelta(minutes=59)
        with pytest.raises(FetchError, match="asked not to be asked"):
            visit.get("/a")
    assert asked == ["/robots.txt"]


def test_a_clock_set_back_closes_no_host():
    """A pause or a request that lies in the future is not waited for."""
    with serving({"/": b"x"}) as host:
        later = NOW + timedelta(days=400)
        assert Visit(host, asked_at=later, not_before=later).get("/").body == b"x"


ROBOTS = b"User-agent: *\nDisallow: /\n\nUser-agent: tppo-watch\nDisallow: /tutup\nCrawl-delay: 20\n"


def test_pages_keep_to_robots_and_feeds_are_feeds():
    """The rules for our name count, before those for all; they are fetched once a day."""
    asked = []

    def robots(handler):
        asked.append(handler.path)
        respond(handler, 200, ROBOTS)

    with serving({"/robots.txt": robots, "/tutup/a": b"a", "/buka": b"b"}) as host:
        visit = Visit(host)
        with pytest.raises(FetchRefusedError, match="robots.txt .* keeps programs away"):
            visit.get("/tutup/a", is_page=True)
        assert visit.get("/tutup/a").body == b"a"
        assert visit.get("/buka", is_page=True).body == b"b"
        assert asked == ["/robots.txt"]
        assert visit.waited == [5.0, 20.0]
        visit.now += timedelta(hours=25)
        visit.get("/buka", is_page=True)
        assert asked == ["/robots.txt"] * 2


def test_a_host_without_robots_keeps_nobody_away():
    """RFC 9309: what is not there allows everything."""
    with serving({"/a": b"a"}) as host:
        assert Visit(host).get("/a", is_page=True).body == b"a"


def test_robots_that_cannot_be_had_close_the_pages():
    """RFC 9309: a server in trouble is not read, unless its rules are known from less than 30 days ago."""
    with serving({"/robots.txt": lambda handler: respond(handler, 500, b""), "/a": b"a"}) as host:
        with pytest.raises(FetchError, match=r"cannot be had \(answered 500\)"):
            Visit(host).get("/a", is_page=True)
        known = {"robots": "", "robots_at": NOW - timedelta(days=29)}
        assert Visit(host, **known).get("/a", is_page=True).body == b"a"
        known["robots_at"] = NOW - timedelta(days=31)
        with pytest.raises(FetchError, match="cannot be had"):
            Visit(host, **known).get("/a", is_page=True)


def test_robots_without_end_count_as_far_as_they_are_read():
    """RFC 9309, section 2.5: half a megabyte is read, however much more a host sends."""
    rules = ROBOTS + b"# halaman\n" * 60_000 + b"User-agent: tppo-watch\nDisallow: /\n"
    with serving({"/robots.txt": rules + b"#" * 12_000_000, "/tutup": b"a", "/buka": b"b"}) as host:
        with pytest.raises(FetchRefusedError, match="keeps programs away"):
            Visit(host).get("/tutup", is_page=True)
        assert Visit(host).get("/buka", is_page=True).body == b"b"


@pytest.mark.parametrize("url", ["http://[::1/", "http://a\u2028b.example/", "ftp://a/"])
@pytest.mark.parametrize("is_page", [True, False])
def test_what_is_no_address_is_a_refusal(url, is_page):
    """Whoever names it, in a site map or a post, gets a reason and no traceback; no host is noted."""
    visit = Visit("a.example:80")
    with pytest.raises(FetchRefusedError, match="not a valid address|scheme"):
        visit.web.get(url, source_id="s", is_page=is_page)
    assert visit.web.take_changed() == [] and visit.waited == []


@pytest.mark.parametrize(
    "robots", [b"\xff\xfe\x00", b"Disallow", b"User-agent: *\nDisallow: " + b"*" * 5000 + b"$", b""]
)
def test_odd_robots_break_nothing(robots):
    """Whatever a host sends as its rules, the answer is a result or a refusal."""
    with serving({"/robots.txt": robots, "/a": b"a"}) as host:
        try:
            assert Visit(host).get("/a", is_page=True).body == b"a"
        except FetchRefusedError:
            pass
