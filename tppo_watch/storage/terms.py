"""Terms that were offered or decided, and the posts they are looked for in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, delete, insert, select, update

from ..errors import NotFoundError
from .schema import alerts, assessments, campaign_posts, facts, insert_or_update, posts, review_states, terms

FLAGGED = ("medium", "high")
_FOUND_FACT = "terms_found"


@dataclass(frozen=True, slots=True)
class SpokenPost:
    """A post with its words, and who speaks."""

    id: int
    at: datetime  #: when it was published, or fetched where that is unknown or lies after
    campaign: int | None
    author: str | None  #: keyed hash
    wording: int | None  #: the post whose words it repeats
    text: str
    assessment: Mapping[str, Any]  #: as `Assessment.to_dict`


@dataclass(frozen=True, slots=True)
class TermRecord:
    """A term as it is kept."""

    id: int
    text: str
    kind: str
    status: str  #: offered, accepted, refused
    found: datetime  #: when it last rose
    numbers: Mapping[str, Any]  #: voices, others, weeks, since, score, posts
    rule: Mapping[str, Any]  #: in the form of the knowledge data
    decided: datetime | None
    version: int


def flagged(connection: Connection, start: datetime) -> Iterator[SpokenPost]:
    """Posts of medium or high level fetched since `start`, by id, that no person dismissed.

    Copies, and posts of people who may need help, are left out.
    """
    yield from _spoken(connection, _posts(start).where(_is_flagged()).order_by(posts.c.id))


def others(connection: Connection, start: datetime, *, limit: int) -> Iterator[SpokenPost]:
    """The latest `limit` of all other posts fetched since `start`."""
    query = _posts(start).where(~_is_flagged(), ~assessments.c.assistance)
    yield from _spoken(connection, query.order_by(posts.c.id.desc()).limit(limit))


def _is_flagged() -> Any:
    is_dismissed = (
        select(alerts.c.id)
        .join(review_states, review_states.c.alert_id == alerts.c.id)
        .where(alerts.c.post_id == posts.c.id, review_states.c.status == "dismissed")
        .exists()
    )
    return and_(assessments.c.level.in_(FLAGGED), ~assessments.c.assistance, ~is_dismissed)


def _posts(start: datetime) -> Select[Any]:
    is_known = posts.c.published.is_not(None) & (posts.c.published <= posts.c.fetched)
    moment = case((is_known, posts.c.published), else_=posts.c.fetched)
    return (
        select(
            posts.c.id, moment.label("at"), campaign_posts.c.campaign, posts.c.author_key,
            campaign_posts.c.wording, posts.c.text, assessments.c.body,
        )
        .join(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(campaign_posts, campaign_posts.c.post_id == posts.c.id)
        .where(posts.c.fetched >= start)
    )  # fmt: skip


def _spoken(connection: Connection, query: Select[Any]) -> Iterator[SpokenPost]:
    for row in connection.execution_options(yield_per=500).execute(query):
        yield SpokenPost(*row)


def texts(connection: Connection, ids: Sequence[int]) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Text and entities of posts that are still there, in the order of `ids`; at most some hundred."""
    query = select(posts.c.id, posts.c.text, assessments.c.body).join(
        assessments, assessments.c.post_id == posts.c.id
    )
    found = {
        row.id: (row.text, row.body["entities"])
        for row in connection.execute(query.where(posts.c.id.in_(ids)))
    }
    return [found[id] for id in ids if id in found]


def offer(
    connection: Connection,
    text: str,
    kind: str,
    *,
    numbers: Mapping[str, Any],
    rule: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep a term that rises; one that was decided only has its numbers brought up to date."""
    known = connection.execute(select(terms.c.id, terms.c.status).where(terms.c.text == text)).first()
    values: dict[str, Any] = {"found": now, "numbers": dict(numbers)}
    if known is None:
        values |= {"text": text, "kind": kind, "status": "offered", "rule": dict(rule)}
        connection.execute(insert(terms).values(values))
        return
    if known.status == "offered":
        values |= {"kind": kind, "rule": dict(rule)}
    connection.execute(update(terms).where(terms.c.id == known.id).values(values))


def drop_offers(connection: Connection, *, before: datetime) -> None:
    """Forget what is offered and rose no more since a moment, unless somebody acted on it."""
    is_stale = (terms.c.status == "offered") & (terms.c.found < before) & (terms.c.version == 0)
    connection.execute(delete(terms).where(is_stale))


def set_state(
    connection: Connection, term_id: int, *, status: str, decided: datetime | None, version: int
) -> None:
    """Write where a term stands."""
    values = {"status": status, "decided": decided, "version": version}
    connection.execute(update(terms).where(terms.c.id == term_id).values(values))


def listed(connection: Connection, *, statuses: Collection[str] | None = None) -> list[TermRecord]:
    """Terms, the surest first; only those in `statuses` where these are given."""
    query = select(terms).order_by(terms.c.id)
    if statuses is not None:
        query = query.where(terms.c.status.in_(statuses))
    records = [TermRecord(**row._mapping) for row in connection.execute(query)]
    return sorted(records, key=lambda record: (-record.numbers["score"], record.text))


def get(connection: Connection, term_id: int) -> TermRecord:
    """One term. Raises `NotFoundError`."""
    row = connection.execute(select(terms).where(terms.c.id == term_id)).first()
    if row is None:
        raise NotFoundError("term", str(term_id))
    return TermRecord(**row._mapping)


def found_at(connection: Connection) -> datetime | None:
    """When terms were last looked for."""
    value = connection.execute(select(facts.c.value).where(facts.c.name == _FOUND_FACT)).scalar()
    return None if value is None else datetime.fromisoformat(value)


def note_found(connection: Connection, now: datetime) -> None:
    """Note that terms were looked for."""
    connection.execute(insert_or_update(connection, facts).values(name=_FOUND_FACT, value=now.isoformat()))
