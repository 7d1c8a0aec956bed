"""Forms that only the person they were made for can send, and that outlive a session: signed by us."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer

LEAVE_FOR_S = 600
MAX_PENDING = 16 * 1024  # characters of a form kept over a sign-in


@dataclass(frozen=True, slots=True)
class Pending:
    """A form that reached us when its session was over."""

    user_id: int
    path: str
    fields: Mapping[str, str]


class Forms:
    """Anti-forgery tokens, and forms kept over a sign-in."""

    def __init__(self, key: bytes) -> None:
        derived = hmac.digest(key, b"tppo-watch console forms", "sha256")
        self._tokens = URLSafeSerializer(derived, salt="token")
        self._leaves = URLSafeSerializer(derived, salt="leave")
        self._pending = URLSafeSerializer(derived, salt="pending")

    def token(self, user_id: int, session: str) -> str:
        """What a form of this user in this session carries."""
        return str(self._tokens.dumps([user_id, _digest(session)]))

    def maker(self, token: str) -> int | None:
        """The user whom a form was made for, in whichever session; None where it is none of ours."""
        found = _loaded(self._tokens, token)
        return found[0] if isinstance(found, list) and len(found) == 2 else None

    def is_of(self, token: str, user_id: int, session: str) -> bool:
        """Whether a form was made for this user in this session."""
        return _loaded(self._tokens, token) == [user_id, _digest(session)]

    def leave(self, user_id: int, alert_id: int, now: datetime) -> str:
        """What lets one person see the pictures of one post for a while: they gave a reason."""
        return str(self._leaves.dumps([user_id, alert_id, int(now.timestamp())]))

    def has_leave(self, text: str, user_id: int, alert_id: int, now: datetime) -> bool:
        """Whether `leave` was given to this person for this post not long ago."""
        found = _loaded(self._leaves, text)
        if not isinstance(found, list) or found[:2] != [user_id, alert_id]:
            return False
        return 0 <= now.timestamp() - found[2] <= LEAVE_FOR_S

    def keep(self, pending: Pending) -> str:
        """A form in one signed string; empty where it is too long to be kept."""
        kept = str(self._pending.dumps([pending.user_id, pending.path, dict(pending.fields)]))
        return kept if len(kept) <= MAX_PENDING else ""

    def kept(self, text: str) -> Pending | None:
        """What `keep` made; None where it is none of ours."""
        found = _loaded(self._pending, text)
        return Pending(*found) if isinstance(found, list) and len(found) == 3 else None


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()


def _loaded(serializer: URLSafeSerializer, text: str) -> object:
    try:
        return serializer.loads(text)
    except (BadData, ValueError, RecursionError):
        return None
