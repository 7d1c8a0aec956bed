"""Bring a database to the tables this version knows: Alembic, run from here and never by hand.

Every change to `schema.py` comes with a revision in ``migrations/versions``, named by its number; the highest
is the newest. Revisions form one line: where two branches made the same number, the later one to be merged
takes the next and names the other as its `down_revision`. A test compares what they make with `schema.py`.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ..errors import StorageError
from .engine import Store

#: Alembic's table of the revision a database has; the name tells our databases from those of other programs.
REVISION_TABLE = "schema_revision"
_FOLDER = Path(__file__).with_name("migrations")

_log = logging.getLogger(__name__)


def revisions() -> list[str]:
    """Every revision this version knows, oldest first: by file name, as Alembic takes 0.1 s to import."""
    return sorted(file.name.partition("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def ensure_current(store: Store) -> None:
    """Make the tables of an empty database; upgrade an older one in one transaction.

    An SQLite file is copied beside itself first, as ``<file>.before-<revision>``.

    Raises
    ------
    StorageError
        If the database is newer than this program, or of another one.
    """
    with store.read() as connection:
        found = _revision(connection, store)
    known = revisions()
    if found == known[-1]:
        return
    if found is not None and found not in known:
        raise StorageError(
            f"was made by a newer version (revision {found}, this one knows {known[-1]}); update the program",
            url=store.name,
        )
    if found is not None and store.path:
        kept = copy_sqlite(store.path, Path(f"{store.path}.before-{known[-1]}"))
        _log.info("database copied before its upgrade", extra={"copy": str(kept)})
    with store.write() as connection:  # two processes may get here at once: the second finds it done
        upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run what is missing up to `revision` in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def copy_sqlite(source: Path, target: Path) -> Path:
    """Copy a database that may be in use, as it is at one moment; `target` is whole or not there, 0600.

    Raises
    ------
    OSError, sqlite3.Error
    """
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(draft)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(draft, target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return target


def _revision(connection: Connection, store: Store) -> str | None:
    """The revision of a database; None for an empty one."""
    tables = inspect(connection).get_table_names()
    if REVISION_TABLE in tables:
        found = connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalar()
        return str(found)
    if tables:
        raise StorageError(
            "is a database of another program, or older than the first release; name another", url=store.name
        )
    return None
