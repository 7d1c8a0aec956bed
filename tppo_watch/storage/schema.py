"""The tables. Posts are only added: an edited one is a new row, so what raised an alert stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
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

#: Raised by one with every change to the tables.
SCHEMA_VERSION = 1


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware in Python, UTC in the database. Refuses times without a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a timezone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

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
    Column("id", Integer, primary_key=True),
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
    #: The first post that said the same; NULL for a post that has an assessment of its own.
    Column("copy_of", Integer, ForeignKey("posts.id")),
    UniqueConstraint("source_id", "native_id", "content_hash"),
    Index("posts_by_content", "content_hash"),
)

#: Which messages of a chat went into which post.
post_parts = Table(
    "post_parts",
    metadata,
    Column("source_id", String(80), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("post_id", Integer, ForeignKey("posts.id"), nullable=False),
)

assessments = Table(
    "assessments",
    metadata,
    Column("post_id", Integer, ForeignKey("posts.id"), primary_key=True),
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
    Column("id", Integer, primary_key=True),
    #: The post whose text and assessment stand for the alert.
    Column("post_id", Integer, ForeignKey("posts.id"), nullable=False, unique=True),
    Column("lane", String(12), nullable=False),
    Column("state", String(8), nullable=False, default="open"),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("copies", Integer, nullable=False, default=0),
    Index("alerts_by_state", "state", "lane"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, nullable=False),
    Column("report", JSON, nullable=False),
)
