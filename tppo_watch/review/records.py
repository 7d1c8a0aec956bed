"""What passes between the review and those who show it: frozen records, compared by value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ..storage.alerts import AlertRecord

Role = Literal["reader", "reviewer", "lead", "admin"]
ROLES: tuple[Role, ...] = ("reader", "reviewer", "lead", "admin")

Reason = Literal["lawful", "warning", "news", "fraud", "duplicate", "unclear"]
#: Why a post is not trafficking, in the order they are offered.
REASONS: tuple[Reason, ...] = ("lawful", "warning", "news", "fraud", "duplicate", "unclear")

Verdict = Literal["take_up", "not_trafficking", "needs_help"]
VERDICTS: tuple[Verdict, ...] = ("take_up", "not_trafficking", "needs_help")

Kind = Literal["take_up", "not_trafficking", "needs_help", "refer", "snooze", "assign", "note"]
#: What a person may decide about a post.
KINDS: tuple[Kind, ...] = ("take_up", "not_trafficking", "needs_help", "refer", "snooze", "assign", "note")

Status = Literal["open", "snoozed", "help", "taken_up", "referred", "dismissed", "merged", "closed"]
#: What still waits for somebody.
WAITING: tuple[Status, ...] = ("open", "snoozed", "help")

View = Literal["waiting", "mine", "snoozed", "disputed", "cases", "dismissed", "all"]
#: Lists of the console: what waits for anybody, what is assigned to the viewer, and so on.
VIEWS: tuple[View, ...] = ("waiting", "mine", "snoozed", "disputed", "cases", "dismissed", "all")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in. Holds no secret."""

    id: int
    name: str
    role: Role
    is_active: bool
    created: datetime
    last_sign_in: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in user. `token` goes into the cookie; the database keeps only its digest."""

    user: User
    ends: datetime
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person wants done with a post.

    `reason` belongs to ``not_trafficking`` (required), `until` to ``snooze``, `assignee` to ``assign`` (None
    takes the post from whoever has it), `agency` to ``refer``: an id of ``knowledge/data/agencies.yaml``.
    """

    kind: Kind
    note: str = ""
    reason: Reason | None = None
    until: datetime | None = None
    assignee: int | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of the log of events: what somebody did to one post or to many at once."""

    id: int
    at: datetime
    actor: int | None  #: user id; None for the command line or a scan
    actor_name: str | None
    kind: str  #: a `Kind`, or merge, opinion, adjudicate, undo, close, reopen, reveal, evidence
    alerts: tuple[int, ...]
    body: Mapping[str, Any]  #: what belongs to the kind: note, reason, until, assignee, agency, into, verdict
    undoes: int | None = None  #: of an undo: the act it takes back
    is_undone: bool = False  #: taken back by a later act that is still in force


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person found of a post."""

    reviewer: int
    verdict: Verdict
    reason: Reason | None
    act: int


@dataclass(frozen=True, slots=True)
class State:
    """Where one post stands: the replay of the acts in force, nothing else."""

    alert_id: int
    status: Status = "open"
    verdict: Verdict | None = None
    reason: Reason | None = None
    assignee: int | None = None
    snoozed_until: datetime | None = None
    merged_into: int | None = None
    agencies: tuple[str, ...] = ()  #: it was referred to, in order
    opinions: tuple[Opinion, ...] = ()  #: one a person, the first first
    is_disputed: bool = False  #: two people differ, and no third has decided
    is_settled: bool = False  #: a third has decided
    waits_for_second: bool = False  #: one opinion is there, another is asked for
    needs_help: bool = False  #: somebody found that a person needs help now
    version: int = 0  #: id of the last act that touched it: what a form hands back as `seen`

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a post has waited, and how long its lane allows."""

    arrived: datetime
    due: datetime
    age_s: float
    is_overdue: bool  #: one message about it goes out, and it stands first in its lane


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a list. `alert.lane` is where it waits now, ``assistance`` too where a reviewer says so."""

    alert: AlertRecord
    state: State
    clock: Clock
    held_by: str | None = None  #: name of another person who has it open


@dataclass(frozen=True, slots=True)
class Case:
    """One post opened by one person: what they may see of it."""

    item: Item
    history: tuple[Act, ...]  #: the oldest first; without the others' findings while a second look is blind
    is_blind: bool  #: this person gives the second opinion and sees no first one
    is_revealed: bool  #: numbers are shown: a reason was given and logged


@dataclass(frozen=True, slots=True)
class Selection:
    """A set of posts as it was counted: a bulk decision is taken on exactly this set or not at all."""

    alerts: tuple[int, ...]
    digest: str

    def __len__(self) -> int:
        return len(self.alerts)
