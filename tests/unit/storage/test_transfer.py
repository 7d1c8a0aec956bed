from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.scanning import NOW
from tests.unit.storage.filling import fill
from tppo_watch.errors import StorageError
from tppo_watch.storage import open_store, transfer
from tppo_watch.storage.decisions import forget
from tppo_watch.storage.purge import purge_post
from tppo_watch.storage.schema import metadata, posts


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request, tmp_path) -> str:
    """A second, empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other.db"
    return request.getfixturevalue("postgres").new_database()


def digests(store) -> dict[str, transfer.TableCopy]:
    with store.read() as connection:
        return {table.name: transfer.digest_of(connection, table) for table in metadata.sorted_tables}


def test_a_backup_brings_everything_back(store, tmp_path, other_url):
    """What a backup holds is what the database held, also in a database of the other kind."""
    fill(store, 300)
    transfer.back_up(store, tmp_path / "b.db")
    assert (tmp_path / "b.db").stat().st_mode & 0o777 == 0o600
    copied = transfer.restore(tmp_path / "b.db", other_url)
    with open_store(other_url) as other:
        assert digests(other) == digests(store) == {copy.table: copy for copy in copied}
    assert {copy.table: copy.rows for copy in copied}["posts"] == 300
    assert {path.name for path in tmp_path.iterdir()} <= {"a.db", "a.db-shm", "a.db-wal", "b.db", "other.db"}


def test_a_backup_can_be_taken_while_somebody_writes(store, tmp_path):
    """It holds one moment: what was committed before, nothing of what is half done."""
    fill(store, 10)
    with store.write() as connection:
        connection.execute(posts.update().values(title="baru"))
        transfer.back_up(store, tmp_path / "b.db")
    with closing(sqlite3.connect(tmp_path / "b.db")) as copy:
        assert copy.execute("SELECT count(*), count(title) FROM posts").fetchone() == (10, 0)


def test_numbers_go_on_where_they_were(store, other_url):
    """A number that was given once is not given again after a move, even where its row is gone."""
    fill(store, 5)
    with store.write() as connection:
        last = connection.execute(select(posts.c.id).order_by(posts.c.id.desc())).scalars().first()
        purge_post(connection, last, now=NOW, forget=partial(forget, connection))
    with open_store(other_url) as other:
        transfer.copy_all(store, other)
        fill(other, 1, start=100)
        with other.read() as connection:
            assert connection.execute(select(posts.c.id).order_by(posts.c.id.desc())).scalars().first() > last


def test_only_an_empty_database_is_filled(store, other_url):
    """Data that is there is never mixed with a backup, nor replaced by it."""
    fill(store, 3)
    with open_store(other_url) as other:
        fill(other, 1)
        before = digests(other)
        with pytest.raises(StorageError, match="holds data already"):
            transfer.copy_all(store, other)
        assert digests(other) == before


def test_a_copy_that_differs_is_not_kept(store, other_url, monkeypatch):
    """A row that changed on its way undoes the whole move."""
    fill(store, 3)
    write = transfer.load

    def altered(connection, table, rows):
        if table is posts:
            rows = [{**row, "text": row["text"] + "!"} for row in rows]
        write(connection, table, rows)

    with open_store(other_url) as other:
        empty = digests(other)
        monkeypatch.setattr(transfer, "load", altered)
        with pytest.raises(StorageError, match="copy of posts differs"):
            transfer.copy_all(store, other)
        monkeypatch.undo()
        assert digests(other) == empty


def damage(path: Path) -> None:
    """Overwrite the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
    path.write_bytes(content)


def test_a_damaged_backup_is_refused(sqlite_store, tmp_path):
    """A cut, altered or wrong file fills nothing."""
    fill(sqlite_store, 500)
    transfer.back_up(sqlite_store, tmp_path / "b.db")
    whole = (tmp_path / "b.db").read_bytes()
    damage(tmp_path / "b.db")
    for content in ((tmp_path / "b.db").read_bytes(), whole[: len(whole) // 2], b"halo" * 5000):
        (tmp_path / "c.db").write_bytes(content)
        with pytest.raises(StorageError, match="damaged|no usable"):
            transfer.restore(tmp_path / "c.db", f"sqlite:///{tmp_path}/new.db")


def test_places_a_backup_cannot_go_are_named(sqlite_store, tmp_path):
    """A missing folder, the database itself, a folder in its place."""
    (tmp_path / "folder").mkdir()
    for target, says in (
        ("tiada/b.db", "no folder"),
        ("a.db", "the database itself"),
        ("folder", "cannot be"),
    ):
        with pytest.raises(StorageError, match=says):
            transfer.back_up(sqlite_store, tmp_path / target)
    with pytest.raises(StorageError, match="no such file"):
        transfer.restore(tmp_path / "tiada.db", f"sqlite:///{tmp_path}/x.db")
