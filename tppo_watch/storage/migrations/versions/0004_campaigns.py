"""What links posts to campaigns, and what people decided of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add two tables; posts that are there already are grouped by the next scan."""
    op.create_table(
        "campaign_posts",
        sa.Column("post_id", _ID, autoincrement=False, nullable=False),
        sa.Column("campaign", _ID),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("is_recruitment", sa.Boolean(), nullable=False),
        sa.Column("stance", sa.String(12), nullable=False),
        sa.Column("contacts", sa.JSON(), nullable=False),
        sa.Column("passing", sa.JSON(), nullable=False),
        sa.Column("wording", _ID),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("novel", sa.Integer(), nullable=False),
        sa.Column("near", _ID),
        sa.Column("alike", _ID),
        sa.Column("alike_similarity", sa.Float(), nullable=False),
        sa.Column("shingles", sa.LargeBinary()),
        sa.Column("slots", sa.JSON()),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name="campaign_posts_pk"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="campaign_posts_post_id_fk"),
    )
    op.create_index("campaign_posts_by_campaign", "campaign_posts", ["campaign"])
    op.create_table(
        "campaign_decisions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", _ID),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("left_posts", sa.JSON(), nullable=False),
        sa.Column("right_posts", sa.JSON(), nullable=False),
        sa.Column("undone", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="campaign_decisions_pk"),
        sa.ForeignKeyConstraint(["actor"], ["users.id"], name="campaign_decisions_actor_fk"),
        sqlite_autoincrement=True,
    )
