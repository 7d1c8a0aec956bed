"""Indexes with which the lists of the review stay quick, however much was decided before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add three indexes and narrow one."""
    op.drop_index("review_states_by_opinion", "review_states")
    op.create_index("review_states_by_snooze", "review_states", ["snoozed_until"])
    _partial("review_states_by_assignee", "assignee", sa.column("assignee").is_not(None))
    _partial("review_states_by_opinion", "first_opinion_by", sa.column("first_opinion_by").is_not(None))
    _partial("review_states_by_dispute", "is_disputed", sa.column("is_disputed", sa.Boolean()).is_(True))


def _partial(name: str, column: str, condition: sa.ColumnElement[bool]) -> None:
    op.create_index(name, "review_states", [column], sqlite_where=condition, postgresql_where=condition)
