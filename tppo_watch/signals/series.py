"""Posts and campaigns as daily counts by source, province, origin, destination, kind and indicator."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..knowledge.places import gazetteer
from ..storage.signals import Reading, Weighed

WIB = timezone(timedelta(hours=7))
LONGEST_WAIT_DAYS = 7  #: the longest that a post is late
MIN_SHARE = 0.3  # of the usual posts; a day of which less could be read is not judged
KIND_FROM = 0.5  # a kind of exploitation this likely counts
#: Before the name of a series: it counts campaigns, each once a day, instead of posts.
CAMPAIGNS = "campaigns:"


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
    """The series a post counts in, such as ``destination:KH``: abroad the country, at home the province."""
    assessment = post.assessment
    yield f"source:{post.source_id}"
    if post.province:
        yield f"province:{post.province}"
    for entity in assessment["entities"]:
        if entity["kind"] in ("destination", "origin") and (area := _area(entity["value"])):
            yield f"{entity['kind']}:{area}"
    for kind, chance in assessment["exploitation"].items():
        if chance >= KIND_FROM:
            yield f"kind:{kind}"
    for match in assessment["indicators"]:
        if match["scope"] == "asserted":
            yield f"indicator:{match['id']}"


@cache
def _provinces() -> dict[str, str]:
    """Code of a province -> its name."""
    places = gazetteer().places.values()
    return {place.province: place.name for place in places if place.level == "province" and place.province}


def _area(value: Mapping[str, Any]) -> str | None:
    """The country of a place, or its province in Indonesia: a district is too thin a series."""
    country = value.get("country")
    if country != "ID":
        return country
    place = gazetteer().places.get((country, value.get("place")))
    return _provinces().get(place.province or "", country) if place else country


def count(posts: Iterable[Weighed], readings: Sequence[Reading], *, start: date, today: date) -> Counted:
    """Counts of the days from `start` until before `today`, in western Indonesian time.

    Posts count by their risk. Beside a series of posts stands one of campaigns, where it says anything else:
    a campaign counts once a day, by the highest risk of its posts, and a post of none as one of its own.

    A source is unknown on a day that none of its readings reached back to; series of many sources are judged
    by the share of their usual posts that could be read.
    """
    n_days = max((today - start).days, 0)
    totals: dict[str, NDArray[np.float64]] = defaultdict(lambda: np.zeros(n_days))
    behind: dict[tuple[str, date], list[tuple[float, int]]] = defaultdict(list)
    heard: dict[tuple[str, date], dict[int, float]] = defaultdict(dict)
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
        voice = -post.id if post.campaign is None else post.campaign
        for name in dict.fromkeys(names_of(post)):
            totals[name][(day - start).days] += post.risk
            behind[name, day].append((-post.risk, post.id))
            of_day = heard[name, day]
            of_day[voice] = max(of_day.get(voice, 0.0), post.risk)
    _add_campaigns(totals, behind, heard, start)
    names = tuple(sorted(totals))
    counts = np.array([totals[name] for name in names]).reshape(len(names), n_days)
    share = _hide_outages(names, counts, _known(readings, start, n_days))
    by_age = np.cumsum(waits + (waits.sum() == 0)) / max(waits.sum(), 1.0)
    ages = np.minimum(np.arange(n_days, 0, -1), LONGEST_WAIT_DAYS)
    completeness = np.clip(share * np.minimum(by_age, 1.0)[ages], 1e-3, 1.0)
    ids = {key: [id for _, id in sorted(each)] for key, each in behind.items()}
    return Counted(start, names, counts, completeness, ids, future)


def _add_campaigns(
    totals: dict[str, NDArray[np.float64]],
    behind: dict[tuple[str, date], list[tuple[float, int]]],
    heard: Mapping[tuple[str, date], Mapping[int, float]],
    start: date,
) -> None:
    """Series of campaigns beside those of posts, where they say anything else."""
    counted: dict[str, NDArray[np.float64]] = {}
    for (name, day), voices in heard.items():
        counted.setdefault(name, np.zeros_like(totals[name]))[(day - start).days] = sum(voices.values())
    different = {name for name, counts in counted.items() if not np.allclose(counts, totals[name])}
    totals.update({CAMPAIGNS + name: counted[name] for name in different})
    behind.update({(CAMPAIGNS + name, day): behind[name, day] for name, day in heard if name in different})


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
        source = _source_of(name)
        if source is not None:
            is_known = known.get(source, np.zeros(counts.shape[1], dtype=bool))
            counts[at, ~is_known] = np.nan
            if not name.startswith(CAMPAIGNS):
                mean = counts[at, is_known].mean() if is_known.any() else 0.0
                usual, read = usual + mean, read + mean * is_known
    if usual:
        others = np.array([_source_of(name) is None for name in names])
        share[others] = np.maximum(read / usual, 1e-3)
        counts[np.ix_(others, read / usual < MIN_SHARE)] = np.nan
    return share


def _source_of(name: str) -> str | None:
    kind, _, source = name.removeprefix(CAMPAIGNS).partition(":")
    return source if kind == "source" else None


def _day(moment: datetime) -> date:
    return moment.astimezone(WIB).date()
