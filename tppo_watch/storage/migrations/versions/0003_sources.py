"""The schedule and the health of sources, what hosts ask for, and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add columns to sources, and two tables."""
    for name, kind in (
        ("url", sa.Text()),
        ("address", sa.Text()),
        ("moved_to", sa.Text()),
        ("next_at", _TIME),
        ("stopped_at", _TIME),
        ("last_item", _TIME),
        ("rhythm", sa.JSON()),
    ):
        op.add_column("sources", sa.Column(name, kind))
    op.create_table(
        "hosts",
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("asked_at", _TIME),
        sa.Column("not_before", _TIME),
        sa.Column("robots", sa.Text()),
        sa.Column("robots_at", _TIME),
        sa.PrimaryKeyConstraint("name", name="hosts_pk"),
    )
    op.create_table(
        "notices",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("handed_on", _TIME),
        sa.PrimaryKeyConstraint("id", name="notices_pk"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="notices_source_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("notices_by_source", "notices", ["source_id", "id"])
