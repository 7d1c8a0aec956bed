"""The lists: what waits, how much of it, who sees which post next, and what was logged. Roles are checked.

Get them from `Watch.lists`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from ..alerts.lanes import LANES
from ..config import ReviewSettings
from ..storage import Store, decisions
from ..storage import audit as audit_rows
from ..storage.audit import Entry
from . import queue as queues
from .check import known_lane, known_view
from .items import items_of
from .records import VIEWS, Item, User, View
from .roles import may, require


class Lists:
    """Lists over one database."""

    def __init__(self, store: Store, settings: ReviewSettings) -> None:
        self._store, self._settings = store, settings

    def queue(
        self,
        actor: User,
        *,
        now: datetime,
        view: View = "waiting",
        lane: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Item]:
        """A list in its order: lane, then those past their time by age, then risk, then the latest first."""
        require(actor, "view")
        wanted = queues.filter_of(known_view(view), actor, now)
        with self._store.read() as connection:
            places = queues.ordered(
                connection, self._settings, wanted, lane=known_lane(lane), limit=offset + limit
            )
            ids = [place.alert_id for place in places[offset:]]
            return items_of(connection, self._settings, ids, actor, now=now)

    def counts(self, actor: User, *, now: datetime) -> dict[str, int]:
        """How many in each view but `all`, and of the waiting as ``lane:<lane>`` and ``overdue:<lane>``."""
        require(actor, "view")
        with self._store.read() as connection:
            by_lane = decisions.count_waiting(connection, now, queues.befores(self._settings, now))
            found = {
                view: decisions.count_by_state(connection, queues.filter_of(view, actor, now))
                for view in VIEWS
                if view not in ("waiting", "all")
            }
        for lane in LANES:
            found[f"lane:{lane}"], found[f"overdue:{lane}"] = by_lane[lane]
        return found | {"waiting": sum(every for every, _ in by_lane.values())}

    def next(self, actor: User, *, now: datetime, after: int | None = None) -> int | None:
        """The id of the post this person should see now, held for them for a while; None where none waits.

        `after` skips that post: the one they have just left undecided. Second opinions are dealt out among
        the rest, and look like any other post.
        """
        require(actor, "decide")
        free = decisions.Filter(now, state="open", is_snoozed=False, free_for=actor.id, without=after)
        seconds = decisions.Filter(now, second_for=actor.id, free_for=actor.id, without=after)
        with self._store.write() as connection:
            first = queues.ordered(connection, self._settings, free, limit=1)
            if not may(actor, "undo_others"):  # leads see every finding, so theirs would not be blind
                second = decisions.foremost(connection, seconds, queues.befores(self._settings, now))
                if second and (not first or queues.precedes(self._settings, second, first[0], now)):
                    first = [second]
            decisions.release_all_of(connection, actor.id)
            if not first:
                return None
            found = first[0].alert_id
            decisions.claim(connection, found, actor.id, until=now + self._settings.hold_for)
            return found

    def alerts_of(self, actor: User, acts: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Act -> the alerts it is on, for rows of the log."""
        require(actor, "audit")
        with self._store.read() as connection:
            return {act.id: act.alerts for act in decisions.acts(connection, acts)}

    def log(self, actor: User, *, limit: int = 100, before: int | None = None) -> list[Entry]:
        """Rows of the audit log, the latest first; those before the number `before` where it is given."""
        require(actor, "audit")
        with self._store.read() as connection:
            return audit_rows.latest(connection, limit=limit, before=before)
