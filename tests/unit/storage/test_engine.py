from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.scanning import NOW
from tppo_watch.errors import StorageBusyError, StorageError
from tppo_watch.storage import open_store
from tppo_watch.storage.schema import posts, sources


def test_a_new_database_is_private_and_durable(tmp_path, sqlite_store):
    """The file is its owner's only, and SQLite is set to lose nothing that was committed."""
    assert (tmp_path / "a.db").stat().st_mode & 0o777 == 0o600
    with sqlite_store.read() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_transaction_that_fails_leaves_nothing(store):
    """What was written before an error is gone."""
    with pytest.raises(RuntimeError), store.write() as connection:
        connection.execute(sources.insert().values(id="a"))
        raise RuntimeError
    with store.read() as connection:
        assert connection.execute(select(sources.c.id)).all() == []


def test_a_post_needs_its_source(store):
    """References hold: a post of an unknown source is refused."""
    names = ("source_id", "native_id", "content_hash", "text")
    values = dict.fromkeys(names, "x") | {"fetched": NOW, "since": NOW}
    with pytest.raises((StorageError, IntegrityError), match="(?i)foreign key"), store.write() as connection:
        connection.execute(posts.insert().values(values))


def test_a_locked_database_is_one_clear_error(store, store_url):
    """Another writer makes us wait, and then say so; readers go on."""
    with store.write(), open_store(store_url, busy_timeout_s=0.05) as hurried:
        with hurried.read() as connection:
            assert connection.execute(select(posts.c.id)).all() == []
        with pytest.raises(StorageBusyError, match="another process is writing") as caught, hurried.write():
            pass
        assert "\n" not in str(caught.value)


def test_a_read_sees_one_state(store):
    """What others write meanwhile appears with the next transaction."""
    with store.read() as before:
        assert before.execute(select(sources.c.id)).all() == []
        with store.write() as connection:
            connection.execute(sources.insert().values(id="a"))
        assert before.execute(select(sources.c.id)).all() == []
    with store.read() as after:
        assert after.execute(select(sources.c.id)).scalars().all() == ["a"]


def test_a_database_locked_while_it_is_made_is_busy_too(tmp_path):
    """A file that somebody holds wholly cannot be opened, and the error is the same."""
    other = sqlite3.connect(tmp_path / "b.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageBusyError):
        open_store(f"sqlite:///{tmp_path}/b.db", busy_timeout_s=0.05)
    other.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("halo", "no database address"),
        ("mysql://u:rahasia@h/d", "neither SQLite nor PostgreSQL"),
        ("postgresql+asyncpg://u:rahasia@h/d", "another driver"),
        ("postgresql://u:rahasia@h", "names no database"),
        ("postgresql://u:rahasia@/d?host=/tiada", "cannot be used: .*/tiada"),
        ("postgresql://u:rahasia@/d?tiada=1", "invalid connection option"),
        ("sqlite:////tiada/a.db", "there is no folder /tiada"),
    ],
)
def test_an_address_that_cannot_work_says_why(url, says):
    """The error says what to write, and never shows a password."""
    with pytest.raises(StorageError, match=says) as caught:
        open_store(url)
    assert "rahasia" not in str(caught.value)


def test_other_files_are_not_touched(tmp_path):
    """Text and the database of another program are refused as they are."""
    (tmp_path / "teks.db").write_bytes(b"halo dunia, ini bukan basis data" * 50)
    with sqlite3.connect(tmp_path / "lain.db") as other:
        other.execute("CREATE TABLE x (y)")
    for name, says in (("teks", "no usable SQLite"), ("lain", "another program")):
        before = (tmp_path / f"{name}.db").read_bytes()[:100]
        with pytest.raises(StorageError, match=says):
            open_store(f"sqlite:///{tmp_path}/{name}.db")
        assert name == "lain" or (tmp_path / f"{name}.db").read_bytes()[:100] == before
