"""Thousands of sources for a day: memory stays flat, and what is due gets read.

    python -m benchmarks.load [--sources 5000] [--items 100000] [--hours 24]

Whole scans as the service runs them, on a new SQLite file: schedule, guarded reading of feeds, storage,
health. Only the network is simulated (each feed answers from memory, with 304 where nothing changed), the
clock (a minute passes between scans) and the model (a rule of two words, since its speed has a benchmark of
its own). Prints memory and backlog by the hour; exits 1 where memory grew after the first quarter by more
than a tenth, or a source that was due was left unread.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from tppo_watch.config import Settings, settings_from
from tppo_watch.scan import due_sources
from tppo_watch.sources.gate import Fetched
from tppo_watch.text.document import Document
from tppo_watch.types import Assessment
from tppo_watch.watch import Watch, open_watch

START = datetime(2026, 11, 24, tzinfo=UTC)
SHOWN = 20  # items a feed shows
GROWTH = 0.10  # of memory, after the first quarter


class Rule:
    """Assesses by a word."""

    def assess(self, document: Document) -> Assessment:
        text = document.text
        level = "high" if "Kamboja" in text else "none"
        return Assessment(
            risk=0.95 if level == "high" else 0.01, level=level, label="benign", stance="offer",
            assistance=False, interval=(0.0, 1.0), exploitation={}, indicators=(), counter=(), entities=(),
            reasons=(("base", 0.0),), missing=(), lang="id", model="rule", text=text,
        )  # fmt: skip

    def assess_many(self, documents: Iterable[Document]) -> Iterator[Assessment]:
        return map(self.assess, documents)


@dataclass
class World:
    """The feeds, and the time."""

    sources: int
    items_a_day: int
    now: datetime = START
    requests: int = 0
    seeded: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        weights = [self.seeded.lognormvariate(0, 1) for _ in range(self.sources)]
        self.gaps = [timedelta(days=1) * sum(weights) / weight / self.items_a_day for weight in weights]

    def settings(self, folder: Path) -> Settings:
        """Each feed on a host of its own."""
        sources = [
            {"id": f"s{n}", "kind": "feed", "url": f"http://s{n}.example/feed"} for n in range(self.sources)
        ]
        return settings_from({"sources": sources}, folder=folder)

    def answer(self, url: str, *, etag: str | None = None, **options: object) -> Fetched:
        """What a feed says now: an item each gap, numbered from the beginning."""
        self.requests += 1
        number = int(url.split(".")[0].removeprefix("http://s"))
        newest = int((self.now - START) / self.gaps[number])
        tag = f'"{newest}"'
        if etag == tag:
            return Fetched(url, 304, b"", etag=tag)
        entries = "".join(
            f"<item><title>Loker {number}-{n}{' Kamboja' if n % 50 == 0 else ''}</title>"
            f"<link>http://s{number}.example/{n}</link><description>Dibutuhkan {n} orang</description>"
            f"<pubDate>{START + self.gaps[number] * n:%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
            for n in range(max(0, newest - SHOWN + 1), newest + 1)
        )
        body = f"<rss version='2.0'><channel><title>x</title>{entries}</channel></rss>".encode()
        return Fetched(url, 200, body, etag=tag)


def memory_mb() -> float:
    """What this process takes now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def left(watch: Watch, now: datetime) -> int:
    """Sources that were due at `now` and are not read."""
    states = {source.id: state for source, state in watch.sources() if state}
    return len(due_sources(watch.settings.sources, states, now))


def run(world: World, hours: int) -> Iterator[tuple[int, float, int, int, int]]:
    """By the hour: its number, memory in MiB, most sources left due by a scan, requests, new posts."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("tppo_watch.sources.web.fetch", world.answer),
        open_watch(world.settings(Path(folder)), assessor=Rule(), clock=lambda: world.now) as watch,
    ):
        new = backlog = 0
        for minute in range(hours * 60):
            new += watch.scan().total("new")
            backlog = max(backlog, left(watch, world.now))
            world.now += timedelta(minutes=1)
            if minute % 60 == 59:
                yield minute // 60 + 1, memory_mb(), backlog, world.requests, new


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--hours", type=int, default=24)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    found = []
    print("| hour | memory, MiB | left due | requests | new posts |\n| ---: | ---: | ---: | ---: | ---: |")
    for row in run(World(arguments.sources, arguments.items), arguments.hours):
        found.append(row)
        print("| {} | {:.0f} | {} | {:,} | {:,} |".format(*row), flush=True)
    print(f"\ntook {time.perf_counter() - begun:,.0f} s")
    early = found[len(found) // 4][1]
    return int(found[-1][1] > early * (1 + GROWTH) or any(row[2] for row in found))


if __name__ == "__main__":
    sys.exit(main())
