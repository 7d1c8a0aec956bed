"""The log of who did what: a chain of hashes, each of them anchored in a file apart from the database.

A row holds ids and digests only. Its hash covers the row and the hash before it, so a change anywhere breaks
the chain there. Whoever can write to the database could build the chain anew; the anchor file tells: each
hash stands in it before its row is committed (``+``) and again after (``=``). A row without a ``+`` was put
in by another hand, an ``=`` without a row was cut out, and a process that dies in between leaves neither.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ..errors import AuditError, NotFoundError, StorageError
from ..storage import Store, campaigns, evidence, matters
from ..storage import audit as stored
from ..storage.audit import Entry
from ..storage.campaigns import DecisionRecord
from ..storage.matters import BODY_KEYS
from ..storage.schema import review_acts, review_targets

_START = "0" * 64
_CHUNK = 1000


class Ledger:
    """Adds rows in the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last = stored.last(connection)
        self.added: list[Entry] = []

    def add(self, actor: int | None, action: str, object: str, *, now: datetime, digest: str = "") -> None:
        """Log one thing. `object` is kind and id, `digest` of what was done with it."""
        seq, before = (self._last.seq + 1, self._last.hash) if self._last else (1, _START)
        entry = Entry(seq, now, actor, action, object, digest, "")
        entry = replace(entry, hash=_hash(before, entry))
        stored.add(self._connection, entry)
        self._last = entry
        self.added.append(entry)


class Writing(NamedTuple):
    """A transaction and the log that belongs to it."""

    connection: Connection
    ledger: Ledger


@contextmanager
def recording(store: Store, anchor: Path) -> Iterator[Writing]:
    """A write transaction whose rows in the log are anchored; nothing is done that cannot be logged.

    Raises
    ------
    StorageError
        Also where the anchor cannot be written.
    """
    with store.write() as connection:
        ledger = Ledger(connection)
        yield Writing(connection, ledger)
        _append(anchor, "+", ledger.added)
    _append(anchor, "=", ledger.added)


def digest_of(detail: Mapping[str, Any], salt: str) -> str:
    """The digest of what was done. Salted: a short note cannot be guessed from it once the salt is purged."""
    return hashlib.sha256(f"{salt}\n{_canonical(detail)}".encode("utf-8", "surrogatepass")).hexdigest()


def verify(connection: Connection, anchor: Path) -> int:
    """Check the whole chain, the anchor, and that each act is the one that was logged; the number of rows.

    Raises
    ------
    AuditError
        Naming the first bad record: altered, added, missing, or of an act that is not as it was.
    """
    known = _read_anchor(anchor)
    state = _Checked()
    for chunk in _chunks(stored.entries(connection)):
        for entry in chunk:
            _check_row(entry, state, known, anchor)
        _check_acts(connection, chunk, state)
    lost = [seq for seq in known.confirmed if seq > state.seq]
    if lost:
        raise AuditError(min(lost), "is missing: it and what follows was cut off")
    gaps = {object: seq for object, seq in state.gaps.items() if object not in state.purged}
    for object, seq in sorted(gaps.items(), key=lambda item: item[1]):
        raise AuditError(seq, f"{object.replace(':', ' ')} was emptied, and no purge was logged")
    _check_no_act_is_new(connection, state)
    _check_decisions(connection, state)
    return state.seq


@dataclass(slots=True)
class _Checked:
    seq: int = 0
    hash: str = _START
    acts: dict[int, int] = field(default_factory=dict)  #: act -> the record that logged it
    purged: set[str] = field(default_factory=set)  #: objects
    #: Number of a decision on campaigns -> the record that logged it, and its digest.
    decisions: dict[int, tuple[int, str]] = field(default_factory=dict)
    #: What only a purge may leave, each with the record it belongs to: emptied acts, alerts that acts lack.
    gaps: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Anchor:
    is_there: bool = False
    intended: dict[int, list[str]] = field(default_factory=dict)
    confirmed: dict[int, str] = field(default_factory=dict)


def _check_row(entry: Entry, state: _Checked, known: _Anchor, anchor: Path) -> None:
    expected = state.seq + 1
    if entry.seq != expected:
        raise AuditError(expected, "is missing")
    confirmed = known.confirmed.get(entry.seq)
    if entry.hash != _hash(state.hash, entry) or confirmed not in (None, entry.hash):
        raise AuditError(entry.seq, "was altered, or another was put in its place")
    if not known.is_there:
        raise AuditError(entry.seq, f"has no anchor: there is no file {anchor}")
    if entry.hash not in known.intended.get(entry.seq, ()):
        raise AuditError(entry.seq, "is not in the anchor: it was added by another hand")
    state.seq, state.hash = entry.seq, entry.hash


def _check_acts(connection: Connection, chunk: list[Entry], state: _Checked) -> None:
    state.purged.update(entry.object for entry in chunk if entry.action == "purge")
    logged = {id: entry for entry in chunk if (id := _act_id(entry)) and entry.action != "purge"}
    for entry in chunk:
        kind, _, number = entry.object.partition(":")
        if kind == "decision" and number.isdecimal():
            state.decisions[int(number)] = (entry.seq, entry.digest)
    state.acts.update((act_id, entry.seq) for act_id, entry in logged.items())
    ids = list(logged)
    query = select(review_acts).where(review_acts.c.id.in_(ids))
    rows = {row.id: row for row in connection.execute(query)}
    targets: dict[int, set[int]] = {}
    pairs = select(review_targets.c.act_id, review_targets.c.alert_id)
    for act_id, alert_id in connection.execute(pairs.where(review_targets.c.act_id.in_(ids))):
        targets.setdefault(act_id, set()).add(alert_id)
    on = matters.targets(connection, ids)
    for act_id, entry in logged.items():
        row = rows.get(act_id)
        if row is None:
            raise AuditError(entry.seq, f"act {act_id}, which it logged, is missing")
        if row.salt is None:
            state.gaps.setdefault(f"act:{act_id}", entry.seq)
            continue
        if digest_of(act_detail(row.kind, row.actor, row.body, row.undoes), row.salt) != entry.digest:
            raise AuditError(entry.seq, f"act {act_id} is not as it was logged")
        if on.get(act_id, set()) != _matters(row.body):
            raise AuditError(entry.seq, f"act {act_id} is on other signals or terms than it was logged with")
        expected, found = set(row.body.get("alerts", ())), targets.get(act_id, set())
        if found - expected:
            raise AuditError(entry.seq, f"act {act_id} is on other alerts than it was logged with")
        if row.kind == "evidence" and found:
            _check_file(connection, entry, row.body)
        for alert_id in expected - found:
            state.gaps.setdefault(f"alert:{alert_id}", entry.seq)


def _check_file(connection: Connection, entry: Entry, body: Mapping[str, Any]) -> None:
    """A file that was kept is still there, byte for byte; it goes with its alert only, which is a purge."""
    (alert_id,) = body["alerts"]
    try:
        content = evidence.content(connection, alert_id, body["sha256"])
    except NotFoundError:
        raise AuditError(entry.seq, f"the file kept with alert {alert_id} is missing") from None
    if hashlib.sha256(content).hexdigest() != body["sha256"]:
        raise AuditError(entry.seq, f"the file kept with alert {alert_id} is not as it was received")


def _matters(body: Mapping[str, Any]) -> set[tuple[str, int]]:
    return {(kind, id) for kind, name in BODY_KEYS.items() for id in body.get(name, ())}


def _check_no_act_is_new(connection: Connection, state: _Checked) -> None:
    # A scan opens an alert again without a person; that is no decision, and is not logged.
    query = select(review_acts.c.id).where(review_acts.c.kind != "reopen").order_by(review_acts.c.id)
    for act_id in connection.execute(query).scalars():
        if act_id not in state.acts:
            raise AuditError(state.seq + 1, f"is missing: act {act_id} was never logged")


def _check_decisions(connection: Connection, state: _Checked) -> None:
    """Decisions on campaigns are as they were logged; those from before they were are not judged."""
    made = campaigns.decisions(connection) if state.decisions else []
    for number, (seq, digest) in sorted(state.decisions.items()):
        if number > len(made):
            raise AuditError(seq, f"decision {number} on campaigns, which it logged, is missing")
        if decision_digest(made[number - 1]) != digest:
            raise AuditError(seq, f"decision {number} on campaigns is not as it was logged")
    if state.decisions and len(made) > max(state.decisions):
        raise AuditError(state.seq + 1, f"is missing: decision {len(made)} on campaigns was never logged")


def decision_digest(made: DecisionRecord) -> str:
    """The digest of a decision on campaigns; it holds ids alone, so there is nothing to guess."""
    detail = {"kind": made.kind, "left": made.left_posts, "right": made.right_posts, "undone": made.undone}
    return digest_of(detail, "")


def act_detail(kind: str, actor: int | None, body: Mapping[str, Any], undoes: int | None) -> dict[str, Any]:
    """What of an act goes into its digest."""
    return {"kind": kind, "actor": actor, "body": dict(body), "undoes": undoes}


def _act_id(entry: Entry) -> int | None:
    kind, _, id = entry.object.partition(":")
    return int(id) if kind == "act" and id.isdecimal() else None


def _hash(before: str, entry: Entry) -> str:
    fields = [entry.seq, entry.at.isoformat(), entry.actor, entry.action, entry.object, entry.digest]
    return hashlib.sha256(f"{before}\n{_canonical(fields)}".encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _append(anchor: Path, sign: str, added: list[Entry]) -> None:
    if not added:
        return
    # The break comes first, so that a line cut short by a crash spoils none after it.
    lines = "".join(f"\n{sign} {entry.seq} {entry.hash}" for entry in added)
    try:
        handle = os.open(anchor, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, lines.encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as exc:
        raise StorageError(
            f"the anchor of the audit log cannot be written: {exc.strerror}", url=str(anchor)
        ) from exc


def _read_anchor(path: Path) -> _Anchor:
    found = _Anchor()
    try:
        with path.open(encoding="ascii", errors="replace") as lines:
            found.is_there = True
            for line in lines:
                sign, _, rest = line.strip().partition(" ")
                seq, _, hash = rest.partition(" ")
                if not seq.isdecimal() or len(seq) > 18 or len(hash) != len(_START):
                    continue  # cut short when the machine stopped
                if sign == "+":
                    found.intended.setdefault(int(seq), []).append(hash)
                elif sign == "=":
                    found.confirmed[int(seq)] = hash
    except FileNotFoundError:
        pass
    except OSError as exc:
        raise StorageError(
            f"the anchor of the audit log cannot be read: {exc.strerror}", url=str(path)
        ) from exc
    return found


def _chunks(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
