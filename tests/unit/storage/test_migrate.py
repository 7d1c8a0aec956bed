from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from tppo_watch.errors import StorageError
from tppo_watch.storage import migrate, open_store
from tppo_watch.storage.schema import metadata


def set_revision(url: str, revision: str) -> None:
    with open_store(url) as store, store.write() as connection:
        connection.execute(text(f"UPDATE {migrate.REVISION_TABLE} SET version_num = :it"), {"it": revision})


@pytest.fixture
def next_revision(tmp_path, monkeypatch):
    """Makes a version of the program that knows one revision more, whose upgrade runs this code."""

    def install(code: str) -> str:
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True, exist_ok=True)
        for file in [migrate._FOLDER / "env.py", *(migrate._FOLDER / "versions").glob("[0-9]*.py")]:
            (folder / file.relative_to(migrate._FOLDER)).write_text(file.read_text())
        newest = migrate.revisions()[-1]
        head = f'"""t"""\nfrom alembic import op\nrevision = "9999"\ndown_revision = "{newest}"\n'
        (folder / "versions" / "9999_next.py").write_text(f"{head}def upgrade():\n    {code}\n")
        monkeypatch.setattr(migrate, "_FOLDER", folder)
        return newest

    return install


def revision(store) -> str:
    with store.read() as connection:
        return connection.execute(text(f"SELECT version_num FROM {migrate.REVISION_TABLE}")).scalar_one()


def test_revisions_are_one_line_named_by_their_numbers():
    """No two heads, no gap, and the file name, which is read without Alembic, tells the revision."""
    known = migrate.revisions()
    assert known == [f"{number:04}" for number in range(1, len(known) + 1)]
    script = ScriptDirectory(str(migrate._FOLDER))
    line = list(script.walk_revisions())
    assert [step.revision for step in line] == known[::-1]
    assert script.get_heads() == [known[-1]]


def test_revisions_make_the_tables_of_the_schema(store):
    """What an upgraded database has is what the code expects, name by name, on both databases."""

    def is_ours(object, name, kind, reflected, compare_to):
        # The full-text index is made by revisions alone.
        return not (kind in ("table", "index") and reflected and re.match(r"posts_search|sqlite_", name))

    with store.read() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": migrate.REVISION_TABLE, "include_object": is_ours,
                "compare_type": True, "target_metadata": metadata,
            },
        )  # fmt: skip
        assert compare_metadata(context, metadata) == []
        keys = {
            name: {key["name"] for key in inspect(connection).get_foreign_keys(name)}
            for name in metadata.tables
        }
    assert keys == {
        name: {str(key.constraint.name) for key in table.foreign_keys}
        for name, table in metadata.tables.items()
    }


def test_opening_again_changes_nothing(store, store_url):
    """A database opens twice, and knows its revision once."""
    with open_store(store_url) as again:
        assert revision(again) == migrate.revisions()[-1]


def test_a_newer_database_is_refused(store, store_url):
    """A program that does not know a database's revision leaves it alone, and says what to do."""
    set_revision(store_url, "9999")
    with pytest.raises(StorageError, match="newer version .revision 9999.*update the program"):
        open_store(store_url)
    assert revision(store) == "9999"


def test_an_older_database_is_upgraded(store, store_url, tmp_path, next_revision):
    """What is missing is added, nothing is lost; SQLite's file is copied as it was, for its owner only."""
    with store.write() as connection:
        connection.execute(text("INSERT INTO sources (id, failures_in_row, posts) VALUES ('a', 0, 0)"))
    before = next_revision("op.execute('CREATE TABLE extra (id INTEGER)')")
    with open_store(store_url) as upgraded, upgraded.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM extra")).scalar() == 0
        assert connection.execute(text("SELECT id FROM sources")).scalars().all() == ["a"]
        assert revision(upgraded) == "9999"
    if store.is_sqlite:
        copy = tmp_path / "a.db.before-9999"
        assert copy.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(copy)) as kept:
            assert kept.execute(f"SELECT version_num FROM {migrate.REVISION_TABLE}").fetchone() == (before,)
            assert kept.execute("SELECT id FROM sources").fetchall() == [("a",)]


def test_an_upgrade_that_fails_changes_nothing(store, store_url, next_revision):
    """Tables are rolled back like rows: half an upgrade is none."""
    before = next_revision("op.execute('CREATE TABLE extra (id INTEGER)'); op.execute('SELECT * FROM tiada')")
    with pytest.raises(StorageError, match="tiada"):
        open_store(store_url)
    assert revision(store) == before
    with store.read() as connection:
        assert "extra" not in inspect(connection).get_table_names()
