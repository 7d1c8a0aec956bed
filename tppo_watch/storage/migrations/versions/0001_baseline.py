"""Sources, posts, assessments, alerts, runs, what was purged, and the full-text index of posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)

_SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE posts_search USING fts5(
        title, text, content='posts', content_rowid='id', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER posts_search_add AFTER INSERT ON posts BEGIN
        INSERT INTO posts_search(rowid, title, text) VALUES (new.id, new.title, new.text); END""",
    """CREATE TRIGGER posts_search_remove AFTER DELETE ON posts BEGIN
        INSERT INTO posts_search(posts_search, rowid, title, text)
        VALUES ('delete', old.id, old.title, old.text); END""",
    """CREATE TRIGGER posts_search_change AFTER UPDATE OF title, text ON posts BEGIN
        INSERT INTO posts_search(posts_search, rowid, title, text)
        VALUES ('delete', old.id, old.title, old.text);
        INSERT INTO posts_search(rowid, title, text) VALUES (new.id, new.title, new.text); END""",
)
# No dictionary of PostgreSQL knows Indonesian slang, so words stay as they are written.
_POSTGRES_SEARCH = (
    """CREATE INDEX posts_search ON posts
        USING gin (to_tsvector('simple', regexp_replace(
            coalesce(title, '') || ' ' || text, '[^[:alnum:]]+', ' ', 'g')))""",
)


def upgrade() -> None:
    """Make the tables of the first release."""
    op.create_table(
        "sources",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("last_attempt", _TIME),
        sa.Column("last_success", _TIME),
        sa.Column("last_error", sa.Text()),
        sa.Column("last_error_at", _TIME),
        sa.Column("failures_in_row", sa.Integer(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="sources_pk"),
    )
    _posts()
    op.create_table(
        "alerts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.Column("lane", sa.String(12), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("last_seen", _TIME, nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="alerts_pk"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="alerts_post_id_fk"),
        sa.UniqueConstraint("post_id", name="alerts_post_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("alerts_by_state", "alerts", ["state", "lane"])
    op.create_table(
        "runs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("started", _TIME, nullable=False),
        sa.Column("finished", _TIME, nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="runs_pk"),
    )
    op.create_table(
        "purged",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="purged_pk"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="facts_pk"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _SQLITE_SEARCH if is_sqlite else _POSTGRES_SEARCH:
        op.execute(statement)


def _posts() -> None:
    """Posts and what belongs to each."""
    op.create_table(
        "posts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source_id", sa.String(80), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("published", _TIME),
        sa.Column("fetched", _TIME, nullable=False),
        sa.Column("author_key", sa.String(32)),
        sa.Column("province", sa.Text()),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("copy_of", _ID),
        sa.PrimaryKeyConstraint("id", name="posts_pk"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="posts_source_id_fk"),
        sa.ForeignKeyConstraint(["copy_of"], ["posts.id"], name="posts_copy_of_fk"),
        sa.UniqueConstraint(
            "source_id", "native_id", "content_hash", name="posts_source_id_native_id_content_hash_key"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("posts_by_content", "posts", ["content_hash"])
    op.create_index("posts_by_author", "posts", ["author_key"])
    op.create_index("posts_by_copy_of", "posts", ["copy_of"])
    op.create_index("posts_by_fetched", "posts", ["fetched"])
    op.create_table(
        "post_parts",
        sa.Column("source_id", sa.String(80), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "native_id", name="post_parts_pk"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="post_parts_post_id_fk"),
    )
    op.create_index("post_parts_by_post_id", "post_parts", ["post_id"])
    op.create_table(
        "post_marks",
        sa.Column("source_id", sa.String(80), nullable=False),
        sa.Column("mark", sa.String(48), nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "mark", name="post_marks_pk"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="post_marks_post_id_fk"),
    )
    op.create_index("post_marks_by_post_id", "post_marks", ["post_id"])
    op.create_table(
        "assessments",
        sa.Column("post_id", _ID, autoincrement=False, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("risk", sa.Float(), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("assistance", sa.Boolean(), nullable=False),
        sa.Column("lang", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name="assessments_pk"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="assessments_post_id_fk"),
    )
