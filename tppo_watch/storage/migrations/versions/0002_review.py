"""Review: accounts, acts, the audit log, deliveries; the risk of an alert beside it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of the review and fill the new column of alerts."""
    op.add_column("alerts", sa.Column("risk", sa.Float(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE alerts SET risk = coalesce("
        "(SELECT risk FROM assessments WHERE assessments.post_id = alerts.post_id), 0)"
    )
    op.create_index("alerts_by_age", "alerts", ["state", "lane", "first_seen"])
    op.create_index("alerts_by_risk", "alerts", ["state", "lane", "risk"])
    _people()
    _review()
    _deliveries()


def _people() -> None:
    """Accounts, their sessions, attempts to sign in."""
    op.create_table(
        "users",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(160), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("last_sign_in", _TIME),
        sa.PrimaryKeyConstraint("id", name="users_pk"),
        sa.UniqueConstraint("name_key", name="users_name_key_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("ends", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="sessions_pk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="sessions_user_id_fk"),
    )
    op.create_index("sessions_by_user", "sessions", ["user_id"])
    op.create_table(
        "sign_ins",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("name_digest", sa.String(64), nullable=False),
        sa.Column("client_digest", sa.String(64), nullable=False),
        sa.Column("is_good", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="sign_ins_pk"),
    )
    op.create_index("sign_ins_by_name", "sign_ins", ["name_digest", "at"])
    op.create_index("sign_ins_by_client", "sign_ins", ["client_digest", "at"])


def _review() -> None:
    """Acts, where they leave each alert, who has one open; the audit log."""
    op.create_table(
        "review_acts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", _ID),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(32)),
        sa.Column("undoes", _ID),
        sa.PrimaryKeyConstraint("id", name="review_acts_pk"),
        sa.ForeignKeyConstraint(["actor"], ["users.id"], name="review_acts_actor_fk"),
        sa.ForeignKeyConstraint(["undoes"], ["review_acts.id"], name="review_acts_undoes_fk"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "review_targets",
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("act_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "act_id", name="review_targets_pk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="review_targets_alert_id_fk"),
        sa.ForeignKeyConstraint(["act_id"], ["review_acts.id"], name="review_targets_act_id_fk"),
    )
    op.create_index("review_targets_by_act", "review_targets", ["act_id"])
    op.create_table(
        "review_states",
        sa.Column("alert_id", _ID, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("assignee", _ID),
        sa.Column("snoozed_until", _TIME),
        sa.Column("first_opinion_by", _ID),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("version", _ID, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="review_states_pk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="review_states_alert_id_fk"),
        sa.ForeignKeyConstraint(["assignee"], ["users.id"], name="review_states_assignee_fk"),
        sa.ForeignKeyConstraint(["first_opinion_by"], ["users.id"], name="review_states_first_opinion_by_fk"),
    )
    op.create_index("review_states_by_status", "review_states", ["status"])
    op.create_index("review_states_by_opinion", "review_states", ["first_opinion_by"])
    op.create_table(
        "review_claims",
        sa.Column("alert_id", _ID, autoincrement=False, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="review_claims_pk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="review_claims_alert_id_fk"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="review_claims_user_id_fk"),
    )
    op.create_table(
        "audit",
        sa.Column("seq", _ID, autoincrement=False, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", _ID),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("object", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="audit_pk"),
    )


def _deliveries() -> None:
    """Messages, what goes into them, rules that hold them back or repeat them."""
    op.create_table(
        "messages",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", _TIME, nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="messages_pk"),
    )
    op.create_index("messages_by_state", "messages", ["state", "next_attempt"])
    op.create_table(
        "delivery_rules",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("author", _ID, nullable=False),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source_id", sa.String(80)),
        sa.Column("lane", sa.String(12)),
        sa.Column("alert_id", _ID),
        sa.Column("every_s", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="delivery_rules_pk"),
        sa.ForeignKeyConstraint(["author"], ["users.id"], name="delivery_rules_author_fk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="delivery_rules_alert_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("alert_id", _ID),
        sa.Column("lane", sa.String(12)),
        sa.Column("body", sa.JSON()),
        sa.Column("created", _TIME, nullable=False),
        sa.Column("not_before", _TIME, nullable=False),
        sa.Column("message_id", sa.String(32)),
        sa.Column("silenced_by", _ID),
        sa.PrimaryKeyConstraint("id", name="outbox_pk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="outbox_alert_id_fk"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="outbox_message_id_fk"),
        sa.ForeignKeyConstraint(["silenced_by"], ["delivery_rules.id"], name="outbox_silenced_by_fk"),
        sa.UniqueConstraint("channel", "subject", name="outbox_channel_subject_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_by_message", "outbox", ["message_id"])
    op.create_index("outbox_by_alert", "outbox", ["alert_id"])
