"""Signals that were raised, terms that were decided, and which acts were on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add four tables; the first scan raises what rose in the last days."""
    _signals()
    op.create_table(
        "terms",
        sa.Column("id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("found", _TIME, nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("decided", _TIME),
        sa.Column("version", _ID, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="terms_pk"),
        sa.UniqueConstraint("text", name="terms_text_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "matter_targets",
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("matter_id", _ID, autoincrement=False, nullable=False),
        sa.Column("act_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("kind", "matter_id", "act_id", name="matter_targets_pk"),
        sa.ForeignKeyConstraint(["act_id"], ["review_acts.id"], name="matter_targets_act_id_fk"),
    )
    op.create_index("matter_targets_by_act", "matter_targets", ["act_id"])


def _signals() -> None:
    op.create_table(
        "signals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("raised", _TIME, nullable=False),
        sa.Column("judged", _TIME, nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False, server_default="open"),
        sa.Column("reason", sa.String(16)),
        sa.Column("assignee", _ID),
        sa.Column("decided", _TIME),
        sa.Column("version", _ID, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="signals_pk"),
        sa.ForeignKeyConstraint(["assignee"], ["users.id"], name="signals_assignee_fk"),
        sa.UniqueConstraint("series", "first_day", name="signals_series_first_day_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("signals_by_status", "signals", ["status", "last_day"])
    op.create_table(
        "signal_posts",
        sa.Column("signal_id", _ID, nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "post_id", name="signal_posts_pk"),
        sa.ForeignKeyConstraint(["signal_id"], ["signals.id"], name="signal_posts_signal_id_fk"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="signal_posts_post_id_fk"),
    )
    op.create_index("signal_posts_by_post", "signal_posts", ["post_id"])
