"""Accounts: people, roles, passwords (argon2id), sessions, limits on attempts. No default account."""

from __future__ import annotations

from datetime import datetime

from .records import Role, Session, User


class Accounts:
    """The people of one database. Get it from `Watch.accounts`. `actor` None is the command line."""

    def listed(self) -> list[User]:
        """Everybody, by name."""
        raise NotImplementedError

    def add(self, actor: User | None, name: str, role: Role, password: str, *, now: datetime) -> User:
        """A new account. Raises `ReviewError` for a name that is taken or a password that is too weak."""
        raise NotImplementedError

    def set_role(self, actor: User | None, user_id: int, role: Role, *, now: datetime) -> User:
        """Change a role; sessions of that user end. The last active admin stays one."""
        raise NotImplementedError

    def disable(self, actor: User | None, user_id: int, *, now: datetime) -> User:
        """Close an account; its sessions end, its acts stay. Never the last active admin."""
        raise NotImplementedError

    def reset(self, actor: User | None, user_id: int, password: str, *, now: datetime) -> User:
        """A new password, and the account is open again; sessions of that user end."""
        raise NotImplementedError

    def sign_in(self, name: str, password: str, *, client: str, now: datetime) -> Session:
        """Check a password. `client` is the address the attempt came from; only its digest is kept.

        Raises
        ------
        SignInError
            With `wait_s` where there were too many attempts, of this account or from this client.
        """
        raise NotImplementedError

    def session(self, token: str, *, now: datetime) -> Session | None:
        """Who holds this token; None for one that is unknown, has ended, or belongs to a disabled account."""
        raise NotImplementedError

    def sign_out(self, token: str, *, now: datetime) -> None:
        """End a session."""
        raise NotImplementedError
