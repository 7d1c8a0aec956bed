"""What the review says of the alerts: how far its people agree, how many alerts were confirmed by week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..storage import Store, findings
from .agreement import Agreement, agreement
from .replay import from_stored

#: Reasons after which nobody can say whether a post was worth a case.
UNTELLING = ("unclear", "duplicate")
_CONFIRMING = ("take_up", "needs_help")


@dataclass(frozen=True, slots=True)
class Week:
    """The alerts of one level that arrived in one week and were decided."""

    monday: date  #: of the week, in UTC
    level: str
    decided: int
    confirmed: int  #: taken up, referred, or found to need help
    precision: float  #: confirmed / decided
    low: float  #: Wilson interval of 95%
    high: float


def agreement_of(store: Store) -> Agreement:
    """How far those agree who gave the two opinions of one post."""
    with store.read() as connection:
        states = [from_stored(row) for row in findings.seen_twice(connection)]
    return agreement([[opinion.verdict for opinion in state.opinions] for state in states])


def confirmed_by_week(store: Store, *, since: datetime | None = None) -> list[Week]:
    """The share of decided alerts that were confirmed, by week of arrival and level, the latest week first.

    What was found to be unclear or a duplicate, and calls for help by their writers, counts neither way.
    """
    with store.read() as connection:
        found = findings.by_day(connection, levels=("high", "medium"), without=UNTELLING, since=since)
    counts: dict[tuple[date, str], list[int]] = {}
    for one in found:
        count = counts.setdefault((one.day - timedelta(days=one.day.weekday()), one.level), [0, 0])
        count[0] += one.alerts
        count[1] += one.alerts if one.verdict in _CONFIRMING else 0
    return list(_weeks(counts))


def _weeks(counts: dict[tuple[date, str], list[int]]) -> Iterable[Week]:
    from scipy.stats import binomtest  # a second that every command would wait

    for (monday, level), (decided, confirmed) in sorted(
        counts.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1])
    ):
        interval = binomtest(confirmed, decided).proportion_ci(method="wilson")
        yield Week(
            monday, level, decided, confirmed, confirmed / decided, float(interval.low), float(interval.high)
        )
