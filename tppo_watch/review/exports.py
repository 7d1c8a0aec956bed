"""What leaves the office in files or is shown on a terminal: it is logged in the same breath.

Get it from `Watch.exports`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from ..config import ReviewSettings
from ..storage import Store, decisions
from .acts import require_alerts, shown_acts, write_act
from .audit import recording
from .check import checked_ids, checked_reason
from .items import items_of
from .records import Act, Case, User
from .roles import require
from .second import is_blind, seen_blind

Form = Literal["pdf", "json", "stix", "misp"]


class Exports:
    """Files about posts of one database."""

    def __init__(self, store: Store, settings: ReviewSettings, anchor: Path) -> None:
        self._store, self._settings, self._anchor = store, settings, anchor

    def export(self, actor: User, alert_id: int, form: Form, *, now: datetime) -> Case:
        """A post as it may leave the office in a file, numbers masked; that it leaves is logged.

        Raises
        ------
        NotFoundError, NotAllowedError
        """
        require(actor, "export")
        with recording(self._store, self._anchor) as writing:
            (item,) = items_of(writing.connection, self._settings, [alert_id], actor, now=now)
            writing.ledger.add(actor.id, f"export_{form}", f"alert:{alert_id}", now=now)
            stored = decisions.acts_of(writing.connection, [alert_id])[alert_id]
        blind = is_blind(item.state, actor)
        history = shown_acts(stored)
        return Case(item, seen_blind(history, actor) if blind else history, blind, is_revealed=False)

    def note_bulletin(self, actor: User | None, name: str, *, now: datetime) -> None:
        """Log that a bulletin was made, such as ``ID-KI/2026-W47``; it holds no personal data."""
        if actor is not None:
            require(actor, "view")
        with recording(self._store, self._anchor) as writing:
            actor_id = None if actor is None else actor.id
            writing.ledger.add(actor_id, "export_bulletin", f"bulletin:{name}", now=now)

    def note_table(self, form: str, alerts: Collection[int], *, now: datetime) -> None:
        """Log that the command line writes many alerts into one file; the digest is of their numbers."""
        ids = " ".join(map(str, sorted(alerts)))
        digest = hashlib.sha256(ids.encode("ascii")).hexdigest()
        with recording(self._store, self._anchor) as writing:
            writing.ledger.add(None, f"export_{form}", f"alerts:{len(alerts)}", now=now, digest=digest)

    def note_shown(self, of: str, *, now: datetime) -> None:
        """Log that the command line shows something with personal data, such as ``post:12``."""
        with recording(self._store, self._anchor) as writing:
            writing.ledger.add(None, "view", of, now=now)

    def reveal(self, of: str, reason: str, *, now: datetime, alerts: Collection[int] = ()) -> None:
        """Log that the command line shows numbers, of what and why. Raises `ReviewError`, `NotFoundError`.

        `of` is a kind and an id, such as ``post:12``; of `alerts` it stands in the history as well.
        """
        body = {"reason": checked_reason(reason), "of": of}
        with recording(self._store, self._anchor) as writing:
            write_act(writing, (), None, "reveal", body, sorted(alerts), now=now)

    def hand_over(
        self, alerts: Sequence[int], form: Form, *, now: datetime, reason: str | None = None
    ) -> dict[int, tuple[Act, ...]]:
        """What was decided of alerts that the command line writes into a file; that they leave is logged.

        With a `reason` (kept in the log of events) numbers are shown. Raises `NotFoundError`, `ReviewError`.
        """
        ids = checked_ids(alerts)
        with recording(self._store, self._anchor) as writing:
            require_alerts(writing.connection, ids)
            if reason is not None:
                write_act(writing, (), None, "reveal", {"reason": checked_reason(reason)}, ids, now=now)
            for alert_id in ids:
                writing.ledger.add(None, f"export_{form}", f"alert:{alert_id}", now=now)
            stored = decisions.acts_of(writing.connection, ids)
        return {alert_id: shown_acts(stored[alert_id]) for alert_id in ids}
