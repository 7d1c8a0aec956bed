"""Open a database, and run transactions on it that either happen or do not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError

from ..errors import StorageBusyError, StorageError
from .schema import SCHEMA_VERSION, metadata, schema_version

BUSY_TIMEOUT_S = 10.0


class Store:
    """An open database. One process may hold several; SQLite lets one of them write at a time."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self.name = engine, name

    @property
    def path(self) -> Path | None:
        """The file of the database; None where it lives in memory."""
        database = self._engine.url.database
        return Path(database) if database and database != ":memory:" else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the right to write from its beginning; rolled back on any error.

        Raises
        ------
        StorageBusyError
            Another process kept the database for longer than the time allowed to wait.
        StorageError
        """
        with self._transaction(is_writing=True) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database. Raises as `write`."""
        with self._transaction(is_writing=False) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, is_writing: bool) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(is_writing=is_writing) as connection:
                with connection.begin():
                    yield connection
        except DBAPIError as exc:
            raise _explained(exc, self.name) from exc

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def open_store(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Open the database at `url`, such as ``sqlite:///tppo.db``; make it with its tables if there is none.

    Raises
    ------
    StorageBusyError
        If another process keeps it locked.
    StorageError
        If it is no database of this project, of a newer version, or cannot be made.
    """
    address = _checked(url)
    name = address.render_as_string(hide_password=True)
    try:
        engine = create_engine(address, connect_args={"timeout": busy_timeout_s})
    except (ArgumentError, ImportError, TypeError, ValueError) as exc:  # a driver or option that is not there
        raise StorageError(f"cannot be opened: {' '.join(str(exc).split())[:120]}", url=name) from exc
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    store = Store(engine, name)
    try:
        _ensure_schema(store)
    except BaseException:
        store.close()
        raise
    return store


def _checked(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError("is no database address; write one such as sqlite:///tppo.db", url=url) from None
    if address.get_backend_name() != "sqlite":
        shown = address.render_as_string(hide_password=True)
        raise StorageError("this version stores in SQLite only; write sqlite:///tppo.db", url=shown)
    if address.drivername not in ("sqlite", "sqlite+pysqlite") or address.host or address.query:
        raise StorageError("has a driver, host or option that SQLite lacks; write sqlite:///tppo.db", url=url)
    if "\0" in (address.database or ""):
        raise StorageError("has a zero character in its path", url=url.replace("\0", "?"))
    if address.database and address.database != ":memory:":
        folder = Path(address.database).parent
        if not folder.is_dir():
            raise StorageError(f"there is no folder {folder}; make it first", url=url)
        _make_private(Path(address.database))
    return address


def _make_private(path: Path) -> None:
    """Make a new database readable by its owner only, for personal data; SQLite's side files follow it."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass
    except OSError as exc:
        raise StorageError(f"cannot be made: {exc.strerror}", url=str(path)) from exc


def _prepare(connection: Any, record: Any) -> None:
    # SQLAlchemy begins transactions itself, see `_begin`; the driver's own guesses would come too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an alert that was reported must survive a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # IMMEDIATE waits for the right to write here. A transaction that reads first and asks later can be
    # refused at once, however long the time to wait.
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _ensure_schema(store: Store) -> None:
    with store.read() as connection:
        found = inspect(connection).get_table_names()
        version = _version(connection) if "schema_version" in found else None
    if found and version is None:
        raise StorageError("is a database of another program; name another file", url=store.name)
    if version is None:
        with store.write() as connection:
            metadata.create_all(connection)
            if _version(connection) is None:  # two processes may open a new file at once
                connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
    elif version != SCHEMA_VERSION:
        raise StorageError(
            f"has schema version {version}, this program knows {SCHEMA_VERSION}; update the program",
            url=store.name,
        )


def _version(connection: Connection) -> int | None:
    return connection.execute(select(schema_version.c.version)).scalar()


def _explained(exc: DBAPIError, name: str) -> StorageError:
    code = getattr(exc.orig, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusyError("another process is writing to it; try again when it is done", url=name)
    detail = str(exc.orig).splitlines()[0] if str(exc.orig) else type(exc.orig).__name__
    if code is not None and code & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StorageError(f"is no usable SQLite database: {detail}", url=name)
    kind = "cannot be used" if isinstance(exc, DatabaseError) else "failed"
    return StorageError(f"{kind}: {detail}", url=name)
