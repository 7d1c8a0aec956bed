"""Scans of a real server that moves, asks for pauses, says goodbye or falls silent, over simulated days."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from tests.scanning import NOW, KeywordAssessor, respond, rss, serving, settings_of
from tppo_watch.storage import notices, open_store
from tppo_watch.watch import open_watch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Site:
    """A server on loopback, a watch on it, and a clock that goes on while the watch waits."""

    def __init__(self, folder, host, *names, kind="feed", **options) -> None:
        self.folder, self.host, self.now, self.waited = folder, host, NOW, []
        self.asked: list[str] = []
        sources = [{"id": name, "kind": kind, "url": f"http://{host}/{name}"} for name in names]
        self.settings = settings_of(folder, *sources, fetch={"allow_private": [host]}, **options)

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)

    def scan(self, *, after=timedelta(0), everything=False):
        """A scan in a process of its own, as far as what is remembered goes."""
        self.now += after
        with self.opened() as watch:
            return watch.scan(is_everything=everything, pause=self.pause)

    def opened(self):
        return open_watch(self.settings, assessor=KeywordAssessor(), clock=lambda: self.now)

    def health(self, name: str):
        with self.opened() as watch:
            return {health.source_id: health for health in watch.health()}[name]

    def pending(self):
        with open_store(f"sqlite:///{self.folder}/tppo.db") as store, store.read() as connection:
            return [(one.source_id, one.kind, one.number) for one in notices.pending(connection)]


@pytest.fixture
def routes():
    return {}


@pytest.fixture
def site(tmp_path, routes):
    """Make a site with these sources; what it is asked is noted."""
    with serving(routes) as host:

        def made(*names, **options):
            return Site(tmp_path, host, *names, **options)

        yield made


FEED = rss(("1", "A", "Loker Kamboja"))


def dated(*times) -> bytes:
    """A feed with an item at each of these times."""
    items = rss(*((f"{t:%d%H%M}", f"Judul {t}", "isi") for t in times)).decode().split("</item>")
    parts = [f"{item}<pubDate>{time:%a, %d %b %Y %H:%M:%S +0000}</pubDate>" for item, time in
             zip(items, times, strict=False)]  # fmt: skip
    return "</item>".join([*parts, items[-1]]).encode()


def test_sources_of_one_host_wait_for_each_other(site, routes):
    """Three feeds of one host are asked five seconds apart, the next scan keeps to that too."""
    routes |= {"/a": FEED, "/b": FEED, "/c": FEED}
    one = site("a", "b", "c")
    report = one.scan()
    assert [source.status for source in report.sources] == ["read"] * 3
    assert one.waited == [5.0, 5.0]
    one.scan(after=timedelta(seconds=2), everything=True)
    assert one.waited[2:] == [3.0, 5.0, 5.0]


def test_a_pause_holds_for_the_whole_host_and_over_a_restart(site, routes):
    """After 429 nothing is asked of the host until its time has come, by whichever process."""
    asked = []

    def busy(handler):
        asked.append(handler.path)
        respond(handler, 429, b"", Retry_After="7200")

    routes |= {"/a": busy, "/b": FEED}
    one = site("a", "b")
    report = one.scan()
    assert [source.status for source in report.sources] == ["failed", "failed"]
    assert "asked not to be asked before" in report.sources[1].failures[0].reason
    routes["/a"] = FEED
    assert one.scan(after=HOUR, everything=True).has_failures
    assert not one.scan(after=HOUR, everything=True).has_failures
    assert asked == ["/a"]


def test_a_source_moves_after_two_answers_and_says_so(site, routes):
    """From the third request on the new address is asked directly, with the validators; a notice is made."""
    asked = []

    def moved(handler):
        asked.append(handler.path)
        respond(handler, 301, b"", Location="/new")

    def new(handler):
        asked.append(handler.path)
        is_known = handler.headers.get("If-None-Match") == '"1"'
        respond(handler, 304 if is_known else 200, b"" if is_known else FEED, ETag='"1"')

    routes |= {"/a": moved, "/new": new}
    one = site("a")
    reports = [one.scan(after=DAY) for _ in range(3)]
    assert asked == ["/a", "/new", "/a", "/new", "/new"]
    assert [report.sources[0].status for report in reports] == ["read", "unchanged", "unchanged"]
    assert [[notice.kind for notice in report.notices] for report in reports] == [[], ["moved"], []]
    assert one.health("a").moved_to == f"http://{one.host}/new"


def test_a_source_that_is_gone_is_asked_no_more(site, routes):
    """410 stops it; it is told at once and every day, and `--all` brings it back where it answers again."""
    routes["/a"] = lambda handler: respond(handler, 410, b"")
    one = site("a")
    assert [notice.kind for notice in one.scan().notices] == ["stopped"]
    routes["/a"] = FEED
    assert one.scan(after=23 * HOUR).sources == ()
    assert [(notice.kind, notice.number) for notice in one.scan(after=HOUR).notices] == [("stopped", 2)]
    assert [notice.kind for notice in one.scan(after=HOUR, everything=True).notices] == ["recovered"]
    assert one.health("a").status == "ok"


def test_a_failing_source_is_told_reminded_of_and_never_given_up(site, routes):
    """Ten days of errors: told after three, reminded of daily, asked at least daily, and well when it is."""
    asked = []

    def broken(handler):
        asked.append(handler.path)
        respond(handler, 500, b"")

    routes["/a"] = broken
    one = site("a")
    for _ in range(10 * 24):
        one.scan(after=HOUR)
    assert 10 <= len(asked) <= 20
    kinds = [(kind, number) for _, kind, number in one.pending()]
    assert kinds == [("failing", number) for number in range(1, 11)]
    routes["/a"] = FEED
    for _ in range(25):
        one.scan(after=HOUR)
    assert one.pending()[-1] == ("a", "recovered", 1)


def test_a_source_that_falls_silent_is_told(site, routes):
    """A feed with an item an hour that stops is flagged after four hours, though every request succeeds."""
    past = [NOW - HOUR * n for n in range(48)]
    routes["/a"] = dated(*past)
    one = site("a")
    assert one.scan().notices == ()
    for _ in range(4):
        assert one.scan(after=HOUR - timedelta(minutes=1)).notices == ()
    (notice,) = one.scan(after=HOUR).notices
    assert (notice.kind, notice.detail["usual_gap_s"]) == ("quiet", 3600)
    routes["/a"] = dated(one.now, *past)
    assert [notice.kind for notice in one.scan(after=HOUR).notices] == ["recovered"]


def test_pages_ask_for_robots_once_a_day(site, routes):
    """A page is read where robots.txt lets us, and that file is remembered between scans."""
    asked = []

    def robots(handler):
        asked.append(handler.path)
        respond(handler, 200, b"User-agent: tppo-watch\nDisallow: /b\n")

    page = b"<html><head><title>Loker</title></head><body><p>Loker Kamboja gaji besar</p></body></html>"
    routes |= {"/robots.txt": robots, "/a": page, "/b": page}
    one = site("a", "b", kind="page")
    report = one.scan()
    assert "robots.txt" in report.sources[1].failures[0].reason
    assert report.sources[0].status == "read"
    one.scan(after=HOUR, everything=True)
    assert len(asked) == 1
    one.scan(after=DAY, everything=True)
    assert len(asked) == 2


def test_a_watch_leaves_signs_of_life(site, routes, tmp_path):
    """The heartbeat is there while the watch waits, with how the sources fare."""
    routes["/a"] = FEED
    one = site("a")
    stop = threading.Event()
    with one.opened() as watch:
        for _ in watch.keep_scanning(stop):
            stop.set()
    said = json.loads((tmp_path / "tppo.heartbeat").read_text())
    assert said["at"] == NOW.isoformat()


def test_an_hour_without_anything_due_is_looked_at_too(site, routes):
    """A watch whose only source is gone still reminds of it."""
    routes["/a"] = lambda handler: respond(handler, 410, b"")
    one = site("a")
    stop, told = threading.Event(), []
    with one.opened() as watch:
        for report in watch.keep_scanning(stop):
            told += [(notice.kind, notice.number) for notice in report.notices]
            one.now += 25 * HOUR
            if len(told) == 3:
                stop.set()
    assert told == [("stopped", 1), ("stopped", 2), ("stopped", 3)]


def test_a_stop_in_the_middle_of_an_answer_loses_and_doubles_nothing(site, routes):
    """What is in the air at a stop is left to the next scan, and counts as no failure."""
    stop, asked = threading.Event(), []

    def answer(handler):
        asked.append(handler.path)
        body = rss(*((f"{handler.path}{n}", f"Judul {n}", f"Loker Kamboja {n}") for n in range(20)))
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:900])
        stop.set()
        handler.wfile.write(body[900:])

    routes["/a"] = routes["/b"] = answer
    one = site("a", "b")
    with one.opened() as watch:
        reports = list(watch.keep_scanning(stop))
    assert [source.status for report in reports for source in report.sources] == ["stopped", "stopped"]
    assert asked == ["/a"]
    assert one.health("a").failures_in_row == 0 and one.pending() == []
    assert one.scan().total("new") == 40
    assert one.scan(everything=True).total("new") == 0
