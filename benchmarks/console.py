"""How long a reviewer waits with a long queue, for each page and each act: one request after the other.

    python -m benchmarks.console [--posts 50000] [--rounds 200] [--postgresql]

A real server on loopback. The next post is what its key does: ask which one it is, be sent there, get its
page, with the view logged. An act is a form that is sent, and the page that comes after it. Beside these
stands what the same server takes to hand out a small file: a busy machine slows all of them. The time of the
processor, of server and client together, is what is left where nobody else uses the machine.

Half of the posts are in one campaign, the others in campaigns of five; they arrived over two weeks. As many
as a fifth of those that wait were handled before: half of these decided, a part of them by two people or
waiting for a second opinion, the others put off or given to somebody else.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import uvicorn
from sqlalchemy.engine import make_url

import tppo_watch
from tests.console.world import offer_term, raise_signal
from tests.postgres import running_postgres
from tppo_watch.alerts import LANES
from tppo_watch.cli.console import listening_on
from tppo_watch.config import settings_from
from tppo_watch.console.app import make_app
from tppo_watch.errors import ReviewConflictError
from tppo_watch.review import Decision
from tppo_watch.storage import alerts, posts, sources
from tppo_watch.storage.posts import NewPost, content_hash
from tppo_watch.text.document import read
from tppo_watch.watch import Watch, open_watch

AD = (
    "Loker admin Poipet, gaji 12jt bersih, mes gratis. Berangkat pakai visa turis dulu, paspor dipegang "
    "kantor. WA 0812-0000-0147"
)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PASSWORD = "kuda nil makan rumput"
#: Pages that every reviewer opens, and those of leads and administrators. One of each is measured a round.
PAGES = {
    "queue": "/queue",
    "queue, page 20": "/queue?page=20",
    "queue, not trafficking": "/queue?view=dismissed",
    "campaigns": "/campaigns",
    "campaign, half of all posts": "/campaigns/c1",
    "campaign, a small one": "/campaigns/c2",
    "signals": "/signals",
    "signal": "/signals/1",
    "terms": "/terms",
    "sources": "/sources",
    "statistics": "/statistics",
    "bulletin": "/bulletin",
    "settings": "/settings",
}
PAGES_OF_ADMIN = {"messages": "/deliveries", "audit log": "/audit", "users": "/users"}
MANY = 50  # posts that one act is on: all lines of a page of the queue
_BATCH = 1_000
_SMALL = 5  # posts of a small campaign
_TWICE = 500  # posts at most that two people gave an opinion of


def fill(watch: Watch, count: int) -> list[int]:
    """Keep `count` posts, each with an alert: one in a hundred a plea, the others high and medium in turn."""
    assessor = tppo_watch.load("student")
    grouping = watch._grouping
    large = assessor.assess(AD)
    seen = grouping.print_of(read(AD), large)
    draw = random.Random(5)
    raised: list[int] = []
    with watch._store.write() as connection:
        sources.ensure(connection, "bench")
        for start in range(0, count, _BATCH):
            numbers = range(start, min(start + _BATCH, count))
            some = []  # text, assessment and what campaigns compare
            for n in numbers:
                if n % (2 * _SMALL) == 1:
                    other = _other_ad(draw)
                    small = assessor.assess(other)
                    print_of_small = grouping.print_of(read(other), small)
                some.append((f"{other} {n}", small, print_of_small) if n % 2 else (f"{AD} {n}", large, seen))
            times = [NOW - timedelta(minutes=n % 20_000) for n in numbers]
            new = [
                (NewPost("bench", str(n), content_hash(text), text, at, (str(n),)), None)
                for n, at, (text, _, _) in zip(numbers, times, some, strict=True)
            ]
            ids = posts.add(connection, new)
            spread = [
                (id, replace(assessment, risk=0.5 + (n * 7919 % 5000) / 10_001))
                for n, id, (_, assessment, _) in zip(numbers, ids, some, strict=True)
            ]
            posts.add_assessments(connection, spread)
            grouping.add(connection, [(id, seen) for id, (_, _, seen) in zip(ids, some, strict=True)])
            for n, at, post_id in zip(numbers, times, ids, strict=True):
                lane = LANES[0] if n % 100 == 0 else LANES[1 + n % 2]
                raised.append(alerts.raise_alert(connection, post_id, lane, now=at))
    return raised


def _other_ad(draw: random.Random) -> str:
    """An ad with a number and words that no other has."""
    words = ["".join(draw.choices("bdgjklmnprst", k=1)[0] + draw.choice("aiueo") for _ in range(3))
             for _ in range(24)]  # fmt: skip
    number = f"08{draw.randrange(10**9, 10**10)}"
    return f"Loker Poipet {' '.join(words)}, paspor dipegang kantor. WA {number}"


def handle(watch: Watch, raised: Sequence[int]) -> None:
    """Decide half of these, and put off or give away the others, as many at once as the desk allows."""
    lead, second = watch.accounts.named("lead"), watch.accounts.named("second")
    later = Decision("snooze", until=NOW + timedelta(days=3))
    for start in range(0, len(raised), _BATCH):
        batch = raised[start : start + _BATCH]
        half, rest = batch[: len(batch) // 2], batch[len(batch) // 2 :]
        for some, decision in (
            (half[::2], Decision("take_up")),
            (half[1::2], Decision("not_trafficking", reason="lawful")),
            (rest[::2], later),
            (rest[1::2], Decision("assign", assignee=lead.id)),
        ):
            if some:
                counted = watch.bulk.select(lead, now=NOW, view="all", alerts=some)
                watch.bulk.decide_all(lead, counted.alerts, counted.digest, decision, now=NOW)
    for place, alert in enumerate(raised[: len(raised) // 2][:_TWICE]):
        found = Decision("take_up") if place % 5 else Decision("not_trafficking", reason="warning")
        with suppress(ReviewConflictError):  # what this person found is kept
            watch.desk.decide(second, alert, found, seen=0, now=NOW)


@contextmanager
def serving(watch: Watch) -> Iterator[str]:
    """The console on loopback; yields its address."""
    listening = listening_on("127.0.0.1", 0)
    address = f"127.0.0.1:{listening.getsockname()[1]}"
    app = make_app(watch, key=b"k" * 32, hosts=[address])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://{address}"
    finally:
        server.should_exit = True
        thread.join()


class Timer:
    """What each thing took: seconds on the clock, and of the processor."""

    def __init__(self) -> None:
        self.took: dict[str, list[tuple[float, float]]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        begun, work = time.perf_counter(), time.process_time()
        yield
        now = time.perf_counter() - begun, time.process_time() - work
        self.took.setdefault(name, []).append(now)


class Reviewer:
    """Somebody who is signed in, and what they do in a browser."""

    def __init__(self, client: httpx2.Client, timer: Timer) -> None:
        self.client, self.timer = client, timer
        self.open()

    def open(self) -> None:
        """Begin with the first post of the queue."""
        self.post = self.client.get("/next").headers["location"]
        self.page = self.client.get(self.post).text

    def next(self) -> None:
        """Ask for the next post and look at it."""
        with self.timer.of("next post"):
            self.post = self.client.get(f"/next?after={self.id}").headers["location"]
            self.page = self.client.get(self.post).text
        assert "decide-bar" in self.page and "Poipet" in self.page

    def decide(self, name: str, decision: str) -> None:
        """Decide about the post that is open, and see the page that comes next."""
        version = self._hidden("version")
        self._send(name, f"/posts/{self.id}/decide", decision=decision, version=version, note="dibaca")

    def agency(self) -> str:
        """The choice of the first agency that the open post can be referred to."""
        return re.search('value="(refer:[^"]+)"', self.page)[1]

    def reveal(self) -> None:
        """Give a reason, and see the numbers of the post that is open."""
        form = {"token": self._hidden("token"), "reason": "bench"}
        with self.timer.of("show numbers"):
            assert self.client.post(f"/posts/{self.id}/reveal", data=form).status_code == 200

    def undo(self, name: str) -> None:
        """Take back the last act."""
        self._send(name, "/undo", act=self._hidden("act"), back="/queue")

    def many(self, decision: str, name: str) -> None:
        """Count the first page of the queue, decide about all of it, and see the queue again."""
        self.page = self.client.get("/queue?lane=medium").text
        chosen = re.findall(r'name="alert" value="(\d+)', self.page)[:MANY]
        form = {"token": self._hidden("token"), "alert": chosen, "decision": decision, "back": "/queue"}
        with self.timer.of("count many"):
            self.page = self.client.post("/bulk", data=form).text
        form |= {"digest": self._hidden("digest"), "into": chosen[0]}
        with self.timer.of(name):
            self.page = self.client.get(self._sent("/bulk/apply", form)).text

    def _send(self, name: str, path: str, **form: str) -> None:
        form["token"] = self._hidden("token")
        with self.timer.of(name):
            self.post = self._sent(path, form)
            self.page = self.client.get(self.post).text

    def _sent(self, path: str, form: dict[str, str]) -> str:
        answer = self.client.post(path, data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    @property
    def id(self) -> str:
        return self.post.partition("?")[0].rpartition("/")[2]

    def _hidden(self, name: str) -> str:
        return re.search(f'name="{name}" value="([^"]*)"', self.page)[1]


def measured(base: str, tokens: dict[str, str], rounds: int) -> Timer:
    """Each page and each act once a round, and a small file of the same server."""
    timer = Timer()
    with _client(base, tokens["reviewer"]) as client, _client(base, tokens["admin"]) as admin:
        reviewer = Reviewer(client, timer)
        pages = [(client, name, path) for name, path in PAGES.items()]
        pages += [(admin, name, path) for name, path in PAGES_OF_ADMIN.items()]
        for _, _, path in pages:  # what is read once when the console starts
            assert admin.get(path).status_code == 200, path
        for _ in range(rounds):
            reviewer.next()
            reviewer.decide("take up, and the next", "take_up")
            reviewer.undo("undo one")
            reviewer.next()
            reviewer.decide("refer, and the next", reviewer.agency())
            reviewer.decide("snooze, and the next", "snooze:24")
            reviewer.decide("write a note", "note")
            reviewer.reveal()
            for who, name, path in pages:
                with timer.of(name):
                    who.get(path)
            with timer.of("dossier as JSON"):
                client.get(f"/posts/{reviewer.id}/dossier.json")
            reviewer.many("snooze:24", f"decide about {MANY}")
            reviewer.undo(f"undo {MANY}")
            reviewer.many("merge", f"merge {MANY}")
            reviewer.undo(f"undo {MANY}")
            reviewer.open()
            with timer.of("small file"):
                client.get("/static/icon.svg")
    return timer


def _client(base: str, token: str) -> httpx2.Client:
    headers = {"cookie": f"__Host-tppo-session={token}", "origin": base}
    return httpx2.Client(base_url=base, headers=headers, trust_env=False, timeout=120)


def p95(values: Sequence[float]) -> float:
    """The value that 95 in 100 do not exceed."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def run(count: int, rounds: int, *, is_postgresql: bool = False) -> dict[str, list[tuple[float, float]]]:
    """Fill a database of its own, serve it, measure: by name, seconds on the clock and of the processor."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_postgres() if is_postgresql else nullcontext() as server,
    ):
        url = server.new_database() if server else ""
        data = {"storage": {"url": url}} if server else {}
        with open_watch(settings_from(data, folder=Path(folder)), clock=lambda: NOW) as watch:
            for role in ("reviewer", "lead", "admin"):
                watch.accounts.add(None, role, role, PASSWORD, now=NOW)
            watch.accounts.add(None, "second", "reviewer", PASSWORD, now=NOW)
            raised = fill(watch, count + count // 5)
            handle(watch, raised[::6][: count // 5])
            for day in range(30):
                raise_signal(watch, raised[:5], now=NOW - timedelta(days=day))
                offer_term(watch, raised[:3], now=NOW, text=f"jalur {day}")
            if server:  # as the server does by itself some minutes later
                with psycopg.connect(
                    host=str(server.folder), user="postgres", dbname=make_url(url).database, autocommit=True
                ) as direct:
                    direct.execute("VACUUM ANALYZE")
            tokens = {
                role: watch.accounts.sign_in(role, PASSWORD, client="bench", now=NOW).token
                for role in ("reviewer", "admin")
            }
            with serving(watch) as base:
                return measured(base, tokens, rounds).took


def table(took: dict[str, list[tuple[float, float]]], count: int) -> str:
    """All as lines of a table, in milliseconds, with the ratio to the small file."""
    peer = statistics.median(clock for clock, _ in took["small file"])
    lines = [
        f"| with {count:,} posts waiting | median, ms | p95, ms | processor, ms | median, small file = 1 |",
        "| --- | --: | --: | --: | --: |",
    ]
    for name, values in took.items():
        clock, work = zip(*values, strict=True)
        middle = statistics.median(clock)
        milliseconds = [f"{value * 1e3:.1f}" for value in (middle, p95(clock), statistics.median(work))]
        lines.append(f"| {' | '.join([name, *milliseconds, f'{middle / peer:.1f}'])} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    options = parser.parse_args()
    took = run(options.posts, options.rounds, is_postgresql=options.postgresql)
    print(table(took, options.posts))


if __name__ == "__main__":
    main()
