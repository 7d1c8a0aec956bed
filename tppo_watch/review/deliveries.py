"""What was said to whom, what could not be, and the rules by which less or more is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from ..alerts.lanes import LANES
from ..errors import NotFoundError, ReviewError
from ..storage import Store, outbox
from ..storage import alerts as stored_alerts
from ..storage.outbox import Message, Rule
from .audit import recording
from .check import checked_reason
from .records import User
from .roles import require

_LONGEST_RULE = timedelta(days=90)
_SHORTEST_REPEAT = timedelta(hours=1)


class Deliveries:
    """Messages and rules of a database. Get it from `Watch.deliveries`. `actor` None is the command line."""

    def __init__(self, store: Store, anchor: Path) -> None:
        self._store, self._anchor = store, anchor

    def listed(self, *, state: str | None = None, limit: int = 100) -> list[tuple[Message, int]]:
        """Messages, the latest first, each with how many things it says; of one state where that is given.

        States are ``waiting``, ``sent``, ``dead`` (given up) and ``empty`` (all of it was purged).
        """
        with self._store.read() as connection:
            return outbox.listed(connection, state=state, limit=limit)

    def counts(self) -> dict[str, int]:
        """How many messages are in each state, what is ``held`` for later, and what is ``silenced``."""
        with self._store.read() as connection:
            return outbox.counts(connection)

    def dead(self) -> int:
        """How many messages were given up and wait for somebody to send them again."""
        with self._store.read() as connection:
            return outbox.dead(connection)

    def resend(self, actor: User | None, message_id: str, *, now: datetime) -> Message:
        """Try a dead message again from the beginning, under its id. Raises `NotFoundError`."""
        if actor is not None:
            require(actor, "rules")
        with recording(self._store, self._anchor) as writing:
            found = outbox.message(writing.connection, message_id)
            if found is None:
                raise NotFoundError("message", message_id)
            if found.state != "dead":
                raise ReviewError(
                    f"message {message_id} is {found.state}; only a dead one is sent again", why="not_dead"
                )
            outbox.change(writing.connection, message_id, state="waiting", attempts=0, next_attempt=now)
            actor_id = None if actor is None else actor.id
            writing.ledger.add(actor_id, "resend", f"message:{message_id}", now=now)
            changed = outbox.message(writing.connection, message_id)
            assert changed is not None
            return changed

    def add_rule(
        self,
        actor: User,
        kind: str,
        *,
        until: datetime,
        reason: str,
        now: datetime,
        source_id: str | None = None,
        lane: str | None = None,
        alert_id: int | None = None,
        every: timedelta | None = None,
    ) -> Rule:
        """A silence, or a repetition every so often, until a moment within the next 90 days.

        It is about one source, one lane, one alert, or what fits all that are given. Calls for help cannot be
        silenced.

        Raises
        ------
        ReviewError, NotFoundError, NotAllowedError
        """
        require(actor, "rules")
        if kind not in ("silence", "repeat"):
            raise ReviewError(f"there is no rule {kind!r}; there are silence and repeat", why="choice")
        if until.tzinfo is None or not now < until <= now + _LONGEST_RULE:
            raise ReviewError(
                f"a rule ends within the next {_LONGEST_RULE.days} days",
                why="rule_end",
                values={"days": _LONGEST_RULE.days},
            )
        if lane is not None and lane not in LANES:
            raise ReviewError(f"there is no lane {lane!r}; lanes are {', '.join(LANES)}", why="choice")
        if kind == "silence" and lane == "assistance":
            raise ReviewError("calls for help are never silenced", why="help_is_said")
        if kind == "silence" and source_id is None and lane is None and alert_id is None:
            raise ReviewError("say what is silenced: a source, a lane or an alert", why="rule_about")
        if (kind == "repeat") != (every is not None) or (every is not None and every < _SHORTEST_REPEAT):
            raise ReviewError(
                "a repetition, and only a repetition, has a pause of an hour or more", why="rule_pause"
            )
        with recording(self._store, self._anchor) as writing:
            if alert_id is not None:
                stored_alerts.get(writing.connection, alert_id)
            rule_id = outbox.add_rule(
                writing.connection,
                kind=kind,
                author=actor.id,
                created=now,
                until=until,
                reason=checked_reason(reason),
                source_id=source_id,
                lane=lane,
                alert_id=alert_id,
                every_s=None if every is None else int(every.total_seconds()),
            )
            writing.ledger.add(actor.id, f"rule_{kind}", f"rule:{rule_id}", now=now)
            return next(rule for rule in outbox.rules(writing.connection) if rule.id == rule_id)

    def rules(self, *, at: datetime | None = None) -> list[Rule]:
        """Every rule, or those in force at a moment, the oldest first."""
        with self._store.read() as connection:
            return outbox.rules(connection, at=at)

    def end_rule(self, actor: User, rule_id: int, *, now: datetime) -> None:
        """Let a rule end now. What it silenced stays unsaid. Raises `NotFoundError`."""
        require(actor, "rules")
        with recording(self._store, self._anchor) as writing:
            if not outbox.end_rule(writing.connection, rule_id, now=now):
                raise NotFoundError("rule in force", str(rule_id))
            writing.ledger.add(actor.id, "rule_end", f"rule:{rule_id}", now=now)
