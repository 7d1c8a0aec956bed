"""The desk of new terms: accepted ones become indicators as data, beside the settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from ..errors import ReviewError
from ..io.writing import replacing
from ..knowledge.rules import Indicator
from ..signals.candidates import as_yaml, example
from ..storage import Store, matters
from ..storage import terms as stored
from ..storage.terms import TermRecord
from ..types import Entity
from .acts import shown_acts
from .audit import recording
from .check import checked_note
from .matters import in_force, write, write_undo
from .records import Act, User
from .roles import require

TermKind = Literal["accept", "refuse"]
_STATUS = {"accept": "accepted", "refuse": "refused"}
_EXAMPLES = 3
_OFF = ".off"  # behind the name of the file of a rule that no longer holds


@dataclass(frozen=True, slots=True)
class TermItem:
    """A term with the words around it, without contacts and names."""

    record: TermRecord
    examples: tuple[str, ...]
    history: tuple[Act, ...]

    @property
    def rule(self) -> Indicator:
        return Indicator.model_validate(self.record.rule)

    @property
    def yaml(self) -> str:
        """The rule as a file of the knowledge data, with the examples as comments."""
        return as_yaml([(self.rule, self.examples)])


class TermDesk:
    """Lists and decisions over the terms of one database. `actor` None is the command line.

    Parameters
    ----------
    folder : Path or None
        Where accepted rules are written, one file each; None where the settings name no folder.
    """

    def __init__(self, store: Store, anchor: Path, folder: Path | None) -> None:
        self._store, self._anchor, self._folder = store, anchor, folder

    def listed(self, actor: User | None, *, is_decided: bool = False) -> list[TermItem]:
        """Terms that are offered, or those that were decided; the surest first."""
        if actor is not None:
            require(actor, "view")
        statuses = ("accepted", "refused") if is_decided else ("offered",)
        with self._store.read() as connection:
            return [_item(connection, record) for record in stored.listed(connection, statuses=statuses)]

    def get(self, actor: User | None, term_id: int) -> TermItem:
        """One term. Raises `NotFoundError`."""
        if actor is not None:
            require(actor, "view")
        with self._store.read() as connection:
            return _item(connection, stored.get(connection, term_id))

    def decide(
        self, actor: User | None, term_id: int, kind: TermKind, *, now: datetime, note: str = ""
    ) -> Act:
        """Accept a term, which writes its rule into the folder of own rules, or refuse it.

        Raises
        ------
        ReviewError
            Also where the settings name no folder, or another file is in the way.
        NotFoundError, NotAllowedError
        """
        if actor is not None:
            require(actor, "rules")
        if kind not in _STATUS:
            raise ReviewError(f"there is no decision {kind!r}; there are {', '.join(_STATUS)}", why="choice")
        body = {"note": checked_note(note)}
        with recording(self._store, self._anchor) as writing:
            record = stored.get(writing.connection, term_id)
            if record.status == _STATUS[kind]:
                raise ReviewError(f"term {term_id} is {record.status} already", why="look_again")
            act = write(writing, actor, "term", kind, [term_id], body, now=now)
            self._refresh(writing.connection, term_id)
            return act

    def undo(self, actor: User | None, act_id: int, *, now: datetime) -> Act:
        """Take back a decision, or an undo; the file of the rule follows. Raises as `decide`."""
        if actor is not None:
            require(actor, "rules")
        with recording(self._store, self._anchor) as writing:
            act, ids = write_undo(writing, actor, "term", act_id, now=now)
            for term_id in ids:
                self._refresh(writing.connection, term_id)
            return act

    def _refresh(self, connection: Connection, term_id: int) -> None:
        """Bring a term, and its file, to what the acts on it say."""
        acts, version = in_force(connection, "term", term_id)
        decided = [act for act in acts if act.kind in _STATUS]
        last = decided[-1] if decided else None
        status = _STATUS[last.kind] if last else "offered"
        stored.set_state(
            connection, term_id, status=status, decided=last.at if last else None, version=version
        )
        self._write(_item(connection, stored.get(connection, term_id)), status == "accepted")

    def _write(self, item: TermItem, is_accepted: bool) -> None:
        if self._folder is None:
            if is_accepted:
                raise ReviewError(
                    "name a folder for accepted rules first: [model] rules in the settings",
                    why="rules_folder",
                )
            return
        path = self._folder / f"{item.rule.id}.yaml"
        off = path.with_name(path.name + _OFF)
        if not is_accepted:
            if path.exists():
                os.replace(path, off)  # what was changed in it by hand is not lost
            return
        if path.exists():
            raise ReviewError(
                f"there is a file {path.name} already in the folder of rules; move it away", why="rules_file"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        if off.exists():
            os.replace(off, path)
            return
        with replacing(path) as file:
            # Without the examples: a post that is purged leaves no word behind.
            file.write(as_yaml([(item.rule, ())]).encode("utf-8"))


def _item(connection: Connection, record: TermRecord) -> TermItem:
    posts = stored.texts(connection, list(record.numbers["posts"])[:_EXAMPLES])
    examples = [example(text, _entities(entities), record.text) for text, entities in posts]
    history = shown_acts(matters.acts_of(connection, "term", record.id))
    return TermItem(record, tuple(examples), history)


def _entities(found: Any) -> list[Entity]:
    return [Entity(**_fields(entity)) for entity in found]


def _fields(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entity[name] for name in ("kind", "start", "end", "text", "value")}
