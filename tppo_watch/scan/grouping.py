"""Campaigns of the posts in a database: read once, followed in memory, written with every batch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from ..campaigns import Decision, Evidence, Example, Grouper, Print, print_of
from ..errors import StorageBusyError
from ..storage import Store
from ..storage import campaigns as stored
from ..storage.campaigns import DecisionRecord
from ..text.document import Document, read
from ..types import Assessment
from .links import from_record, to_record

#: Posts held in memory, the latest: what was found of older ones stays, nothing new is compared with them.
REMEMBERED = 500_000
_SLACK = 1.2  # times as many, before the oldest are forgotten: all have to be read for that


class Grouping:
    """The campaigns of one database, held in memory. One thread at a time uses them, others wait.

    Reading half a million posts takes the better part of a minute. So they are read before a transaction that
    writes begins, and once: from then on only what is new is.

    Parameters
    ----------
    key : bytes
        Keys the hashes of contacts. Under another key than before everything is grouped anew.
    remembered : int
        Posts, the latest, with which new ones are compared.
    """

    def __init__(self, store: Store, key: bytes, *, remembered: int = REMEMBERED) -> None:
        self._store, self._remembered = store, remembered
        # The key grows with each rotation; all of it counts, not its beginning.
        self._key = blake2b(b"contacts of campaigns", key=blake2b(key).digest()).digest()
        self._key_name = blake2b(self._key, digest_size=8).hexdigest()
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        """Read everything again next time."""
        self._grouper: Grouper | None = None
        self._ids: list[int] = []  # post of each place
        self._last = 0  # the highest of them
        self._decided = 0  # decisions of the database that are in the grouper
        self._edition = 0
        self._unwritten: dict[int, int | None] = {}  # campaigns that stand otherwise in the database

    def print_of(self, document: Document, assessment: Assessment) -> Print:
        """What of a post is compared with others."""
        return print_of(document, assessment, self._key)

    @contextmanager
    def changing(self, *, is_kept: bool = True) -> Iterator[None]:
        """Let nobody else use the campaigns; forget them where a change is not kept, or fails."""
        with self._lock:
            before = self._state()
            try:
                yield
            except BaseException:
                if self._state() != before:
                    self._forget()
                raise
            if not is_kept:
                self._forget()

    def _state(self) -> tuple[object, ...]:
        decided = len(self._grouper.log) if self._grouper else 0
        return len(self._ids), decided, self._decided, self._edition, len(self._unwritten)

    def catch_up(self, *, is_kept: bool = True) -> None:
        """Take in what is in the database, and group what never was, while others may write.

        Call it before a transaction that writes: that then has little left to do.
        """
        with self._lock:
            if len(self._ids) > self._remembered * _SLACK:
                self._forget()
            with self._store.read() as connection:
                is_rehashed = stored.key_name(connection) not in (None, self._key_name)
            if is_rehashed and is_kept:
                with self._store.write() as connection:
                    stored.use_key(connection, self._key_name)
            with self._store.read() as connection:
                is_anew = self._follow(connection)
            if is_anew and is_kept:
                self._group_rest()

    @contextmanager
    def current(self) -> Iterator[tuple[Connection, Grouper]]:
        """The campaigns as they are now, and a transaction that sees the same."""
        with self._lock:
            self.catch_up()
            if self._unwritten:
                with self.changing(), self._store.write() as connection:
                    self._opened(connection)
            with self._store.read() as connection:
                self._follow(connection)
                assert self._grouper is not None
                yield connection, self._grouper

    def add(self, connection: Connection, printed: Sequence[tuple[int, Print]]) -> None:
        """Group new posts, and write what links them and which campaigns changed."""
        if not printed:
            return
        grouper = self._opened(connection)
        new = [(post_id, print) for post_id, print in printed if str(post_id) not in grouper]
        found = []
        for post_id, print in new:
            found.append(grouper.add(str(post_id), print))
            self._ids.append(post_id)
        campaigns = _campaigns(grouper, [str(post_id) for post_id, _ in new])
        stored.add(
            connection,
            [
                to_record(self._ids, post_id, campaigns[post_id], evidence, example)
                for (post_id, _), (evidence, example) in zip(new, found, strict=True)
            ],
        )
        stored.set_campaigns(connection, _campaigns(grouper, grouper.take_changed()))
        self._last = max([self._last, *(post_id for post_id, _ in new)])

    def decide(self, decide: Callable[[Grouper], int]) -> int:
        """Let a person decide, and see what follows; the number of the decision, for `record` to write.

        Call it within `changing`, before a transaction begins: all campaigns are worked out anew. Raises what
        `decide` does.
        """
        self.catch_up()
        with self._store.read() as connection:
            self._follow(connection)
            assert self._grouper is not None
            number = decide(self._grouper)
            self._compare(stored.campaigns_of(connection))
        return number

    def record(self, connection: Connection, *, actor: int | None, now: datetime) -> None:
        """Write what was decided, and the campaigns that follow.

        Raises
        ------
        StorageBusyError
            If somebody else decided meanwhile: what this one saw is no longer so.
        """
        assert self._grouper is not None
        if len(stored.decisions(connection)) != self._decided:
            said = "somebody else decided about campaigns at this moment; look again"
            raise StorageBusyError(said, url=self._store.name)
        for decision in self._grouper.log[self._decided :]:
            left, right = list(decision.left), list(decision.right)
            record = DecisionRecord(now, actor, decision.kind, left, right, decision.undone)
            stored.add_decision(connection, record)
        self._decided = len(self._grouper.log)
        self._opened(connection)

    def _opened(self, connection: Connection) -> Grouper:
        """The campaigns as a transaction that writes sees them, with what was left to write written."""
        stored.use_key(connection, self._key_name)
        self._follow(connection)
        stored.set_campaigns(connection, self._unwritten)
        self._unwritten = {}
        assert self._grouper is not None
        return self._grouper

    def _follow(self, connection: Connection) -> bool:
        """Bring memory up to what a transaction sees; whether everything had to be read."""
        edition = stored.edition(connection)
        is_anew = self._grouper is None or edition != self._edition
        if is_anew:
            self._forget()
            self._grouper, self._edition = Grouper(is_named_by_id=True), edition
        assert self._grouper is not None
        limit = self._remembered if is_anew else None
        ids = stored.grouped_ids(connection, after=self._last, limit=limit)
        told = self._restore(connection, ids, self._grouper) if ids else {}
        log = stored.decisions(connection)[self._decided :]
        if log:
            self._grouper.restore((), [_decision(record) for record in log])
            self._decided += len(log)
        if is_anew:
            self._compare(told)
        elif log:
            self._compare(stored.campaigns_of(connection))
        else:  # whoever added these posts has written what follows, as far as he knew what is unwritten here
            changed = [*map(str, ids), *self._grouper.take_changed()]
            self._unwritten |= _campaigns(self._grouper, changed) if self._unwritten else {}
        return is_anew

    def _restore(
        self, connection: Connection, ids: Sequence[int], grouper: Grouper
    ) -> dict[int, int | None]:
        """Take in posts that somebody grouped; the campaigns in which they stand in the database."""
        places = {post: place for place, post in enumerate(ids, start=len(self._ids))}
        told: dict[int, int | None] = {}

        def place_of(post: int) -> int:
            return places[post] if post in places else grouper.place(str(post))

        def found() -> Iterator[tuple[Evidence, Example | None]]:
            for record in stored.links(connection, after=ids[0] - 1):
                told[record.post_id] = record.campaign
                yield from_record(record, place_of)

        grouper.restore(found())
        self._ids += ids
        self._last = ids[-1]
        return told

    def _compare(self, told: dict[int, int | None]) -> None:
        """Note which campaigns stand otherwise in the database, where they stand as `told`."""
        assert self._grouper is not None
        self._grouper.take_changed()
        found = _campaigns(self._grouper, map(str, self._ids))
        self._unwritten |= {post: first for post, first in found.items() if told.get(post) != first}

    def _group_rest(self) -> None:
        """Group posts that were assessed and never grouped, in parts: after an upgrade, under a new key."""
        last = 0
        while True:
            with self._store.read() as connection:
                part = stored.ungrouped(connection, after=last)
            if not part:
                return
            printed = [
                (post_id, self.print_of(read(text), Assessment.from_dict(body, text)))
                for post_id, text, body in part
            ]
            with self.changing(), self._store.write() as connection:
                self.add(connection, printed)
                # They may stand before others: that is how they will be read.
                self._edition = stored.begin_edition(connection)
            last = part[-1][0]


def _campaigns(grouper: Grouper, names: Iterable[str]) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for name in names:
        campaign = grouper.campaign_of(name)
        found[int(name)] = int(campaign[1:]) if campaign else None
    return found


def _decision(record: DecisionRecord) -> Decision:
    kind: Any = record.kind
    return Decision(kind, tuple(record.left_posts), tuple(record.right_posts), record.undone)
