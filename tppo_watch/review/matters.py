"""Acts on signals and terms: written as those on alerts are, into the same log, taken back the same way."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..errors import NotFoundError, ReviewError
from ..storage import decisions, matters
from ..storage.decisions import StoredAct
from ..storage.matters import BODY_KEYS, Matter
from .acts import shown_act
from .audit import Writing, act_detail, digest_of
from .records import Act, User
from .replay import undone
from .roles import require


def write(
    writing: Writing,
    actor: User | None,
    matter: Matter,
    kind: str,
    ids: Sequence[int],
    body: Mapping[str, Any],
    *,
    now: datetime,
    undoes: int | None = None,
) -> Act:
    """Add an act on signals or terms with its record in the audit log. `actor` None is the command line."""
    actor_id = None if actor is None else actor.id
    ids = sorted(set(ids))
    body, salt = {**body, BODY_KEYS[matter]: ids}, secrets.token_hex(16)
    act_id = decisions.add_act(
        writing.connection, at=now, actor=actor_id, kind=kind, body=body, salt=salt, alerts=(), undoes=undoes
    )
    matters.add_targets(writing.connection, matter, ids, act_id)
    digest = digest_of(act_detail(kind, actor_id, body, undoes), salt)
    writing.ledger.add(actor_id, kind, f"act:{act_id}", now=now, digest=digest)
    stored = decisions.act(writing.connection, act_id)
    assert stored is not None
    return shown_act(stored)


def write_undo(
    writing: Writing, actor: User | None, matter: Matter, act_id: int, *, now: datetime
) -> tuple[Act, list[int]]:
    """Take an act back, or an undo; the new act and the matters it was on. One's own; a lead any.

    Raises
    ------
    NotFoundError, NotAllowedError, ReviewError
    """
    connection = writing.connection
    found = decisions.act(connection, act_id)
    on = sorted(id for kind, id in matters.targets(connection, [act_id]).get(act_id, ()) if kind == matter)
    if found is None or not on:
        raise NotFoundError("act", str(act_id))
    if actor is not None and found.actor != actor.id:
        require(actor, "undo_others")
    if act_id in undone(matters.acts_of(connection, matter, on[0])):
        raise ReviewError(f"act {act_id} is taken back already", why="undone")
    return write(writing, actor, matter, "undo", on, {}, now=now, undoes=act_id), on


def in_force(connection: Connection, matter: Matter, matter_id: int) -> tuple[list[StoredAct], int]:
    """The acts on a signal or term that hold, oldest first, and the id of the last one of all."""
    stored = matters.acts_of(connection, matter, matter_id)
    gone = undone(stored)
    holding = [act for act in stored if act.id not in gone and act.undoes is None]
    return holding, max((act.id for act in stored), default=0)
