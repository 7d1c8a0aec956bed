"""What a bulletin says: counts of one province and period beside those before, nothing about a person.

Every number here has passed :mod:`.suppress`; words come from the knowledge data, never from a post, but for
new terms, which a person has accepted and which are checked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from statistics import median
from typing import Any

from ..alerts.masking import masked
from ..errors import InputError
from ..knowledge.places import Place, gazetteer
from ..knowledge.rules import indicators
from ..storage.counting import Marked
from .dossier import LIKELY_TYPE
from .periods import Period
from .phrases import zone_of
from .provinces import code_of
from .suppress import THRESHOLD, Hidden, Shown, told, told_table

TREND_PERIODS = 12  #: shown before the one the bulletin is about
USUAL_PERIODS = 8  #: whose median is what is usual
RISE = 1.5  #: times the usual, at least, to be named as rising
LEAST_PAST = 3  #: periods before, without which nothing is usual
LISTED = 8  #: rows of a list
_UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A word that rises inside marked posts, and which a person has accepted for print."""

    text: str
    posts: int  #: in which it stood


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was counted, beside what is usual."""

    kind: str  #: type, method or destination
    id: str  #: of the type or indicator; for a destination its country code, or code and place
    count: Shown
    usual: Shown | None  #: the median of the periods before; None where there are fewer than `LEAST_PAST`
    is_rising: bool = False
    signal: date | None = None  #: the first day of the period above what was expected of it


@dataclass(frozen=True, slots=True)
class Route:
    """From a province to somewhere."""

    origin: Place
    destination: Place
    count: Shown


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Everything that is printed, and nothing besides."""

    province: Place
    period: Period
    read: Shown  #: posts read by sources that watch the province
    total: Shown  #: put before a person
    lanes: Mapping[str, Shown]  #: of these: assistance, high, medium
    trend: tuple[tuple[Period, Shown | None], ...]  #: the oldest first; None where no scan ran
    types: tuple[Row, ...]
    methods: tuple[Row, ...]
    destinations: tuple[Row, ...]
    routes: tuple[Route, ...]
    terms: tuple[str, ...]
    scanned_days: int  #: of the period, on which a scan ended
    sources: Shown  #: which had a marked post

    @property
    def rising(self) -> tuple[Row, ...]:
        """What rises, the largest excess first."""
        rows = [row for row in (*self.types, *self.methods, *self.destinations) if row.is_rising]
        return tuple(sorted(rows, key=lambda row: _number(row.usual) - _number(row.count)))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: a count is a number, or ``<5`` or ``>=5`` where it is not told."""
        return {
            "format": "tppo-watch.bulletin/1",
            "province": self.province.province,
            "period": self.period.name,
            "read": _json(self.read),
            "total": _json(self.total),
            "high": _json(self.lanes["high"]),
            "assistance": _json(self.lanes["assistance"]),
            "trend": [{"period": each.name, "count": _json(shown)} for each, shown in self.trend],
            **{
                name: [
                    {
                        "id": row.id,
                        "count": _json(row.count),
                        "usual": _json(row.usual),
                        "rising": row.is_rising,
                    }
                    for row in rows
                ]
                for name, rows in (
                    ("types", self.types),
                    ("methods", self.methods),
                    ("destinations", self.destinations),
                )
            },
            "routes": [
                {"from": route.origin.province, "to": _key(route.destination), "count": _json(route.count)}
                for route in self.routes
            ],
            "terms": list(self.terms),
            "scanned_days": self.scanned_days,
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """Types that were seen, those that rise first: what the public is warned of."""
        seen = [row for row in self.types if row.count != 0]
        ordered = sorted(seen, key=lambda row: (not row.is_rising, -_number(row.count)))
        return tuple(row.id for row in ordered)


def _json(shown: Shown | None) -> int | str | None:
    if isinstance(shown, Hidden):
        return f"<{THRESHOLD}" if shown is Hidden.FEW else f">={THRESHOLD}"
    return shown


def _number(shown: Shown | None) -> float:
    """For an order only: hidden counts as the least it can be."""
    if isinstance(shown, Hidden):
        return 1.0 if shown is Hidden.FEW else float(THRESHOLD)
    return float(shown or 0)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one marked post adds to the counts."""

    day: date
    lane: str
    type: str
    methods: frozenset[str]
    destinations: frozenset[str]
    routes: frozenset[tuple[str, str]]
    source: str


def periods_until(period: Period) -> list[Period]:
    """What a bulletin looks at: the periods of its trend, then its own."""
    return [*(period.before(count) for count in range(TREND_PERIODS, 0, -1)), period]


def compose(
    marked: Iterable[Marked],
    *,
    province: Place,
    read: Mapping[Period, int],
    scans: Sequence[datetime],
    terms: Sequence[NewTerm] = (),
) -> Bulletin:
    """The bulletin of `province` for the last of the periods.

    Parameters
    ----------
    marked : iterable of Marked
        Of all these periods and all provinces: whatever was watched in the province or names it is counted.
    read : mapping
        Each of `periods_until`, the oldest first, with how many posts sources of the province gave in it.
    scans : sequence of datetime
        When scans ended in the same span.

    Raises
    ------
    InputError
        If there is nothing to report: no scan ran in the period, and no post is of it.
    """
    zone, periods = zone_of(province.province), list(read)
    period = periods[-1]
    facts: dict[Period, list[_Facts]] = {each: [] for each in periods}
    place_of = {day: each for each in periods for day in _days(each)}
    for post in marked:
        each = place_of.get(post.at.astimezone(zone).date())
        if each is not None and (found := _facts(post, province, zone)) is not None:
            facts[each].append(found)
    scanned = Counter(place_of.get(day) for day in {scan.astimezone(zone).date() for scan in scans})
    # Exports bring the posts of weeks in which nothing was scanned.
    watched = {each for each in periods if scanned[each] or read[each] or facts[each]}
    if period not in watched:
        raise InputError(
            f"no scan ran and no post is of {period.name}; there is nothing to report", why="no_bulletin"
        )
    now = facts[period]
    total, lanes, types = _partitions(now)
    past = [facts[each] for each in periods[-1 - USUAL_PERIODS : -1] if each in watched]
    return Bulletin(
        province=province,
        period=period,
        read=told(read[period]),
        total=total,
        lanes=lanes,
        trend=tuple((each, _partitions(facts[each])[0] if each in watched else None) for each in periods),
        types=_with_signals(_rows("type", now, past, types), facts, watched),
        methods=_with_signals(_rows("method", now, past), facts, watched),
        destinations=_with_signals(_rows("destination", now, past), facts, watched),
        routes=_routes(now),
        terms=printable_terms(terms),
        scanned_days=scanned[period],
        sources=told(len({each.source for each in now})),
    )


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=day) for day in range(period.days)]


def _facts(post: Marked, province: Place, zone: timezone) -> _Facts | None:
    """What a post adds; None where it does not concern the province."""
    body = post.assessment
    origins, destinations = _places(body, "origin"), _places(body, "destination")
    touched = {code_of(post.province)} | {place.province for place in (*origins, *destinations)}
    if province.province not in touched:
        return None
    likely = sorted(body["exploitation"].items(), key=lambda item: (-item[1], item[0]))
    kind = likely[0][0] if likely and likely[0][1] >= LIKELY_TYPE else _UNNAMED
    named = {indicator.id for indicator in indicators() if indicator.palermo_element in ("act", "means")}
    asserted = {match["id"] for match in body["indicators"] if match["scope"] == "asserted"}
    targets = {_key(place) for place in destinations if _is_far(place, province)}
    starts = {place.province for place in origins if place.province}
    return _Facts(
        day=post.at.astimezone(zone).date(),
        lane="assistance" if body.get("assistance") else body["level"],
        type=kind,
        methods=frozenset(asserted & named),
        destinations=frozenset(targets),
        routes=frozenset((start, target) for start in starts for target in targets),
        source=post.source_id,
    )


def _places(body: Mapping[str, object], kind: str) -> set[Place]:
    places, found = gazetteer().places, set()
    for entity in body["entities"]:  # type: ignore[attr-defined]
        if entity["kind"] == kind:
            value = entity["value"]
            place = places.get((value.get("country"), value.get("place")))
            if place is not None:
                found.add(place)
    return found


def _is_far(place: Place, province: Place) -> bool:
    """A destination worth a count: not the country as a whole, nor merely the word Indonesia."""
    return place.lat is not None and not (place.country == "ID" and place.level == "country")


def _key(place: Place) -> str:
    """Abroad the country; inside Indonesia the province: a town can point to a case."""
    return str(place.province if place.country == "ID" else place.country)


def place_of_key(key: str) -> Place:
    """The province or country that a destination's key names."""
    places = gazetteer().places.values()
    if key.startswith("ID-"):
        return next(place for place in places if place.level == "province" and place.province == key)
    return next(place for place in places if place.level == "country" and place.country == key)


def _partitions(facts: Sequence[_Facts]) -> tuple[Shown, dict[str, Shown], dict[str, Shown]]:
    """The total with its parts by lane and by type; what one of them must hide, both hide."""
    by_lane = {name: 0 for name in ("assistance", "high", "medium")} | Counter(each.lane for each in facts)
    by_type = dict(sorted(Counter(each.type for each in facts).items()))
    # Neither the medium lane nor posts without a likely type are printed: they hide what must be hidden.
    unprinted = ("medium", _UNNAMED)
    tables = [told_table(cells, spared_last=unprinted) for cells in (by_lane, by_type)]
    if any(isinstance(table.total, Hidden) for table in tables):
        tables = [told_table(cells, is_total_told=False) for cells in (by_lane, by_type)]
    lanes, types = ({str(key): value for key, value in table.cells.items()} for table in tables)
    return tables[0].total, lanes, types


def _rows(
    kind: str,
    now: Sequence[_Facts],
    past: Sequence[Sequence[_Facts]],
    shown: Mapping[str, Shown] | None = None,
) -> tuple[Row, ...]:
    """The commonest of a kind, beside what is usual. `shown` where the kind's table was told before."""
    counts = _counted(kind, now)
    before = [_counted(kind, facts) for facts in past]
    rows = []
    for name, count in counts.items():
        if name == _UNNAMED:
            continue
        usual = median(each[name] for each in before) if len(before) >= LEAST_PAST else None
        value = told(count) if shown is None else shown[name]
        is_rising = isinstance(value, int) and usual is not None and count >= max(THRESHOLD, RISE * usual)
        rows.append(Row(kind, name, value, None if usual is None else told(round(usual)), is_rising))
    return tuple(sorted(rows, key=lambda row: (-_number(row.count), row.id))[:LISTED])


def _with_signals(
    rows: tuple[Row, ...], facts: Mapping[Period, Sequence[_Facts]], watched: Collection[Period]
) -> tuple[Row, ...]:
    """`rows`, with the first day of the last period on which each was above what was expected.

    Rows whose count is not told have no signal: the day would say more than the count may. A period that
    nobody watched is missing, not calm.
    """
    periods = list(facts)
    told_rows = [row for row in rows if isinstance(row.count, int)]
    if not told_rows:
        return rows
    import numpy as np  # with all it brings, of use to nothing else here

    from ..signals.detect import detect

    days = [day for each in periods for day in _days(each)]
    at = {day: number for number, day in enumerate(days)}
    counts = np.zeros((len(told_rows), len(days)))
    for each, found in facts.items():
        if each not in watched:
            counts[:, [at[day] for day in _days(each)]] = np.nan
            continue
        for one in found:
            names = _counted(told_rows[0].kind, [one])
            counts[:, at[one.day]] += [names[row.id] for row in told_rows]
    since = periods[-1].first
    first: dict[str, date] = {}
    for signal in detect(counts, [row.id for row in told_rows], days[0], since=since):
        first.setdefault(signal.series, signal.date)
    return tuple(
        replace(row, signal=first[row.id], is_rising=True) if row.id in first else row for row in rows
    )


def _counted(kind: str, facts: Sequence[_Facts]) -> Counter[str]:
    if kind == "type":
        return Counter(each.type for each in facts)
    names = (each.methods if kind == "method" else each.destinations for each in facts)
    return Counter(name for found in names for name in found)


def _routes(facts: Sequence[_Facts]) -> tuple[Route, ...]:
    counts = Counter(route for each in facts for route in each.routes if route[0] != route[1])
    # By what is told, not by the count: an order would rank the small ones.
    ordered = sorted(counts.items(), key=lambda item: (-_number(told(item[1])), item[0]))
    return tuple(
        Route(place_of_key(start), place_of_key(end), told(count)) for (start, end), count in ordered[:LISTED]
    )


def count_terms(posts: Iterable[tuple[Marked, frozenset[str]]], province: Place) -> list[NewTerm]:
    """In how many posts that concern `province` each term stands, the most frequent first."""
    zone = zone_of(province.province)
    counts = Counter(
        term for post, terms in posts if _facts(post, province, zone) is not None for term in terms
    )
    return [NewTerm(text, n) for text, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def printable_terms(terms: Sequence[NewTerm]) -> tuple[str, ...]:
    """Terms that may be printed: from at least five posts, and with nothing that reaches a person."""
    return tuple(
        term.text for term in terms[: 10 * LISTED] if term.posts >= THRESHOLD and _is_plain(term.text)
    )[:LISTED]


def _is_plain(text: str) -> bool:
    """Words only: no number, handle, link or address, and short enough to be a term."""
    return (
        0 < len(text) <= 40
        and not any(map(str.isnumeric, text))
        and not any(sign in text for sign in "@/\\:_#")
        and "." not in text.strip(".")
        and masked(text) == text
        and all(part[0].isalpha() for part in text.split())
    )
