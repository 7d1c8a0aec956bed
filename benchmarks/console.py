"""How long a reviewer waits for the next post, with a long queue: a real server, one request after the other.

    python benchmarks/console.py [--posts 50000] [--rounds 200]

Each round is what the key for the next post does: ask which one it is, be sent there, get its page, with the
view logged. Beside it stands what the same server takes to hand out a small file: a busy machine slows both.
The time of the processor, of server and client together, is what is left where nobody else uses the machine.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import uvicorn

import tppo_watch
from tppo_watch.alerts import LANES
from tppo_watch.config import settings_from
from tppo_watch.console.app import make_app
from tppo_watch.storage import alerts, posts, sources
from tppo_watch.storage.posts import NewPost, content_hash
from tppo_watch.watch import Watch, open_watch

AD = (
    "Loker admin Poipet, gaji 12jt bersih, mes gratis. Berangkat pakai visa turis dulu, paspor dipegang "
    "kantor. WA 0812-0000-0147"
)
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PASSWORD = "kuda nil makan rumput"
_BATCH = 1_000


def fill(watch: Watch, count: int) -> None:
    """Keep `count` posts, each with an alert: one in a hundred a plea, the others high and medium in turn."""
    assessment = tppo_watch.load().assess(AD)
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
            posts.add_assessments(connection, list(zip(ids, spread, strict=True)))
            for n, post_id in zip(numbers, ids, strict=True):
                lane = LANES[0] if n % 100 == 0 else LANES[1 + n % 2]
                alerts.raise_alert(connection, post_id, lane, now=NOW - timedelta(minutes=n % 20_000))


@contextmanager
def serving(watch: Watch) -> Iterator[str]:
    """The console on loopback; yields its address."""
    listening = socket.create_server(("127.0.0.1", 0))
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
    """Seconds of each round: the next post, and a small file of the same server."""
    took: dict[str, list[float]] = {"next post": [], "next post, processor": [], "small file": []}
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
            begun = time.perf_counter()
            client.get("/static/icon.svg")
            took["small file"].append(time.perf_counter() - begun)
    return took


def p95(values: list[float]) -> float:
    """The value that 95 in 100 do not exceed."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def run(count: int, rounds: int) -> dict[str, list[float]]:
    """Fill a database of its own, serve it and measure."""
    with tempfile.TemporaryDirectory() as folder:
        with open_watch(settings_from({}, folder=Path(folder)), clock=lambda: NOW) as watch:
            watch.accounts.add(None, "bench", "reviewer", PASSWORD, now=NOW)
            fill(watch, count)
            token = watch.accounts.sign_in("bench", PASSWORD, client="bench", now=NOW).token
            with serving(watch) as base:
                return measured(base, token, rounds)


def table(took: dict[str, list[float]], count: int) -> str:
    """Both as lines of a table, in milliseconds, with the ratio to the small file."""
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
    options = parser.parse_args()
    print(table(run(options.posts, options.rounds), options.posts))


if __name__ == "__main__":
    main()
