"""Full-text search of posts: the same question gives the same posts on both databases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, not_, select, text

from ..errors import InputError
from .schema import alerts, assessments, posts

_TERM = re.compile(r'(?P<not>-?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
_MAX_TERMS = 20  # a question, not an attack
# As in the index that the first revision makes: only letters and digits, so that `wa.me/62…` is three words.
_INDEXED: ColumnElement[Any] = literal_column(
    "to_tsvector('simple', regexp_replace(coalesce(posts.title, '') || ' ' || posts.text,"
    " '[^[:alnum:]]+', ' ', 'g'))"
)


_FIELDS = ("source_id", "native_id", "text", "title", "url", "published", "fetched")


@dataclass(frozen=True, slots=True)
class Found:
    """A post that was found, with what was said of it."""

    post_id: int
    source_id: str
    native_id: str
    text: str
    title: str | None
    url: str | None
    published: datetime | None
    fetched: datetime
    level: str | None
    risk: float | None
    assistance: bool | None  #: whether somebody may need help
    alert_id: int | None
    alert_state: str | None


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a question: words that stand together, wanted or not."""

    words: tuple[str, ...]
    is_wanted: bool
    is_prefix: bool  #: the last word is only a beginning


def terms_of(question: str) -> list[Term]:
    """The parts of a question as people type it: ``loker "kerja di luar negeri" kambo* -sawit``.

    Raises
    ------
    InputError
        Without a wanted word, or with too many of them.
    """
    terms = []
    for found in _TERM.finditer(question):
        raw = found["phrase"] if found["word"] is None else found["word"]
        if words := tuple(_WORD.findall(raw.lower())):
            is_prefix = found["word"] is not None and raw.endswith("*")
            terms.append(Term(words, not found["not"], is_prefix))
    if not any(term.is_wanted for term in terms):
        raise InputError("names no word to look for", item="search")
    if len(terms) > _MAX_TERMS:
        raise InputError(f"has more than {_MAX_TERMS} parts", item="search")
    return terms


def search(connection: Connection, question: str, *, limit: int = 50) -> list[Found]:
    """Posts with every part of `question`, the latest first; of posts that say the same only the first.

    Case does not matter; ``"…"`` keeps words together, ``*`` ends the beginning of a word, ``-`` excludes.

    Raises
    ------
    InputError
        As `terms_of`.
    """
    terms = terms_of(question)
    is_sqlite = connection.dialect.name == "sqlite"
    query = (
        select(
            posts.c.id.label("post_id"),
            *(posts.c[name] for name in _FIELDS),
            assessments.c.level,
            assessments.c.risk,
            assessments.c.assistance,
            alerts.c.id.label("alert_id"),
            alerts.c.state.label("alert_state"),
        )
        .outerjoin(assessments, assessments.c.post_id == posts.c.id)
        .outerjoin(alerts, alerts.c.post_id == posts.c.id)
        .where(posts.c.copy_of.is_(None), _sqlite(terms) if is_sqlite else _postgres(terms))
        .order_by(func.coalesce(posts.c.published, posts.c.fetched).desc(), posts.c.id.desc())
        .limit(limit)
    )
    return [Found(**row) for row in connection.execute(query).mappings()]


def _sqlite(terms: Sequence[Term]) -> ColumnElement[bool]:
    wanted = " AND ".join(_fts5(term) for term in terms if term.is_wanted)
    for term in terms:
        if not term.is_wanted:
            wanted = f"({wanted}) NOT {_fts5(term)}"
    match = text("posts.id IN (SELECT rowid FROM posts_search WHERE posts_search MATCH :question)")
    return match.bindparams(question=wanted)


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + (" *" if term.is_prefix else "")


def _postgres(terms: Sequence[Term]) -> ColumnElement[bool]:
    def matches(term: Term) -> ColumnElement[bool]:
        # Quoted, a word means itself whatever signs the server's query language has.
        words = [f"'{word}'" for word in term.words]
        words[-1] += ":*" if term.is_prefix else ""
        return _INDEXED.bool_op("@@")(func.to_tsquery(literal_column("'simple'"), " <-> ".join(words)))

    return and_(*(matches(term) if term.is_wanted else not_(matches(term)) for term in terms))
