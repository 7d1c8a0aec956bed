"""Accounts: people, roles, passwords (argon2id), sessions, limits on attempts. No default account."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..config import ReviewSettings
from ..errors import NotFoundError, ReviewError, SignInError
from ..storage import Store
from ..storage import users as stored
from ..storage.users import StoredUser
from .audit import Writing, recording
from .records import ROLES, Role, Session, User
from .roles import require

SHORTEST = 12  #: characters of a password
_LONGEST = 256
_FREE_ATTEMPTS = 5  # of one account, and five times as many from one client: an office shares an address
_FREE_FROM_CLIENT = 25
_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 900.0
_REMEMBERED = timedelta(hours=1)  # a failure counts for this long


class Accounts:
    """The people of one database. Get it from `Watch.accounts`. `actor` None is the command line."""

    def __init__(self, store: Store, settings: ReviewSettings, anchor: Path) -> None:
        self._store, self._settings, self._anchor = store, settings, anchor

    def listed(self) -> list[User]:
        """Everybody, by name."""
        with self._store.read() as connection:
            return [_user(found) for found in stored.listed(connection)]

    def named(self, name: str) -> User:
        """The account of that name. Raises `NotFoundError`."""
        with self._store.read() as connection:
            found = stored.named(connection, _name_key(name))
        if found is None:
            raise NotFoundError("user", name)
        return _user(found)

    def add(self, actor: User | None, name: str, role: Role, password: str, *, now: datetime) -> User:
        """A new account. Raises `ReviewError` for a name that is taken or a password that is too weak."""
        name = _checked_name(name)
        _check_role(role)
        hashed = _hashed(password, name)
        with self._changing(actor) as writing:
            if stored.named(writing.connection, _name_key(name)) is not None:
                raise ReviewError(f"there is a user {name!r} already; choose another name", why="name_taken")
            user_id = stored.add(
                writing.connection, name=name, name_key=_name_key(name), role=role, password=hashed, now=now
            )
            writing.ledger.add(_id(actor), "user_add", f"user:{user_id}", now=now, digest=_digest(role))
            return _user(_found(writing, user_id))

    def set_role(self, actor: User | None, user_id: int, role: Role, *, now: datetime) -> User:
        """Change a role; sessions of that user end. The last active admin stays one."""
        _check_role(role)
        with self._changing(actor) as writing:
            if role != "admin":
                _keep_an_admin(writing, user_id)
            _found(writing, user_id)
            stored.change(writing.connection, user_id, role=role)
            stored.close_sessions_of(writing.connection, user_id)
            writing.ledger.add(_id(actor), "user_role", f"user:{user_id}", now=now, digest=_digest(role))
            return _user(_found(writing, user_id))

    def disable(self, actor: User | None, user_id: int, *, now: datetime) -> User:
        """Close an account; its sessions end, its acts stay. Never the last active admin."""
        with self._changing(actor) as writing:
            _keep_an_admin(writing, user_id)
            _found(writing, user_id)
            stored.change(writing.connection, user_id, is_active=False)
            stored.close_sessions_of(writing.connection, user_id)
            writing.ledger.add(_id(actor), "user_disable", f"user:{user_id}", now=now)
            return _user(_found(writing, user_id))

    def reset(self, actor: User | None, user_id: int, password: str, *, now: datetime) -> User:
        """A new password, and the account is open again; sessions of that user end."""
        with self._store.read() as connection:
            known = stored.get(connection, user_id)
        hashed = _hashed(password, known.name if known else "")
        with self._changing(actor) as writing:
            _found(writing, user_id)
            stored.change(writing.connection, user_id, password=hashed, is_active=True)
            stored.close_sessions_of(writing.connection, user_id)
            writing.ledger.add(_id(actor), "user_reset", f"user:{user_id}", now=now)
            return _user(_found(writing, user_id))

    def _changing(self, actor: User | None) -> Any:
        if actor is not None:
            require(actor, "users")
        return recording(self._store, self._anchor)

    def sign_in(self, name: str, password: str, *, client: str, now: datetime) -> Session:
        """Check a password. `client` is the address the attempt came from; only its digest is kept.

        Raises
        ------
        SignInError
            With `wait_s` where there were too many attempts, of this account or from this client.
        """
        found, note_good = self._prove(name, password, client=client, now=now)
        token = secrets.token_urlsafe(32)
        ends = now + self._settings.session_for
        with recording(self._store, self._anchor) as writing:
            note_good(writing)
            stored.change(writing.connection, found.id, last_sign_in=now)
            stored.open_session(writing.connection, _digest(token), found.id, ends=ends, now=now)
            writing.ledger.add(found.id, "sign_in", f"user:{found.id}", now=now)
            return Session(_user(_found(writing, found.id)), ends, token)

    def change_password(self, session: Session, old: str, new: str, *, client: str, now: datetime) -> None:
        """Let a signed-in person choose another password; their other sessions end, this one goes on.

        Raises
        ------
        SignInError
            Where `old` is not theirs: as in `sign_in`, each failure lets the next attempt wait longer.
        ReviewError
            Where `new` is too short, too long or too weak.
        """
        found, note_good = self._prove(session.user.name, old, client=client, now=now)
        hashed = _hashed(new, found.name)
        with recording(self._store, self._anchor) as writing:
            note_good(writing)
            stored.change(writing.connection, found.id, password=hashed)
            stored.close_sessions_of(writing.connection, found.id, keep=_digest(session.token))
            writing.ledger.add(found.id, "user_password", f"user:{found.id}", now=now)

    def _prove(
        self, name: str, password: str, *, client: str, now: datetime
    ) -> tuple[StoredUser, Callable[[Writing], None]]:
        """The open account of that name and password, and what notes that the attempt was good."""
        name_digest, client_digest = _digest(_name_key(name[:_LONGEST])), _digest(client)
        with self._store.write() as connection:
            since = now - _REMEMBERED
            of_name = stored.attempts(connection, since=since, name_digest=name_digest)
            of_client = stored.attempts(connection, since=since, client_digest=client_digest)
            wait = max(wait_s(of_name, _FREE_ATTEMPTS, now), wait_s(of_client, _FREE_FROM_CLIENT, now))
            if wait > 0:
                raise SignInError(wait)
            # Counted as failed until it has succeeded, so that many at once gain nothing.
            stored.note_attempt(
                connection, name_digest=name_digest, client_digest=client_digest, is_good=False, now=now
            )
            found = stored.named(connection, _name_key(name))
        # Outside the transaction: argon2id is slow by design, and others must be able to write meanwhile.
        if not _is_right(found, password) or found is None or not found.is_active:
            self._log_failure(found, now)
            raise SignInError()

        def note_good(writing: Writing) -> None:
            stored.note_attempt(
                writing.connection,
                name_digest=name_digest,
                client_digest=client_digest,
                is_good=True,
                now=now,
            )

        return found, note_good

    def _log_failure(self, found: StoredUser | None, now: datetime) -> None:
        if found is not None:  # of names that do not exist there is nothing to log but what somebody typed
            with recording(self._store, self._anchor) as writing:
                writing.ledger.add(None, "sign_in_failed", f"user:{found.id}", now=now)

    def session(self, token: str, *, now: datetime) -> Session | None:
        """Who holds this token; None for one that is unknown, has ended, or belongs to a disabled account."""
        with self._store.read() as connection:
            found = stored.session(connection, _digest(token), now=now)
        if found is None or not found[0].is_active:
            return None
        return Session(_user(found[0]), found[1], token)

    def sign_out(self, token: str, *, now: datetime) -> None:
        """End a session."""
        with recording(self._store, self._anchor) as writing:
            found = stored.session(writing.connection, _digest(token), now=now)
            if found is not None:
                stored.close_session(writing.connection, _digest(token))
                writing.ledger.add(found[0].id, "sign_out", f"user:{found[0].id}", now=now)


def wait_s(attempts: Sequence[tuple[datetime, bool]], free: int, now: datetime) -> float:
    """Seconds to wait before the next attempt.

    None for `free` failures in a row, then twice as long each time; a success ends the row. Pure.
    """
    failures: list[datetime] = []
    for at, is_good in attempts:
        failures = [] if is_good else [*failures, at]
    beyond = len(failures) - free
    if beyond < 0:
        return 0.0
    pause = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(beyond, 30))
    return max(0.0, pause - (now - failures[-1]).total_seconds())


@lru_cache(maxsize=1)
def _hasher() -> Any:
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise ReviewError(
            "accounts need argon2; run: pip install 'tppo-watch[console]'", why="argon2"
        ) from None
    return PasswordHasher()  # argon2id with the parameters of RFC 9106 for little memory


@lru_cache(maxsize=1)
def _nobody() -> str:
    """What a password is checked against where there is no account, so that the answer takes as long."""
    return _hasher().hash(secrets.token_urlsafe(32))


def _is_right(found: StoredUser | None, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return bool(_hasher().verify(found.password if found else _nobody(), _plain(password)))
    except (Argon2Error, InvalidHashError):
        return False


def _hashed(password: str, name: str) -> str:
    plain = _plain(password)
    if not SHORTEST <= len(plain) <= _LONGEST:
        raise ReviewError(
            f"a password has {SHORTEST} to {_LONGEST} characters",
            why="password_length",
            values={"least": SHORTEST, "most": _LONGEST},
        )
    if len(set(plain)) < 5 or name.casefold() in plain.casefold():
        raise ReviewError(
            "the password repeats a few signs or holds the name; choose a longer phrase", why="password_weak"
        )
    return _hasher().hash(plain)


def _plain(password: str) -> str:
    """One form for what different keyboards send (NIST SP 800-63B 5.1.1.2); never longer than allowed."""
    return unicodedata.normalize("NFKC", password[: _LONGEST + 1].encode("utf-8", "replace").decode())


def _checked_name(name: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not 2 <= len(name) <= 80 or not all(sign.isprintable() for sign in name):
        raise ReviewError("a name has 2 to 80 printable characters", why="name_form")
    return name


def _name_key(name: str) -> str:
    storable = name.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return " ".join(unicodedata.normalize("NFKC", storable).casefold().split())[:160]


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise ReviewError(f"there is no role {role!r}; roles are {', '.join(ROLES)}", why="choice")


def _keep_an_admin(writing: Writing, user_id: int) -> None:
    admins = [
        user.id for user in stored.listed(writing.connection) if user.is_active and user.role == "admin"
    ]
    if admins == [user_id]:
        raise ReviewError("this is the last admin; make another one first", why="last_admin")


def _found(writing: Writing, user_id: int) -> StoredUser:
    found = stored.get(writing.connection, user_id)
    if found is None:
        raise NotFoundError("user", str(user_id))
    return found


def _user(found: StoredUser) -> User:
    role: Any = found.role
    return User(found.id, found.name, role, found.is_active, found.created, found.last_sign_in)


def _id(actor: User | None) -> int | None:
    return None if actor is None else actor.id


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
