"""Posts as daily counts: by province, destination, origin, kind, indicator, source; each post by its risk."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import numpy as np
from numpy.typing import NDArray

from ..storage.signals import Reading, Weighed

WIB = timezone(timedelta(hours=7))
LONGEST_WAIT_DAYS = 7  #: the longest that a post is late
MIN_SHARE = 0.3  # of the usual posts; a day of which less could be read is not judged
KIND_FROM = 0.5  # a kind of exploitation this likely counts


@dataclass(frozen=True, eq=False)
class Counted:
    """Daily counts with the posts behind them."""

    start: date
    names: tuple[str, ...]
    counts: NDArray[np.float64]  #: (n_series, n_days), posts by their risk; NaN where nothing was read
    completeness: NDArray[np.float64]  #: (n_series, n_days)
    posts: dict[tuple[str, date], list[int]]  #: ids, the highest risk first
    future: int  #: posts that were dated after they were read, and were left out


def names_of(post: Weighed) -> Iterator[str]:
    """The series a post counts in, such as ``destination:KH``."""
    assessment = post.assessment
    yield f"source:{post.source_id}"
    if post.province:
        yield f"province:{post.province}"
    for entity in assessment["entities"]:
        value = entity["value"]
        if entity["kind"] == "destination" and value.get("country"):
            yield f"destination:{value['country']}"
        elif entity["kind"] == "origin" and (value.get("place") or value.get("country")):
            yield f"origin:{value.get('place') or value['country']}"
    for kind, chance in assessment["exploitation"].items():
        if chance >= KIND_FROM:
            yield f"kind:{kind}"
    for match in assessment["indicators"]:
        if match["scope"] == "asserted":
            yield f"indicator:{match['id']}"


def count(posts: Iterable[Weighed], readings: Sequence[Reading], *, start: date, today: date) -> Counted:
    """Counts of the days from `start` until before `today`, in western Indonesian time.

    A source is unknown on a day that none of its readings reached back to; series of many sources are judged
    by the share of their usual posts that could be read.
    """
    n_days = max((today - start).days, 0)
    totals: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(n_days))
    behind: dict[tuple[str, date], list[tuple[float, int]]] = defaultdict(list)
    waits, read_at = np.zeros(LONGEST_WAIT_DAYS + 1), defaultdict(list)
    for reading in sorted(readings, key=lambda reading: reading.at):
        read_at[reading.source_id].append(reading.at)
    future = 0
    for post in posts:
        day, read = _day(post.published or post.fetched), _day(post.fetched)
        if day > read:
            future += 1
            continue
        wait = (read - day).days if _is_late(post, read_at[post.source_id]) else 0
        if wait <= LONGEST_WAIT_DAYS:
            waits[wait] += 1
        if not start <= day < today:
            continue
        for name in dict.fromkeys(names_of(post)):
            totals[name][(day - start).days] += post.risk
            behind[name, day].append((-post.risk, post.id))
    names = tuple(sorted(totals))
    counts = np.array([totals[name] for name in names]).reshape(len(names), n_days)
    share = _hide_outages(names, counts, _known(readings, start, n_days))
    by_age = np.cumsum(waits + (waits.sum() == 0)) / max(waits.sum(), 1.0)
    ages = np.minimum(np.arange(n_days, 0, -1), LONGEST_WAIT_DAYS)
    completeness = np.clip(share * np.minimum(by_age, 1.0)[ages], 1e-3, 1.0)
    ids = {key: [id for _, id in sorted(each)] for key, each in behind.items()}
    return Counted(start, names, counts, completeness, ids, future)


def _is_late(post: Weighed, read_at: list[datetime]) -> bool:
    """Whether a reading came after the post and did not bring it. The first one is never late."""
    at = bisect_left(read_at, post.published or post.fetched)
    return at < len(read_at) and read_at[at] < post.fetched


def _known(readings: Sequence[Reading], start: date, n_days: int) -> dict[str, NDArray[np.bool_]]:
    """Source -> which days a reading of it reached back to."""
    known: dict[str, NDArray[np.bool_]] = defaultdict(lambda: np.zeros(n_days, dtype=bool))
    for reading in readings:
        first, last = (_day(reading.since) - start).days, (_day(reading.at) - start).days
        known[reading.source_id][max(first, 0) : max(last + 1, 0)] = True
    return known


def _hide_outages(
    names: tuple[str, ...], counts: NDArray[np.float64], known: dict[str, NDArray[np.bool_]]
) -> NDArray[np.float64]:
    """Make unknown days NaN; the share of the usual posts that could be read, (n_series, n_days)."""
    share = np.ones(counts.shape)
    usual, read = 0.0, np.zeros(counts.shape[1])
    for at, name in enumerate(names):
        if name.startswith("source:"):
            is_known = known.get(name.removeprefix("source:"), np.zeros(counts.shape[1], dtype=bool))
            mean = counts[at, is_known].mean() if is_known.any() else 0.0
            usual, read = usual + mean, read + mean * is_known
            counts[at, ~is_known] = np.nan
    if usual:
        others = np.array([not name.startswith("source:") for name in names])
        share[others] = np.maximum(read / usual, 1e-3)
        counts[np.ix_(others, read / usual < MIN_SHARE)] = np.nan
    return share


def _day(moment: datetime) -> date:
    return moment.astimezone(WIB).date()
