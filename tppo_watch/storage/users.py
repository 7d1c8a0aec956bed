"""Accounts, their sessions, and attempts to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, insert, select, update

from .schema import sessions, sign_ins, users


@dataclass(frozen=True, slots=True)
class StoredUser:
    """An account with the hash of its password."""

    id: int
    name: str
    name_key: str
    role: str
    password: str
    is_active: bool
    created: datetime
    last_sign_in: datetime | None


def add(connection: Connection, *, name: str, name_key: str, role: str, password: str, now: datetime) -> int:
    """Add an account; its id."""
    values = {"name": name, "name_key": name_key, "role": role, "password": password, "created": now}
    return connection.execute(
        insert(users).values(is_active=True, **values).returning(users.c.id)
    ).scalar_one()


def listed(connection: Connection) -> list[StoredUser]:
    """Every account by name."""
    return [_user(row) for row in connection.execute(select(users).order_by(users.c.name_key))]


def get(connection: Connection, user_id: int) -> StoredUser | None:
    """One account."""
    row = connection.execute(select(users).where(users.c.id == user_id)).first()
    return None if row is None else _user(row)


def named(connection: Connection, name_key: str) -> StoredUser | None:
    """The account of that name."""
    row = connection.execute(select(users).where(users.c.name_key == name_key)).first()
    return None if row is None else _user(row)


def change(connection: Connection, user_id: int, **values: object) -> None:
    """Set columns of an account."""
    connection.execute(update(users).where(users.c.id == user_id).values(**values))


def _user(row: Row) -> StoredUser:
    return StoredUser(**row._mapping)


def open_session(connection: Connection, digest: str, user_id: int, *, ends: datetime, now: datetime) -> None:
    """Keep a session; those that have ended go."""
    connection.execute(delete(sessions).where(sessions.c.ends <= now))
    connection.execute(insert(sessions).values(digest=digest, user_id=user_id, ends=ends))


def session(connection: Connection, digest: str, *, now: datetime) -> tuple[StoredUser, datetime] | None:
    """Whose session this is, and when it ends; None once it has."""
    query = (
        select(users, sessions.c.ends)
        .join(sessions, sessions.c.user_id == users.c.id)
        .where(sessions.c.digest == digest, sessions.c.ends > now)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    fields = dict(row._mapping)
    ends = fields.pop("ends")
    return StoredUser(**fields), ends


def close_session(connection: Connection, digest: str) -> None:
    """End one session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def close_sessions_of(connection: Connection, user_id: int, *, keep: str = "") -> None:
    """End every session of a user but the one with the digest `keep`."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id, sessions.c.digest != keep))


def note_attempt(
    connection: Connection, *, name_digest: str, client_digest: str, is_good: bool, now: datetime
) -> None:
    """Keep an attempt for a day."""
    connection.execute(delete(sign_ins).where(sign_ins.c.at < now - timedelta(days=1)))
    connection.execute(
        insert(sign_ins).values(at=now, name_digest=name_digest, client_digest=client_digest, is_good=is_good)
    )


def attempts(
    connection: Connection,
    *,
    since: datetime,
    name_digest: str | None = None,
    client_digest: str | None = None,
) -> Sequence[tuple[datetime, bool]]:
    """Attempts of a name or a client, each with whether it was good; the oldest first."""
    query = select(sign_ins.c.at, sign_ins.c.is_good).where(sign_ins.c.at >= since)
    if name_digest is not None:
        query = query.where(sign_ins.c.name_digest == name_digest)
    if client_digest is not None:
        query = query.where(sign_ins.c.client_digest == client_digest)
    return [(row.at, row.is_good) for row in connection.execute(query.order_by(sign_ins.c.id))]
