"""What the learned schedule saves, and what it costs: simulated feeds asked by the schedule that a scan uses.

    python -m benchmarks.schedule [--feeds 500] [--days 30] [--seed 7]

Feeds publish by day more than by night (WIB), from few items a month to hundreds a day, and in bursts. Each
shows its last 30 items, answers 304 where nothing changed, and fails now and then for some hours. A feed with
five items a day or more counts as active.

Prints requests against asking every 15 minutes, the delays from publishing to reading, and how many requests
were sent without validators; exits 1 where a figure is worse than promised.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median

from tppo_watch.config import SourceSettings
from tppo_watch.scan.schedule import Answer, Trouble, after_answer, after_trouble, due_at
from tppo_watch.storage.sources import SourceState

START = datetime(2026, 11, 1, tzinfo=UTC)
PAST = timedelta(days=5)  # published before the first look
SHOWN = 30  # items a feed shows
ACTIVE = 5.0  # items a day
ASKED_OTHERWISE = timedelta(minutes=15)
SAVED, DELAY_MIN = 0.60, 15.0  # what is promised
#: Share of items by hour of the day, WIB.
HOURS = (2, 1, 1, 1, 1, 5, 10, 15, 20, 20, 20, 18, 15, 16, 18, 18, 16, 13, 12, 12, 10, 7, 4, 3)


@dataclass
class Feed:
    """One feed: what it publishes, and what became of the asking."""

    source: SourceSettings
    items: list[datetime]
    outages: list[tuple[datetime, datetime]]
    requests: int = 0
    unconditional: int = 0
    delays_min: list[float] = field(default_factory=list)
    read: int = 0  #: how many of `items` are read

    def ask(self, state: SourceState, now: datetime) -> SourceState:
        """One request by the schedule, at `now`."""
        self.requests += 1
        self.unconditional += state.etag is None
        if any(begin <= now < end for begin, end in self.outages):
            return after_trouble(self.source, state, Trouble("answered 503", 503), now)
        there = self.read
        while there < len(self.items) and self.items[there] <= now:
            there += 1
        new = self.items[self.read : there]
        if state.etag is None:
            new = new[-SHOWN:]
        else:
            self.delays_min += [(now - time) / timedelta(minutes=1) for time in new]
        self.read = there
        return after_answer(self.source, state, Answer(etag=f'"{there}"', times=tuple(new)), now)


def simulated(count: int, days: int, seed: int) -> Iterator[Feed]:
    """`count` feeds with their rates drawn from a log-normal distribution, median three items a day."""
    seeded = random.Random(seed)
    end = START + timedelta(days=days)
    for number in range(count):
        rate = min(math.exp(seeded.gauss(math.log(3), 1.5)), 300.0)
        source = SourceSettings(id=f"s{number}", kind="feed", url=f"http://f{number}.example/")
        yield Feed(source, _published(seeded, rate, end), _outages(seeded, days))


def _published(seeded: random.Random, rate_per_day: float, end: datetime) -> list[datetime]:
    """Times of a Poisson process with the hours of the day (by thinning); one in thirty begins a burst."""
    most = rate_per_day / 24 * max(HOURS) * 24 / sum(HOURS)
    at, found = START - PAST, []
    while (at := at + timedelta(hours=seeded.expovariate(most))) < end:
        if seeded.random() < HOURS[(at.hour + 7) % 24] / max(HOURS):
            found.append(at)
            if seeded.random() < 1 / 30:
                found += [at + timedelta(minutes=seeded.uniform(1, 40)) for _ in range(seeded.randint(3, 8))]
    return sorted(time for time in found if time < end)


def _outages(seeded: random.Random, days: int) -> list[tuple[datetime, datetime]]:
    """Two in three weeks, of a few hours each, none at the first look."""
    count = sum(seeded.random() < 0.1 for _ in range(days))
    begins = [START + timedelta(days=1 + seeded.uniform(0, max(days - 1, 0))) for _ in range(count)]
    return [(begin, begin + timedelta(hours=seeded.uniform(0.5, 8))) for begin in begins]


def run(feeds: list[Feed], days: int) -> None:
    """Ask each feed whenever it is due."""
    end = START + timedelta(days=days)
    states = [SourceState(feed.source.id, url=feed.source.url) for feed in feeds]
    queue = [(START + timedelta(seconds=number), number) for number in range(len(feeds))]
    heapq.heapify(queue)
    while queue and queue[0][0] < end:
        now, number = heapq.heappop(queue)
        states[number] = feeds[number].ask(states[number], now)
        at = due_at(feeds[number].source, states[number], now)
        assert at is not None and at > now  # nothing is given up, and nothing is asked without a pause
        heapq.heappush(queue, (at, number))


def figures(feeds: list[Feed], days: int) -> dict[str, float]:
    """What the run came to."""
    span_days = days + PAST / timedelta(days=1)
    active = [feed for feed in feeds if len(feed.items) / span_days >= ACTIVE]
    delays = sorted(delay for feed in active for delay in feed.delays_min)
    others = len(feeds) * days * (timedelta(days=1) / ASKED_OTHERWISE)
    return {
        "requests a feed and day": sum(feed.requests for feed in feeds) / len(feeds) / days,
        "requests saved": 1 - sum(feed.requests for feed in feeds) / others,
        "unconditional requests a feed, at most": max(feed.unconditional for feed in feeds),
        "active feeds": len(active),
        "median delay of active feeds, min": median(delays),
        "median over active feeds of their median delay, min": median(
            median(feed.delays_min) for feed in active if feed.delays_min
        ),
        "nine in ten items of active feeds within, min": delays[int(0.9 * len(delays))],
    }


def is_as_promised(found: dict[str, float]) -> bool:
    """Whether no figure is worse than the schedule promises."""
    return (
        found["requests saved"] >= SAVED
        and found["unconditional requests a feed, at most"] == 1
        and found["median delay of active feeds, min"] <= DELAY_MIN
    )


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    feeds = list(simulated(arguments.feeds, arguments.days, arguments.seed))
    run(feeds, arguments.days)
    found = figures(feeds, arguments.days)
    print("| figure | value |\n| --- | ---: |")
    for name, value in found.items():
        print(f"| {name} | {value:,.3g} |")
    return int(not is_as_promised(found))


if __name__ == "__main__":
    sys.exit(main())
