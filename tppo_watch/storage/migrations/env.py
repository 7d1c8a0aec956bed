"""Runs revisions on the connection, and in the transaction, of whoever called. Alembic loads it by path."""

from __future__ import annotations

from alembic import context

from tppo_watch.storage.migrate import REVISION_TABLE
from tppo_watch.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=REVISION_TABLE,
    # SQLite can roll tables back too, as long as nobody commits in between.
    transactional_ddl=True,
)
context.run_migrations()
