"""What the review says of the alerts: how far its people agree, how many alerts were confirmed by week."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..storage import Store, decisions
from .agreement import Agreement, agreement
from .records import State
from .replay import from_stored


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
        # Two opinions there are only where one was given as such, or the post came back after the first.
        rows = decisions.decided(connection, kinds=("opinion", "reopen"))
    states = [from_stored(row.state) for row in rows]
    return agreement([[opinion.verdict for opinion in state.opinions] for state in states])


def confirmed_by_week(store: Store, *, since: datetime | None = None) -> list[Week]:
    """The share of decided alerts that were confirmed, by week of arrival and level, the latest week first.

    What was found to be unclear or a duplicate, and calls for help by their writers, counts neither way.
    """
    with store.read() as connection:
        rows = decisions.decided(connection, since=since)
    counts: dict[tuple[date, str], list[int]] = {}
    for row in rows:
        state = from_stored(row.state)
        if (
            row.level in ("high", "medium")
            and not row.assistance
            and (is_good := is_confirmed(state)) is not None
        ):
            day = row.first_seen.date()
            count = counts.setdefault((day - timedelta(days=day.weekday()), row.level), [0, 0])
            count[0] += 1
            count[1] += is_good
    return list(_weeks(counts))


def is_confirmed(state: State) -> bool | None:
    """Whether a decided post was worth a case; None where nobody can say."""
    if state.is_disputed or state.verdict is None or state.reason in ("unclear", "duplicate"):
        return None
    return state.verdict in ("take_up", "needs_help")


def _weeks(counts: dict[tuple[date, str], list[int]]) -> Iterable[Week]:
    from scipy.stats import binomtest  # a second that every command would wait

    for (monday, level), (decided, confirmed) in sorted(
        counts.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1])
    ):
        interval = binomtest(confirmed, decided).proportion_ci(method="wilson")
        yield Week(
            monday, level, decided, confirmed, confirmed / decided, float(interval.low), float(interval.high)
        )
