"""Campaigns of the posts in a database: read once, carried on in memory, written with every batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from ..campaigns import Contact, Decision, Evidence, Example, Grouper, Print, print_of
from ..storage import campaigns as stored
from ..storage.campaigns import DecisionRecord, LinkRecord
from ..types import Assessment

#: Posts held in memory, the latest: a scan of more forgets the oldest, not what was found of them.
REMEMBERED = 500_000
# A wording whose founder is forgotten or purged is known by the number of that post, beyond any place.
_GONE = 1 << 40


class Grouping:
    """The campaigns of one database.

    Parameters
    ----------
    key : bytes
        Keys the hashes of contacts. Under another key than before everything is grouped anew.
    """

    def __init__(self, key: bytes) -> None:
        # The key grows with each rotation; all of it counts, not its beginning.
        self._key = blake2b(b"contacts of campaigns", key=blake2b(key).digest()).digest()
        self._grouper: Grouper | None = None
        self._ids: list[int] = []  # post of each place
        self._log = 0

    def add(self, connection: Connection, assessed: Sequence[tuple[int, Assessment]]) -> None:
        """Group new posts, and write what links them and which campaigns changed."""
        grouper = self.opened(connection)
        new = [(id, assessment) for id, assessment in assessed if str(id) not in grouper]
        if new:  # what was there when the campaigns were read is in them
            self._add(connection, grouper, new)

    def opened(self, connection: Connection) -> Grouper:
        """The campaigns as they are now, with what people decided meanwhile."""
        if self._grouper is None:
            self._grouper = self._load(connection)
        log = stored.decisions(connection)
        for record in log[self._log :]:
            self._grouper.decide(_decision(record))
        if len(log) > self._log:
            self._log = len(log)
            self._write_all(connection, self._grouper)
        return self._grouper

    def forget(self) -> None:
        """Read everything again next time: what was written last was rolled back."""
        self._grouper = None

    def record(self, connection: Connection, *, actor: int | None, now: datetime) -> None:
        """Write the latest decision, and the campaigns that follow."""
        grouper = self.opened(connection)
        for decision in grouper.log[self._log :]:
            record = DecisionRecord(
                now, actor, decision.kind, list(decision.left), list(decision.right), decision.undone
            )
            stored.add_decision(connection, record)
        self._log = len(grouper.log)
        self._write_all(connection, grouper)

    def _load(self, connection: Connection) -> Grouper:
        stored.use_key(connection, blake2b(self._key, digest_size=8).hexdigest())
        grouper = Grouper(is_named_by_id=True)
        records = stored.links(connection, REMEMBERED)
        self._ids = [record.post_id for record in records]
        places = {post: place for place, post in enumerate(self._ids)}
        log = stored.decisions(connection)
        self._log = len(log)
        grouper.restore(
            (_evidence(record, places) for record in records),
            (_example(record, places) for record in records if record.shingles is not None),
            map(_decision, log),
        )
        for part in stored.ungrouped(connection):
            self._add(
                connection, grouper, [(id, Assessment.from_dict(body, text)) for id, text, body in part]
            )
        self._write_all(connection, grouper, {record.post_id: record.campaign for record in records})
        return grouper

    def _add(
        self, connection: Connection, grouper: Grouper, assessed: Iterable[tuple[int, Assessment]]
    ) -> None:
        records = []
        for post_id, assessment in assessed:
            print = print_of(str(post_id), assessment, self._key)
            evidence, example = grouper.add(print)
            self._ids.append(post_id)
            records.append(self._record(post_id, evidence, example))
        stored.add(connection, records)
        names = [str(record.post_id) for record in records]
        stored.set_campaigns(connection, _campaigns(grouper, [*names, *grouper.take_changed()]))

    def _write_all(
        self, connection: Connection, grouper: Grouper, known: Mapping[int, int | None] | None = None
    ) -> None:
        """Write the campaign of every post that is not in the one that is written."""
        grouper.take_changed()
        if known is None:
            known = stored.campaigns_of(connection)
        found = _campaigns(grouper, map(str, self._ids))
        changed = {post: first for post, first in found.items() if known.get(post) != first}
        stored.set_campaigns(connection, changed)

    def _record(self, post_id: int, evidence: Evidence, example: Example | None) -> LinkRecord:
        return LinkRecord(
            post_id=post_id,
            campaign=None,
            is_own=evidence.is_own,
            is_recruitment=evidence.is_recruitment,
            stance=evidence.stance,
            contacts=[list(contact) for contact in evidence.contacts],
            passing=list(evidence.passing),
            wording=self._post(evidence.wording),
            similarity=evidence.similarity,
            size=evidence.size,
            novel=evidence.novel,
            near=self._post(evidence.near),
            alike=self._post(evidence.alike),
            alike_similarity=evidence.alike_similarity,
            shingles=example.print.shingles if example else None,
            slots=sorted(example.print.slots) if example else None,
            is_counted=example is not None and example.is_counted,
        )

    def _post(self, place: int) -> int | None:
        if place < 0:
            return None
        return place - _GONE if place >= _GONE else self._ids[place]


def _campaigns(grouper: Grouper, names: Iterable[str]) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for name in names:
        campaign = grouper.campaign_of(name)
        found[int(name)] = int(campaign[1:]) if campaign else None
    return found


def _decision(record: DecisionRecord) -> Decision:
    kind: Any = record.kind
    return Decision(kind, tuple(record.left_posts), tuple(record.right_posts), record.undone)


def _evidence(record: LinkRecord, places: Mapping[int, int]) -> Evidence:
    return Evidence(
        id=str(record.post_id),
        is_own=record.is_own,
        is_recruitment=record.is_recruitment,
        contacts=tuple((key, line, kind) for key, line, kind in record.contacts),
        passing=tuple(record.passing),
        wording=_place(record.wording, places),
        similarity=record.similarity,
        size=record.size,
        near=places.get(record.near, -1) if record.near is not None else -1,
        novel=record.novel,
        alike=_place(record.alike, places),
        alike_similarity=record.alike_similarity,
        stance=record.stance,
    )


def _example(record: LinkRecord, places: Mapping[int, int]) -> Example:
    contacts = tuple(Contact(*contact) for contact in record.contacts)
    print = Print(
        str(record.post_id), record.shingles or b"", frozenset(record.slots or ()), contacts, (),
        record.is_own, record.is_recruitment, record.stance,
    )  # fmt: skip
    return Example(
        places[record.post_id], _place(record.wording, places), print, is_counted=record.is_counted
    )


def _place(post: int | None, places: Mapping[int, int]) -> int:
    return -1 if post is None else places.get(post, _GONE + post)
