"""Files that reviewers keep with a post."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a table."""
    op.create_table(
        "evidence",
        sa.Column("alert_id", _ID, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "sha256", name="evidence_pk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="evidence_alert_id_fk"),
    )
