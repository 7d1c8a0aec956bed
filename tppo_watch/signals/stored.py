"""Signals of a database: what rose of late, and which posts and campaigns are behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..storage import Store
from ..storage import signals as stored
from .baseline import GUARD_DAYS, HISTORY_DAYS
from .detect import MAX_Q, Signal, detect
from .methods import DEFAULT_METHOD
from .series import WIB, count

SHOWN_POSTS = 5


@dataclass(frozen=True, slots=True)
class Explained:
    """A signal and what is behind it."""

    signal: Signal
    posts: tuple[int, ...]  #: ids of its posts, the highest risk first
    campaigns: tuple[str, ...]  #: of those posts, the most frequent first

    def to_dict(self) -> dict[str, Any]:
        """The line of the command, with the posts and campaigns behind it."""
        named = {"campaigns": list(self.campaigns)} if self.campaigns else {}
        return self.signal.to_dict() | {"posts": list(self.posts[:SHOWN_POSTS])} | named


def explain(
    store: Store, *, now: datetime, days: int, method: str | None = None, max_q: float | None = None
) -> tuple[list[Explained], list[str]]:
    """What rose in the `days` full days before `now`, and notes on what could not be judged.

    Reads `store`, writes nothing.
    """
    today = now.astimezone(WIB).date()
    start = today - timedelta(days=HISTORY_DAYS + GUARD_DAYS + 7 + days)
    since = now - (today - start)
    with store.read() as connection:
        readings = stored.readings(connection, since)
        counted = count(stored.weighed(connection, since), readings, start=start, today=today)
        signals = detect(
            counted.counts, counted.names, start, since=today - timedelta(days=days),
            completeness=counted.completeness if counted.names else None,
            method=method or DEFAULT_METHOD, max_q=max_q or MAX_Q,
        )  # fmt: skip
        behind = {signal: counted.posts.get((signal.series, signal.date), []) for signal in signals}
        campaigns = stored.campaigns_of(connection, sorted({id for ids in behind.values() for id in ids}))
    notes = []
    if counted.future:
        notes.append(f"{counted.future} posts are dated after they were read; they were left out")
    if not counted.names:
        notes.append("no posts of the last half year, so nothing was judged")
    return [Explained(signal, tuple(ids), _frequent(ids, campaigns)) for signal, ids in behind.items()], notes


def _frequent(ids: list[int], campaigns: dict[int, int]) -> tuple[str, ...]:
    names = [f"c{campaigns[id]}" for id in ids if id in campaigns]
    return tuple(sorted(dict.fromkeys(names), key=lambda name: (-names.count(name), name)))
