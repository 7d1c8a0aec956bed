"""The tables. Posts are only added: an edited one is a new row, so what raised an alert stays as it was.

To add or change a table, write it here and write a revision that brings older databases there, see
`tppo_watch.storage.migrate` and CONTRIBUTING. Use `Id`, `UtcDateTime` and types that both databases have.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware in Python, UTC in the database. Refuses times without a zone."""

    impl = DateTime(timezone=True)  # SQLite ignores the zone
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a timezone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Numbers that never run out; SQLite counts up by itself only in a column of this very type.
Id = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    # Names that both databases and every revision agree on.
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
    }
)


def insert_if_new(connection: Connection, table: Table) -> Any:
    """An INSERT into `table` that leaves rows alone whose keys are there already."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing()


sources = Table(
    "sources",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("last_attempt", UtcDateTime),
    Column("last_success", UtcDateTime),
    Column("last_error", Text),
    Column("last_error_at", UtcDateTime),
    Column("failures_in_row", Integer, nullable=False, default=0),
    Column("posts", Integer, nullable=False, default=0),
)

posts = Table(
    "posts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", String(80), ForeignKey("sources.id"), nullable=False),
    Column("native_id", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("title", Text),
    Column("url", Text),
    Column("published", UtcDateTime),
    Column("fetched", UtcDateTime, nullable=False),
    Column("author_key", String(32)),
    Column("province", Text),
    #: When this version became the latest of its post: `fetched`, or when an edit was taken back.
    Column("since", UtcDateTime, nullable=False),
    #: The first post that said the same; NULL for a post that has an assessment of its own.
    Column("copy_of", Id, ForeignKey("posts.id")),
    UniqueConstraint("source_id", "native_id", "content_hash"),
    Index("posts_by_content", "content_hash"),
    Index("posts_by_author", "author_key"),
    # The first revision makes a full-text index beside it, each database in its own way.
    sqlite_autoincrement=True,  # the number of a purged post is never given again
)

#: Which messages of a chat went into which post.
post_parts = Table(
    "post_parts",
    metadata,
    Column("source_id", String(80), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False),
)

assessments = Table(
    "assessments",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id"), primary_key=True),
    Column("model", Text, nullable=False),
    Column("risk", Float, nullable=False),
    Column("level", String(8), nullable=False),
    Column("assistance", Boolean, nullable=False),
    Column("lang", String(16), nullable=False),
    Column("body", JSON, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    #: The post whose text and assessment stand for the alert.
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False, unique=True),
    Column("lane", String(12), nullable=False),
    Column("state", String(8), nullable=False, default="open"),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("copies", Integer, nullable=False, default=0),
    Index("alerts_by_state", "state", "lane"),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, nullable=False),
    Column("report", JSON, nullable=False),
)
