"""Whole databases: a backup, its return, the move from SQLite to PostgreSQL; checked row by row.

A backup is an SQLite file, whatever the database is: it opens as any other, and can be moved anywhere.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from ..errors import StorageError
from .engine import Store, open_store
from .loading import load, sequence_of
from .migrate import copy_sqlite
from .schema import metadata

# Rows sent at once: few enough for the largest texts to fit into memory.
_ROWS = 2_000

Progress = Callable[[str, int], None]  # a table and its rows so far


@dataclass(frozen=True, slots=True)
class TableCopy:
    """What was found equal on both sides."""

    table: str
    rows: int
    digest: str  #: SHA-256 over every value of every row, in the order of keys


def back_up(store: Store, target: Path) -> None:
    """Write `store`, which may be in use, as it is at one moment into the SQLite file `target`, 0600.

    The file is whole or not there, and replaces one of that name. It holds everything but the key of the
    author hashes, which belongs elsewhere.

    Raises
    ------
    StorageError
        If it cannot be written, or what was written is not what was read.
    """
    if not target.parent.is_dir():
        raise StorageError(f"there is no folder {target.parent}; make it first", url=str(target))
    if store.path and target.exists() and store.path.samefile(target):
        raise StorageError("is the database itself; name another file", url=str(target))
    try:
        if store.path:
            check_sqlite(copy_sqlite(store.path, target))
            return
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            with open_store(f"sqlite:///{folder}/copy.db") as copy:
                copy_all(store, copy)
            copy_sqlite(Path(folder) / "copy.db", target)
    except sqlite3.Error as exc:
        raise StorageError(f"cannot be written: {exc}", url=str(target)) from exc
    except OSError as exc:
        raise StorageError(f"cannot be written: {exc.strerror or exc}", url=str(target)) from exc


def restore(
    backup: Path, url: str, *, on_progress: Progress = lambda table, rows: None
) -> list[TableCopy]:
    """Fill the empty database at `url` from a backup; an older backup is upgraded on the way.

    The backup stays as it is.

    Raises
    ------
    StorageError
        If the backup is damaged or of a newer version, or the database holds anything.
    """
    if not backup.is_file():
        raise StorageError("there is no such file", url=str(backup))
    try:
        with tempfile.TemporaryDirectory(prefix="tppo-restore-") as folder:
            copy = Path(folder) / "copy.db"
            check_sqlite(copy_sqlite(backup, copy))
            with open_store(f"sqlite:///{copy}") as source, open_store(url) as target:
                return copy_all(source, target, on_progress=on_progress)
    except sqlite3.Error as exc:
        raise StorageError(f"is no usable backup: {exc}", url=str(backup)) from exc


def check_sqlite(path: Path) -> None:
    """Read a whole SQLite file and check its structure and references. Raises `StorageError`."""
    with closing(sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)) as connection:
        try:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as exc:
            raise StorageError(f"is damaged: {exc}", url=str(path)) from exc
    if found != "ok" or broken:
        raise StorageError(
            f"is damaged: {found if found != 'ok' else 'a reference is broken'}", url=str(path)
        )


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def copy_all(
    source: Store, target: Store, *, on_progress: Progress = lambda table, rows: None
) -> list[TableCopy]:
    """Copy every row of `source` into the empty `target`, in one transaction that ends only if both agree.

    Memory holds a few thousand rows. Stopped at any point, `target` stays empty.

    Raises
    ------
    StorageError
        If `target` holds anything, or the two differ afterwards.
    """
    with source.read() as old, target.write() as new:
        for table in metadata.sorted_tables:
            if new.execute(select(1).select_from(table).limit(1)).first():
                raise StorageError("holds data already; only an empty database is filled", url=target.name)
        copied = []
        for table in metadata.sorted_tables:
            read = _Digest(table.name)
            for batch in _batches(old, table):
                read.add(batch)
                load(new, table, batch)
                on_progress(table.name, read.rows)
            _continue_numbers(old, new, table)
            copied.append(read.done())
        for table, read_there in zip(metadata.sorted_tables, copied, strict=True):
            if digest_of(new, table) != read_there:
                raise StorageError(f"the copy of {table.name} differs; nothing was kept", url=target.name)
    return copied


class _Digest:
    """Count and digest of rows as they pass."""

    def __init__(self, table: str) -> None:
        self._table, self._digest, self.rows = table, hashlib.sha256(), 0

    def add(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            line = json.dumps(row, default=_plain, sort_keys=True, ensure_ascii=False)
            self._digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
        self.rows += len(rows)

    def done(self) -> TableCopy:
        return TableCopy(self._table, self.rows, self._digest.hexdigest())


def digest_of(connection: Connection, table: Table) -> TableCopy:
    """Count and digest of a table, the same on both databases for the same rows."""
    read = _Digest(table.name)
    for batch in _batches(connection, table):
        read.add(batch)
    return read.done()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*_ordered_keys(connection, table)).execution_options(yield_per=_ROWS)
    for part in connection.execute(query).mappings().partitions():
        yield [dict(row) for row in part]


def _ordered_keys(connection: Connection, table: Table) -> Iterator[Any]:
    """The primary key in the order of bytes; a server sorts text by the rules of its language otherwise."""
    for column in table.primary_key:
        is_text = column.type.python_type is str and connection.dialect.name == "postgresql"
        yield column.collate("C") if is_text else column


def _continue_numbers(old: Connection, new: Connection, table: Table) -> None:
    """Let the copy count on where the original stands, beyond rows that are gone."""
    column = table.autoincrement_column
    if column is None:
        return
    last = new.execute(select(func.max(column))).scalar() or 0
    if old.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["autoincrement"]:
            query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            last = max(last, old.execute(query, {"name": table.name}).scalar() or 0)
    else:
        last = max(last, old.execute(text(f"SELECT last_value FROM {sequence_of(old, table)}")).scalar() or 0)
    if not last:
        return
    if new.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["autoincrement"]:
            values = {"name": table.name, "seq": last}
            new.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
            new.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), values)
    else:
        new.execute(text("SELECT setval(:name, :last)"), {"name": sequence_of(new, table), "last": last})
