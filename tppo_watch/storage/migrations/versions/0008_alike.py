"""Indexes that find the posts which are worded like one."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add two indexes."""
    op.create_index("campaign_posts_by_wording", "campaign_posts", ["wording", "campaign"])
    op.create_index("campaign_posts_by_alike", "campaign_posts", ["alike"])
