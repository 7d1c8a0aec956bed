"""Acts on signals and terms: they stand in the same log as those on alerts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from sqlalchemy import Connection, insert, select

from . import decisions
from .decisions import StoredAct
from .schema import matter_targets

Matter = Literal["signal", "term"]
#: Under which name the body of an act holds its matters; it goes into the digest of the audit log.
BODY_KEYS: dict[Matter, str] = {"signal": "signals", "term": "terms"}


def add_targets(connection: Connection, matter: Matter, ids: Sequence[int], act_id: int) -> None:
    """Note on which signals or terms an act was."""
    rows = [{"kind": matter, "matter_id": matter_id, "act_id": act_id} for matter_id in ids]
    connection.execute(insert(matter_targets), rows)


def targets(connection: Connection, act_ids: Collection[int]) -> dict[int, set[tuple[str, int]]]:
    """Act -> its signals and terms, for those of the acts that have any; at most 1,000 acts."""
    query = select(matter_targets).where(matter_targets.c.act_id.in_(act_ids))
    found: dict[int, set[tuple[str, int]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.act_id, set()).add((row.kind, row.matter_id))
    return found


def acts_of(connection: Connection, matter: Matter, matter_id: int) -> list[StoredAct]:
    """Every act on one signal or term, oldest first."""
    column = matter_targets.c
    query = select(column.act_id).where(column.kind == matter, column.matter_id == matter_id)
    return decisions.acts(connection, list(connection.execute(query).scalars()))
