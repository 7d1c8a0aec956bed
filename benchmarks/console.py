"""How long a reviewer waits for the next post, with a long queue: a real server, one request after the other.

    python -m benchmarks.console [--posts 50000] [--rounds 200] [--postgresql]

Each round is what the key for the next post does: ask which one it is, be sent there, get its page, with the
view logged. Then the first page of the queue. Beside these stands what the same server takes to hand out a
small file: a busy machine slows all of them. The time of the processor, of server and client together, is
what is left where nobody else uses the machine.

All posts are of one campaign, and as many as a fifth of those that wait were handled before: half of these
decided, a part of them waiting for a second opinion, the others put off or given to somebody else.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import uvicorn
from sqlalchemy.engine import make_url

import tppo_watch
from tests.postgres import running_postgres
from tppo_watch.alerts import LANES
from tppo_watch.cli.console import listening_on
from tppo_watch.config import settings_from
from tppo_watch.console.app import make_app
from tppo_watch.review import Decision
from tppo_watch.scan.grouping import Grouping
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
_BATCH = 1_000


def fill(watch: Watch, count: int) -> list[int]:
    """Keep `count` posts, each with an alert: one in a hundred a plea, the others high and medium in turn."""
    assessment = tppo_watch.load("student").assess(AD)
    raised = []
    grouping = Grouping(watch._store, b"k" * 32)
    seen = grouping.print_of(read(AD), assessment)
    with watch._store.write() as connection:
        sources.ensure(connection, "bench")
        for start in range(0, count, _BATCH):
            numbers = range(start, min(start + _BATCH, count))
            new = [
                NewPost("bench", str(n), content_hash(f"{AD} {n}"), f"{AD} {n}", NOW, (str(n),))
                for n in numbers
            ]
            ids = posts.add(connection, [(post, None) for post in new])
            spread = [replace(assessment, risk=0.5 + (n * 7919 % 5000) / 10_001) for n in numbers]
            assessed = list(zip(ids, spread, strict=True))
            posts.add_assessments(connection, assessed)
            grouping.add(connection, [(post_id, seen) for post_id in ids])
            for n, post_id in zip(numbers, ids, strict=True):
                lane = LANES[0] if n % 100 == 0 else LANES[1 + n % 2]
                at = NOW - timedelta(minutes=n % 20_000)
                raised.append(alerts.raise_alert(connection, post_id, lane, now=at))
    return raised


def handle(watch: Watch, raised: Sequence[int]) -> None:
    """Decide half of these, and put off or give away the others, as many at once as the desk allows."""
    lead = watch.accounts.named("lead")
    later = Decision("snooze", until=NOW + timedelta(days=3))
    for start in range(0, len(raised), _BATCH):
        batch = raised[start : start + _BATCH]
        half, rest = batch[: len(batch) // 2], batch[len(batch) // 2 :]
        for some, decision in (
            (half, Decision("take_up")),
            (rest[::2], later),
            (rest[1::2], Decision("assign", assignee=lead.id)),
        ):
            counted = watch.bulk.select(lead, now=NOW, view="all", alerts=some)
            watch.bulk.decide_all(lead, counted.alerts, counted.digest, decision, now=NOW)


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


def measured(base: str, token: str, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round: the next post, the queue, and a small file of the same server."""
    names = ("next post", "next post, processor", "queue", "queue, processor", "small file")
    took: dict[str, list[float]] = {name: [] for name in names}
    headers = {"cookie": f"__Host-tppo-session={token}"}
    with httpx2.Client(base_url=base, headers=headers, trust_env=False, timeout=120) as client:
        path = client.get("/next").headers["location"]
        for _ in range(rounds):
            begun, work = time.perf_counter(), time.process_time()
            path = client.get(f"/next?after={path.rpartition('/')[2]}").headers["location"]
            page = client.get(path)
            took["next post"].append(time.perf_counter() - begun)
            took["next post, processor"].append(time.process_time() - work)
            assert page.status_code == 200 and "Poipet" in page.text
            begun, work = time.perf_counter(), time.process_time()
            assert client.get("/queue").status_code == 200
            took["queue"].append(time.perf_counter() - begun)
            took["queue, processor"].append(time.process_time() - work)
            begun = time.perf_counter()
            client.get("/static/icon.svg")
            took["small file"].append(time.perf_counter() - begun)
    return took


def p95(values: list[float]) -> float:
    """The value that 95 in 100 do not exceed."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def run(count: int, rounds: int, *, is_postgresql: bool = False) -> dict[str, list[float]]:
    """Fill a database of its own, serve it and measure."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_postgres() if is_postgresql else nullcontext() as server,
    ):
        url = server.new_database() if server else ""
        data = {"storage": {"url": url}} if server else {}
        with open_watch(settings_from(data, folder=Path(folder)), clock=lambda: NOW) as watch:
            for role in ("reviewer", "lead"):
                watch.accounts.add(None, role, role, PASSWORD, now=NOW)
            raised = fill(watch, count + count // 5)
            handle(watch, raised[::6][: count // 5])
            if server:  # as the server does by itself some minutes later
                with psycopg.connect(
                    host=str(server.folder), user="postgres", dbname=make_url(url).database, autocommit=True
                ) as direct:
                    direct.execute("VACUUM ANALYZE")
            token = watch.accounts.sign_in("reviewer", PASSWORD, client="bench", now=NOW).token
            with serving(watch) as base:
                return measured(base, token, rounds)


def table(took: dict[str, list[float]], count: int) -> str:
    """All as lines of a table, in milliseconds, with the ratio to the small file."""
    peer = statistics.median(took["small file"])
    lines = [
        f"| with {count:,} posts waiting | median, ms | p95, ms | median, small file = 1 |",
        "| --- | --: | --: | --: |",
    ]
    for name, values in took.items():
        middle = statistics.median(values)
        lines.append(f"| {name} | {middle * 1e3:.1f} | {p95(values) * 1e3:.1f} | {middle / peer:.1f} |")
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
