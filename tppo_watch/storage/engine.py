"""Open a database, and run transactions on it that either happen or do not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError

from ..errors import StorageBusyError, StorageError

BUSY_TIMEOUT_S = 10.0

# Advisory locks of PostgreSQL are numbers that all programs on a database share: these begin with "tppo".
_WRITE_LOCK = 0x7470706F_00000001
_SCAN_LOCK = 0x7470706F_00000002
_EXAMPLES = "sqlite:///tppo.db or postgresql+psycopg://user@host/database"
# Lock not available, could not serialize, deadlock, cancelled for its time.
_POSTGRES_BUSY = ("55P03", "40001", "40P01", "57014")


class Store:
    """An open database. One transaction at a time may write to it, whichever process holds it."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine, self.name = engine, name

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite; PostgreSQL otherwise."""
        return self._engine.dialect.name == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file of the database; None where it lives in memory or on a server."""
        database = self._engine.url.database
        return Path(database) if self.is_sqlite and database and database != ":memory:" else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the right to write from its beginning; rolled back on any error.

        What it reads, nobody changes before it ends: look, decide and write in one such block.

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
    def scan_lock(self) -> Iterator[None]:
        """Hold the lock of the server that one scan at a time may have; it ends with this process.

        Raises
        ------
        StorageBusyError
            If another scan holds it.
        """
        # A session of its own: connections of the pool come and go. Autocommit, or the server would have to
        # keep every row that was deleted since the scan began.
        with self._connect(isolation_level="AUTOCOMMIT") as connection:
            key = {"key": _SCAN_LOCK}
            if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar():
                raise StorageBusyError("another scan is running; one scan runs at a time", url=self.name)
            try:
                yield
            finally:
                # Told first: a connection that is only closed keeps its lock until the server notices.
                with suppress(DBAPIError):
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
                connection.invalidate()

    def erase_traces(self) -> None:
        """Let nothing that was deleted linger in SQLite's files; PostgreSQL's own vacuum sees to it there.

        Raises as `write`.
        """
        if not self.is_sqlite:
            return
        with self._connect(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("INSERT INTO posts_search(posts_search) VALUES ('optimize')")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _connect(self, **options: Any) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(**options) as connection:
                yield connection
        except DBAPIError as exc:
            raise explained(exc, self.name) from exc

    @contextmanager
    def _transaction(self, *, is_writing: bool) -> Iterator[Connection]:
        with self._connect(is_writing=is_writing) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def open_store(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Open the database at `url`: ``sqlite:///tppo.db`` or ``postgresql+psycopg://user@host/database``.

    An empty one gets its tables, an older one is upgraded (see `tppo_watch.storage.migrate`).

    Raises
    ------
    StorageBusyError
        If another process keeps it locked.
    StorageError
        If it cannot be reached or made, is of a newer version, or of another program.
    """
    from .migrate import ensure_current

    address = _checked(url)
    name = address.render_as_string(hide_password=True)
    is_sqlite = address.get_backend_name() == "sqlite"
    options = _sqlite_options(busy_timeout_s) if is_sqlite else _postgres_options(busy_timeout_s)
    try:
        engine = create_engine(address, **options)
    except ImportError as exc:
        detail = "PostgreSQL needs a driver; run: pip install 'tppo-watch[postgres]'"
        raise StorageError(detail, url=name) from exc
    except (ArgumentError, TypeError, ValueError) as exc:  # an option that is not there
        raise StorageError(f"cannot be opened: {' '.join(str(exc).split())[:120]}", url=name) from exc
    if is_sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgres)
    store = Store(engine, name)
    try:
        ensure_current(store)
    except BaseException:
        store.close()
        raise
    return store


def _checked(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError(f"is no database address; write one such as {_EXAMPLES}", url=url) from None
    shown = address.render_as_string(hide_password=True)
    if address.drivername in ("postgresql", "postgresql+psycopg"):
        if not address.database:
            raise StorageError("names no database; write postgresql+psycopg://user@host/database", url=shown)
        return address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "postgresql":
        raise StorageError("has another driver than psycopg; write postgresql+psycopg://…", url=shown)
    if address.get_backend_name() != "sqlite":
        raise StorageError(f"is neither SQLite nor PostgreSQL; write {_EXAMPLES}", url=shown)
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


def _sqlite_options(busy_timeout_s: float) -> Mapping[str, Any]:
    return {"connect_args": {"timeout": busy_timeout_s}}


def _postgres_options(busy_timeout_s: float) -> Mapping[str, Any]:
    wait_ms = max(1, round(busy_timeout_s * 1000))
    # The keepalives let the server notice a machine that vanished with the lock of a scan in its hand.
    settings = f"-c lock_timeout={wait_ms} -c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10"
    return {
        "connect_args": {
            "options": settings,
            "connect_timeout": max(2, round(busy_timeout_s)),
            "application_name": "tppo-watch",
        },
        # A server that was restarted costs a new connection, not a failed scan.
        "pool_pre_ping": True,
    }


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # SQLAlchemy begins transactions, see `_begin_sqlite`; the driver's own guesses would come too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an alert that was reported must survive a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is purged is overwritten, not only forgotten
    cursor.close()


def _is_writing(connection: Connection) -> bool | None:
    """None: a connection outside of transactions."""
    return connection.get_execution_options().get("is_writing")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE waits for the right to write here. A transaction that reads first and asks later can be
    # refused at once, however long the time to wait.
    is_writing = _is_writing(connection)
    if is_writing is not None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    # One writer at a time, as on SQLite: the same code is right on both, and no two ingests can meet in the
    # middle of a batch. A batch holds the lock for some tens of milliseconds.
    if _is_writing(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITE_LOCK})
    elif _is_writing(connection) is False:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def explained(exc: DBAPIError, name: str) -> StorageError:
    """An error of the driver as one line that never shows values of a statement."""
    code = getattr(exc.orig, "sqlite_errorcode", None)
    state = getattr(exc.orig, "sqlstate", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageBusyError("another process is writing to it; try again when it is done", url=name)
    if state in _POSTGRES_BUSY:
        return StorageBusyError("another process is writing to it; try again when it is done", url=name)
    detail = str(exc.orig).splitlines()[0] if str(exc.orig) else type(exc.orig).__name__
    if code is not None and code & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StorageError(f"is no usable SQLite database: {detail}", url=name)
    kind = "cannot be used" if isinstance(exc, DatabaseError) else "failed"
    return StorageError(f"{kind}: {detail}", url=name)
