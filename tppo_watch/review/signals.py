"""The desk of signals: what rose, what is behind it, and what people made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from ..errors import ReviewError
from ..storage import Store, matters, raised, users
from ..storage.decisions import StoredAct
from ..storage.raised import SamplePost, SignalRecord
from .acts import shown_acts
from .audit import recording
from .check import MOST_AT_ONCE, checked_note
from .matters import in_force, write, write_undo
from .records import Act, User
from .roles import require

SignalKind = Literal["take_up", "dismiss", "assign", "note"]
SIGNAL_KINDS: tuple[SignalKind, ...] = ("take_up", "dismiss", "assign", "note")

SignalReason = Literal["season", "news", "reading", "lawful", "duplicate", "unclear"]
#: Why a rise is no warning: a season or feast; an event that is talked about; the way sources were read;
#: lawful ads; told by another signal; nobody can say.
SIGNAL_REASONS: tuple[SignalReason, ...] = ("season", "news", "reading", "lawful", "duplicate", "unclear")

SignalView = Literal["waiting", "taken_up", "dismissed", "all"]
SIGNAL_VIEWS: dict[SignalView, tuple[str, ...] | None] = {
    "waiting": ("open",),
    "taken_up": ("taken_up",),
    "dismissed": ("dismissed",),
    "all": None,
}
_STATUS = {"take_up": "taken_up", "dismiss": "dismissed"}


@dataclass(frozen=True, slots=True)
class SignalDecision:
    """What a person makes of a signal. `reason` belongs to ``dismiss``, `assignee` to ``assign``."""

    kind: SignalKind
    note: str = ""
    reason: SignalReason | None = None
    assignee: int | None = None  #: None takes it from whoever has it


@dataclass(frozen=True, slots=True)
class SignalItem:
    """A line of the list."""

    record: SignalRecord
    campaigns: tuple[str, ...]  #: behind it, the most frequent first


@dataclass(frozen=True, slots=True)
class SignalCase:
    """One signal with what is behind it and what was done about it."""

    item: SignalItem
    posts: tuple[SamplePost, ...]  #: the highest risk first; some of those that counted
    history: tuple[Act, ...]  #: the oldest first


@dataclass(frozen=True, slots=True)
class SignalFigure:
    """How often signals of one kind of series were taken up, of those somebody decided on."""

    kind: str  #: source, province, destination and so on
    decided: int
    taken_up: int
    precision: float
    low: float  #: Wilson interval of 95%
    high: float


class SignalDesk:
    """Lists and decisions over the signals of one database; `Watch.signal_desk` has it.

    `actor` None is the command line.
    """

    def __init__(self, store: Store, anchor: Path) -> None:
        self._store, self._anchor = store, anchor

    def listed(
        self, actor: User | None, *, view: SignalView = "waiting", limit: int = 100
    ) -> list[SignalItem]:
        """Signals, the latest day first."""
        _require(actor, "view")
        if view not in SIGNAL_VIEWS:
            raise ReviewError(f"there is no list {view!r}; lists are {', '.join(SIGNAL_VIEWS)}", why="choice")
        with self._store.read() as connection:
            records = raised.listed(connection, statuses=SIGNAL_VIEWS[view], limit=limit)
            return _items(connection, records)

    def open(self, actor: User | None, signal_id: int, *, now: datetime) -> SignalCase:
        """A signal with posts behind it; the view is logged. Raises `NotFoundError`."""
        _require(actor, "view")
        with recording(self._store, self._anchor) as writing:
            record = raised.get(writing.connection, signal_id)
            (item,) = _items(writing.connection, [record])
            writing.ledger.add(actor.id if actor else None, "view", f"signal:{signal_id}", now=now)
            posts = raised.samples(writing.connection, signal_id)
            history = matters.acts_of(writing.connection, "signal", signal_id)
        return SignalCase(item, tuple(posts), shown_acts(history))

    def decide(
        self,
        actor: User | None,
        signal_ids: Sequence[int],
        decision: SignalDecision,
        *,
        now: datetime,
        seen: int | None = None,
    ) -> Act:
        """Decide on signals, as one act that one undo takes back.

        Parameters
        ----------
        seen : int, optional
            The version at which the one signal was looked at; where somebody acted since, nothing is done.

        Raises
        ------
        ReviewError, NotFoundError, NotAllowedError
        """
        _require(actor, "decide")
        ids = sorted(set(signal_ids))
        if not 1 <= len(ids) <= MOST_AT_ONCE:
            raise ReviewError(
                f"choose 1 to {MOST_AT_ONCE:,} signals", why="how_many", values={"most": MOST_AT_ONCE}
            )
        body = _checked(decision)
        with recording(self._store, self._anchor) as writing:
            records = [raised.get(writing.connection, signal_id) for signal_id in ids]
            if seen is not None and any(record.version != seen for record in records):
                raise ReviewError("somebody acted on it since you looked; look again", why="look_again")
            if decision.kind == "assign" and decision.assignee is not None:
                found = users.get(writing.connection, decision.assignee)
                if found is None or not found.is_active or found.role == "reader":
                    raise ReviewError(
                        "only an active reviewer, lead or admin can be given a signal", why="assignee"
                    )
            act = write(writing, actor, "signal", decision.kind, ids, body, now=now)
            _refresh(writing.connection, ids)
            return act

    def undo(self, actor: User | None, act_id: int, *, now: datetime) -> Act:
        """Take back a decision, or an undo. Raises as `Desk.undo`."""
        _require(actor, "decide")
        with recording(self._store, self._anchor) as writing:
            act, ids = write_undo(writing, actor, "signal", act_id, now=now)
            _refresh(writing.connection, ids)
            return act

    def figures(self) -> list[SignalFigure]:
        """What share of decided signals was taken up, by kind of series, the most decided first.

        What is unclear or told by another signal counts neither way.
        """
        with self._store.read() as connection:
            records = raised.listed(connection, statuses=("taken_up", "dismissed"))
        return sorted(_figures(records), key=lambda figure: (-figure.decided, figure.kind))


def _figures(records: Iterable[SignalRecord]) -> Iterable[SignalFigure]:
    from scipy.stats import binomtest  # half a second, of no use to the lists

    counts: dict[str, list[int]] = {}
    for record in records:
        if record.reason not in ("unclear", "duplicate"):
            count = counts.setdefault(record.series.partition(":")[0], [0, 0])
            count[0] += 1
            count[1] += record.status == "taken_up"
    for kind, (decided, taken_up) in counts.items():
        interval = binomtest(taken_up, decided).proportion_ci(method="wilson")
        share = taken_up / decided
        yield SignalFigure(kind, decided, taken_up, share, float(interval.low), float(interval.high))


def _items(connection: Connection, records: Sequence[SignalRecord]) -> list[SignalItem]:
    behind: dict[int, list[str]] = {}
    for start in range(0, len(records), 1000):
        ids = [record.id for record in records[start : start + 1000]]
        behind |= raised.campaigns_behind(connection, ids)
    return [SignalItem(record, tuple(behind[record.id])) for record in records]


def _checked(decision: SignalDecision) -> dict[str, Any]:
    if decision.kind not in SIGNAL_KINDS:
        raise ReviewError(
            f"there is no decision {decision.kind!r}; there are {', '.join(SIGNAL_KINDS)}", why="choice"
        )
    body: dict[str, Any] = {"note": checked_note(decision.note)}
    if decision.kind == "dismiss":
        if decision.reason not in SIGNAL_REASONS:
            raise ReviewError(f"say why it is no warning: {', '.join(SIGNAL_REASONS)}", why="choice")
        body["reason"] = decision.reason
    if decision.kind == "assign":
        body["assignee"] = decision.assignee
    if decision.kind == "note" and not body["note"]:
        raise ReviewError("the note is empty", why="note_empty")
    return body


def _refresh(connection: Connection, ids: Sequence[int]) -> None:
    """Bring signals to what the acts on them say."""
    for signal_id in ids:
        acts, version = in_force(connection, "signal", signal_id)
        decided = [act for act in acts if act.kind in _STATUS]
        last: StoredAct | None = decided[-1] if decided else None
        assigned = [act for act in acts if act.kind == "assign"]
        raised.set_state(
            connection,
            signal_id,
            status=_STATUS[last.kind] if last else "open",
            reason=last.body.get("reason") if last else None,
            assignee=assigned[-1].body["assignee"] if assigned else None,
            decided=last.at if last else None,
            version=version,
        )


def _require(actor: User | None, action: Any) -> None:
    if actor is not None:
        require(actor, action)
