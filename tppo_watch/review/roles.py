"""Who may do what. The one table; the console asks it for every route, the desk for every act."""

from __future__ import annotations

from typing import Literal

from ..errors import NotAllowedError
from .records import ROLES, Role, User

Action = Literal[
    "view",  # lists, posts with numbers masked, figures
    "decide",  # every kind of decision, bulk and merge; undo of one's own
    "reveal",  # numbers of one post, with a reason
    "export",  # dossiers and lists, masked
    "adjudicate",  # the third opinion where two differ
    "undo_others",  # take back what somebody else did, or overrule who holds a post
    "rules",  # silence and repetition of messages, sending dead letters again
    "export_revealed",  # exports with numbers, training records
    "audit",  # read the log of who did what
    "users",  # accounts
]

#: The lowest role that may; whoever stands higher may too.
LOWEST: dict[Action, Role] = {
    "view": "reader",
    "decide": "reviewer",
    "reveal": "reviewer",
    "export": "reviewer",
    "adjudicate": "reviewer",
    "undo_others": "lead",
    "rules": "lead",
    "export_revealed": "lead",
    "audit": "lead",
    "users": "admin",
}


def may(user: User, action: Action) -> bool:
    """Whether `user` is active and of a role that may do this."""
    return user.is_active and ROLES.index(user.role) >= ROLES.index(LOWEST[action])


def require(user: User, action: Action) -> None:
    """Raise `NotAllowedError` unless `user` may do this."""
    if not may(user, action):
        raise NotAllowedError(action, user.role if user.is_active else "disabled")
