"""The tables. Posts are only added: an edited one is a new row, so what raised an alert stays as it was.

To add or change a table, write it here and write a revision that brings older databases there, see
`tppo_watch.storage.migrate` and CONTRIBUTING. Use `Id`, `UtcDateTime` and types that both databases have.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware in Python, UTC in the database. Refuses times without a zone."""

    impl = DateTime(timezone=True)  # SQLite ignores the zone
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a timezone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Numbers that never run out; SQLite counts up by itself only in a column of this very type.
Id = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(
    # Names that both databases and every revision agree on.
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
    }
)


def insert_if_new(connection: Connection, table: Table) -> Any:
    """An INSERT into `table` that leaves rows alone whose keys are there already."""
    return _insert(connection)(table).on_conflict_do_nothing()


def insert_or_update(connection: Connection, table: Table) -> Any:
    """An INSERT into `table` that replaces the values of rows whose primary keys are there already."""
    statement = _insert(connection)(table)
    values = {column.name: statement.excluded[column.name] for column in table.columns}
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: value for name, value in values.items() if name not in keys}
    )


def _insert(connection: Connection) -> Any:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


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
    #: The address in the settings that all of this belongs to; NULL for a file.
    Column("url", Text),
    #: Where that address has moved, and where the last answer said that it has moved.
    Column("address", Text),
    Column("moved_to", Text),
    #: When to look again; NULL in rows from before there was a schedule.
    Column("next_at", UtcDateTime),
    #: When its server said that it is gone for good: it is asked no more.
    Column("stopped_at", UtcDateTime),
    Column("last_item", UtcDateTime),
    Column("rhythm", JSON(none_as_null=True)),
)

#: What is remembered of the servers that sources lie on.
hosts = Table(
    "hosts",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("asked_at", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("robots", Text),
    Column("robots_at", UtcDateTime),
)

#: What the people who run a watch have to be told of its sources, each row once.
notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", String(80), ForeignKey("sources.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    #: 1 for the first of its kind, then one more with each reminder.
    Column("number", Integer, nullable=False),
    Column("detail", JSON, nullable=False),
    #: When it went to those who deliver; NULL until then.
    Column("handed_on", UtcDateTime),
    Index("notices_by_source", "source_id", "id"),
    sqlite_autoincrement=True,
)

posts = Table(
    "posts",
    metadata,
    Column("id", Id, primary_key=True),
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
    #: When this version became the latest of its post: `fetched`, or when an edit was taken back.
    Column("since", UtcDateTime, nullable=False),
    #: The first post that said the same; NULL for a post that has an assessment of its own.
    Column("copy_of", Id, ForeignKey("posts.id")),
    UniqueConstraint("source_id", "native_id", "content_hash"),
    Index("posts_by_content", "content_hash"),
    Index("posts_by_author", "author_key"),
    Index("posts_by_copy_of", "copy_of"),
    Index("posts_by_fetched", "fetched"),
    # The first revision makes a full-text index beside it, each database in its own way.
    sqlite_autoincrement=True,  # the number of a purged post is never given again
)

#: Which messages of a chat went into which post.
post_parts = Table(
    "post_parts",
    metadata,
    Column("source_id", String(80), primary_key=True),
    Column("native_id", Text, primary_key=True),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False),
    Index("post_parts_by_post_id", "post_id"),
)

#: By what else a post of a feed is known: other ids it had, its link, its title. See `tppo_watch.scan.joins`.
post_marks = Table(
    "post_marks",
    metadata,
    Column("source_id", String(80), primary_key=True),
    Column("mark", String(48), primary_key=True),
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False),
    Index("post_marks_by_post_id", "post_id"),
)

#: Pictures whose words were read. The content is kept only where there are any: it may show a person.
pictures = Table(
    "pictures",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("content", LargeBinary),
    Column("seen", UtcDateTime, nullable=False),
)

#: Which picture an address, as a digest, was found to hold: it is not fetched again.
picture_places = Table(
    "picture_places",
    metadata,
    Column("place", String(64), primary_key=True),
    Column("sha256", String(64), ForeignKey("pictures.sha256", ondelete="CASCADE"), nullable=False),
    Index("picture_places_by_sha256", "sha256"),
)

#: Whose words are part of which post.
post_pictures = Table(
    "post_pictures",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), ForeignKey("pictures.sha256"), nullable=False),
    Index("post_pictures_by_sha256", "sha256"),
)

#: What could not be read, for inspection.
rejects = Table(
    "rejects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", String(80), ForeignKey("sources.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("item", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("times", Integer, nullable=False),
    UniqueConstraint("source_id", "digest"),
    sqlite_autoincrement=True,
)

#: What was purged or outlived its time, as digests: no source brings it back.
purged = Table(
    "purged",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

#: Single values the database knows of itself, such as which key made the hashes of authors.
facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

assessments = Table(
    "assessments",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id"), primary_key=True),
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
    Column("id", Id, primary_key=True),
    #: The post whose text and assessment stand for the alert.
    Column("post_id", Id, ForeignKey("posts.id"), nullable=False, unique=True),
    #: Where it waits now: that of its assessment, or ``assistance`` where a reviewer asked for help.
    Column("lane", String(12), nullable=False),
    #: ``open`` while it waits for somebody; follows from the acts of the review.
    Column("state", String(8), nullable=False, default="open"),
    #: Of its assessment, repeated here for the order of the queue.
    Column("risk", Float, nullable=False, server_default="0"),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("copies", Integer, nullable=False, default=0),
    Index("alerts_by_state", "state", "lane"),
    Index("alerts_by_age", "state", "lane", "first_seen"),
    Index("alerts_by_risk", "state", "lane", "risk"),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, nullable=False),
    Column("report", JSON, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    #: The name as it is compared: two that differ by letter case only would be confused by people.
    Column("name_key", String(160), nullable=False, unique=True),
    Column("role", String(8), nullable=False),
    Column("password", Text, nullable=False),  # an argon2id hash
    Column("is_active", Boolean, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("last_sign_in", UtcDateTime),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the token in the cookie
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Index("sessions_by_user", "user_id"),
)

#: Attempts to sign in, for a day: who tries too often must wait.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("name_digest", String(64), nullable=False),
    Column("client_digest", String(64), nullable=False),
    Column("is_good", Boolean, nullable=False),
    Index("sign_ins_by_name", "name_digest", "at"),
    Index("sign_ins_by_client", "client_digest", "at"),
)

#: What people did, in order. Rows are only added; where a post stands is their replay.
review_acts = Table(
    "review_acts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Id, ForeignKey("users.id")),  # NULL: the command line, or a scan
    Column("kind", String(16), nullable=False),
    Column("body", JSON, nullable=False),
    #: Goes into the digest in the audit log; without it nobody can guess a note from its digest.
    Column("salt", String(32)),  # NULL: purged
    Column("undoes", Id, ForeignKey("review_acts.id")),
    sqlite_autoincrement=True,
)

review_targets = Table(
    "review_targets",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True),
    Column("act_id", Id, ForeignKey("review_acts.id"), primary_key=True),
    Index("review_targets_by_act", "act_id"),
)

#: The replay of the acts of each alert that has any, for the lists.
review_states = Table(
    "review_states",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("status", String(12), nullable=False),
    Column("assignee", Id, ForeignKey("users.id")),
    Column("snoozed_until", UtcDateTime),
    #: Who gave the one opinion that waits for a second; NULL where none is asked for.
    Column("first_opinion_by", Id, ForeignKey("users.id")),
    Column("is_disputed", Boolean, nullable=False),
    Column("version", Id, nullable=False),
    Column("body", JSON, nullable=False),
    Index("review_states_by_status", "status"),
    Index("review_states_by_snooze", "snoozed_until"),
)
# Of the few that these are about: what is asked is who else has them, which no index answers for all.
for _name, _about in (("assignee", "assignee"), ("opinion", "first_opinion_by")):
    _is_about = review_states.c[_about].is_not(None)
    Index(
        f"review_states_by_{_name}",
        review_states.c[_about],
        sqlite_where=_is_about,
        postgresql_where=_is_about,
    )
Index(
    "review_states_by_dispute",
    review_states.c.is_disputed,
    sqlite_where=review_states.c.is_disputed.is_(True),
    postgresql_where=review_states.c.is_disputed.is_(True),
)

#: Files that reviewers keep with a post, as they were received. What they are called, who brought them and
#: why is in the act that added them; a file that was taken back stays here as long as its alert.
evidence = Table(
    "evidence",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

#: Who has a post open, so that two do not work on one.
review_claims = Table(
    "review_claims",
    metadata,
    Column("alert_id", Id, ForeignKey("alerts.id"), primary_key=True, autoincrement=False),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

#: Who did what, as a chain: ids and digests only, so that a purge leaves it whole.
audit = Table(
    "audit",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Id),
    Column("action", String(32), nullable=False),
    Column("object", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

#: One message to one channel; it keeps its id through every attempt.
messages = Table(
    "messages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("state", String(8), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("error", Text),
    Index("messages_by_state", "state", "next_attempt"),
)

#: How long somebody wants less said, or said again.
delivery_rules = Table(
    "delivery_rules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("author", Id, ForeignKey("users.id"), nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source_id", String(80)),  # NULL in these three: any
    Column("lane", String(12)),
    Column("alert_id", Id, ForeignKey("alerts.id")),
    Column("every_s", Integer),  # of a repetition
    sqlite_autoincrement=True,
)

#: What is to be said to a channel, written in the transaction that gave cause for it.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("alert_id", Id, ForeignKey("alerts.id")),
    Column("lane", String(12)),
    Column("body", JSON),  # of a notice; an alert is read when it is sent
    Column("created", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("message_id", String(32), ForeignKey("messages.id")),
    Column("silenced_by", Id, ForeignKey("delivery_rules.id")),
    UniqueConstraint("channel", "subject"),
    Index("outbox_by_message", "message_id"),
    Index("outbox_by_alert", "alert_id"),
    sqlite_autoincrement=True,
)

#: What links each post to others, and the campaign that follows. References to posts other than its own are
#: plain numbers: a purged post takes no other with it.
campaign_posts = Table(
    "campaign_posts",
    metadata,
    Column("post_id", Id, ForeignKey("posts.id"), primary_key=True, autoincrement=False),
    #: The first post of the campaign; NULL for a post that is in none.
    Column("campaign", Id),
    Column("is_own", Boolean, nullable=False),
    Column("is_recruitment", Boolean, nullable=False),
    Column("stance", String(12), nullable=False),
    #: Keyed hashes, where each stands, and its kind; then those of others that it names.
    Column("contacts", JSON, nullable=False),
    Column("passing", JSON, nullable=False),
    Column("wording", Id),  # the post that founded it
    Column("similarity", Float, nullable=False),
    Column("size", Integer, nullable=False),
    Column("novel", Integer, nullable=False),
    Column("near", Id),
    Column("alike", Id),
    Column("alike_similarity", Float, nullable=False),
    #: Shingles and slots of a post that stands for its wording; NULL for all others.
    Column("shingles", LargeBinary),
    Column("slots", JSON(none_as_null=True)),
    Column("is_counted", Boolean, nullable=False),
    Index("campaign_posts_by_campaign", "campaign"),
    Index("campaign_posts_by_wording", "wording", "campaign"),
    Index("campaign_posts_by_alike", "alike"),
)

#: What people decided of campaigns, in order. Rows are only added; campaigns are their replay over the posts.
campaign_decisions = Table(
    "campaign_decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Id, ForeignKey("users.id")),  # NULL: the command line
    Column("kind", String(8), nullable=False),
    Column("left_posts", JSON, nullable=False),
    Column("right_posts", JSON, nullable=False),
    #: Which of them this one takes back, counted from 1; 0 for none.
    Column("undone", Integer, nullable=False),
    sqlite_autoincrement=True,
)

#: What rose above its own past, as scans saw it: days of one series that follow each other.
signals = Table(
    "signals",
    metadata,
    Column("id", Id, primary_key=True),
    Column("series", Text, nullable=False),
    Column("first_day", String(10), nullable=False),  # ISO 8601, in western Indonesian time
    Column("last_day", String(10), nullable=False),
    Column("raised", UtcDateTime, nullable=False),
    Column("judged", UtcDateTime, nullable=False),
    #: A line a day, as `Signal.to_dict`, with the number of posts behind it.
    Column("days", JSON, nullable=False),
    #: The replay of the acts on it, for the lists.
    Column("status", String(12), nullable=False, server_default="open"),
    Column("reason", String(16)),
    Column("assignee", Id, ForeignKey("users.id")),
    Column("decided", UtcDateTime),
    Column("version", Id, nullable=False, server_default="0"),
    UniqueConstraint("series", "first_day"),
    Index("signals_by_status", "status", "last_day"),
    sqlite_autoincrement=True,
)

#: Some posts behind a signal, those of the highest risk of each day.
signal_posts = Table(
    "signal_posts",
    metadata,
    Column("signal_id", Id, ForeignKey("signals.id"), primary_key=True),
    Column("post_id", Id, ForeignKey("posts.id"), primary_key=True),
    Index("signal_posts_by_post", "post_id"),
)

#: Terms that rise inside flagged posts: offered as rules, and accepted or refused by a person.
terms = Table(
    "terms",
    metadata,
    Column("id", Id, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("status", String(12), nullable=False),
    Column("found", UtcDateTime, nullable=False),
    #: How often and since when, see `EmergingTerm`; ids of posts, no text.
    Column("numbers", JSON, nullable=False),
    Column("rule", JSON, nullable=False),  # in the form of the knowledge data
    Column("decided", UtcDateTime),
    Column("version", Id, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

#: On which signals and terms an act was; those on alerts have a table of their own, which a purge follows.
matter_targets = Table(
    "matter_targets",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("matter_id", Id, primary_key=True, autoincrement=False),
    Column("act_id", Id, ForeignKey("review_acts.id"), primary_key=True),
    Index("matter_targets_by_act", "act_id"),
)
