"""From counts to signals: judge each day, control false discoveries over its series, say what is above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from .discovery import q_values
from .methods import DEFAULT_METHOD, METHODS, Scores, judge

#: Rate of false discoveries among the signals of a day. Chosen on the simulator, see `docs/signals.md`.
MAX_Q = 0.01


@dataclass(frozen=True, slots=True)
class Signal:
    """A day on which a series had more posts than was to be expected."""

    date: date
    series: str
    count: float  #: posts of that day
    expected: float  #: posts
    method: str
    p: float  #: the chance of it, if nothing had changed
    q: float  #: the rate of false discoveries among the day's series at which it would still be a signal

    @property
    def excess(self) -> float:
        """Posts above what was expected."""
        return self.count - self.expected

    def to_dict(self) -> dict[str, Any]:
        """The line of the command `signals`."""
        count = int(self.count) if self.count == int(self.count) else round(self.count, 3)
        return {
            "date": self.date.isoformat(),
            "series": self.series,
            "count": count,
            "expected": round(self.expected, 3),
            "excess": round(self.count - round(self.expected, 3), 3),
            "method": self.method,
            "q": float(f"{self.q:.3g}"),
        }


@threadpool_limits.wrap(limits=1)  # the matrices are small: threads would wait for each other and change sums
def detect(
    counts: NDArray[np.float64],
    names: Sequence[str],
    start: date,
    *,
    method: str = DEFAULT_METHOD,
    max_q: float = MAX_Q,
    since: date | None = None,
    completeness: NDArray[np.float64] | None = None,
) -> list[Signal]:
    """The signals in daily counts, by day, then by how sure they are.

    A day is judged by itself and the days before it. With fewer than 14 read days before, nothing is said.

    Parameters
    ----------
    counts : ndarray of shape (n_series, n_days)
        Posts a day, at least 0; NaN for a day that was not read. They may be weighted, and need not be whole.
    names : sequence of str
        Of the series.
    start : date
        The first day.
    method : str
        One of `METHODS`.
    max_q : float
        In (0, 1): rate of false discoveries that is accepted among the signals of a day.
    since : date, optional
        Judge only this day and those after it.
    completeness : ndarray of shape (n_days,) or (n_series, n_days), optional
        Share of each day's posts that is known by now, in (0, 1].

    Raises
    ------
    ValueError
        If a shape, a name of a method, a share or a count is not as above.

    Examples
    --------
    >>> counts = np.full((1, 40), 5.0)
    >>> counts[0, -1] = 30
    >>> [(s.date.isoformat(), s.series, s.count) for s in detect(counts, ["Kaltim"], date(2026, 3, 2))]
    [('2026-04-10', 'Kaltim', 30.0)]
    """
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != len(names):
        raise ValueError(f"counts need a row a name: {counts.shape} for {len(names)} names")
    if np.isinf(counts).any() or (counts < 0).any():
        raise ValueError("counts must be 0 or more, or NaN for a day that was not read")
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; there are: {', '.join(METHODS)}")
    if not 0 < max_q < 1:
        raise ValueError(f"max_q must lie between 0 and 1, not {max_q}")
    if completeness is not None and not ((0 < completeness) & (completeness <= 1)).all():
        raise ValueError("completeness must lie in (0, 1]")
    if not counts.size:
        return []
    first = max(0, (since - start).days) if since else 0
    weekdays = weekdays_from(start, counts.shape[1])
    scores = judge(counts, weekdays, [method], first=first, completeness=completeness)[method]
    is_alarm, q = alarms(counts, scores, max_q=max_q)
    is_alarm[:, :first] = False
    found = [
        Signal(
            start + timedelta(days=int(day)), names[series], float(counts[series, day]),
            float(scores.expected[series, day]), method, float(scores.p[series, day]), float(q[series, day]),
        )
        for day, series in np.argwhere(is_alarm.T)
    ]  # fmt: skip
    return sorted(found, key=lambda signal: (signal.date, signal.q, signal.p, signal.series))


def alarms(
    counts: NDArray[np.float64], scores: Scores, *, max_q: float
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which days of which series are signals, and their q-values; each day's series are judged together."""
    q = np.full(counts.shape, np.nan)
    for day in np.flatnonzero(~np.isnan(scores.p).all(axis=0)):
        q[:, day] = q_values(scores.p[:, day])
    with np.errstate(invalid="ignore"):
        return (q <= max_q) & (counts > scores.expected), q


def weekdays_from(start: date, n_days: int) -> NDArray[np.int64]:
    """The weekday of each of `n_days` from `start` on; 0 is Monday."""
    return (np.arange(n_days) + start.weekday()) % 7
