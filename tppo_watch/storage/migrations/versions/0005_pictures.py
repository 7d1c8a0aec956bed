"""Pictures whose words were read, and what could not be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add four tables."""
    _pictures()
    op.create_table(
        "rejects",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source_id", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen", _TIME, nullable=False),
        sa.Column("last_seen", _TIME, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="rejects_pk"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="rejects_source_id_fk"),
        sa.UniqueConstraint("source_id", "digest", name="rejects_source_id_digest_key"),
        sqlite_autoincrement=True,
    )


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("seen", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pictures_pk"),
    )
    op.create_table(
        "picture_places",
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("place", name="picture_places_pk"),
        sa.ForeignKeyConstraint(
            ["sha256"], ["pictures.sha256"], name="picture_places_sha256_fk", ondelete="CASCADE"
        ),
    )
    op.create_index("picture_places_by_sha256", "picture_places", ["sha256"])
    op.create_table(
        "post_pictures",
        sa.Column("post_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("post_id", "position", name="post_pictures_pk"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="post_pictures_post_id_fk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sha256"], ["pictures.sha256"], name="post_pictures_sha256_fk"),
    )
    op.create_index("post_pictures_by_sha256", "post_pictures", ["sha256"])
