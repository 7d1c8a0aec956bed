"""People at work: who may do what, in which order posts are seen, what was decided and what is logged."""

from __future__ import annotations

from .accounts import Accounts
from .bulk import Bulk
from .deliveries import Deliveries
from .desk import Desk
from .exhibits import Exhibits
from .exports import Exports
from .lists import Lists
from .records import (
    KINDS,
    REASONS,
    ROLES,
    VERDICTS,
    VIEWS,
    Act,
    Case,
    Clock,
    Decision,
    Item,
    Opinion,
    Selection,
    Session,
    State,
    User,
)
from .reminders import note_reminders
from .roles import LOWEST, may, require

__all__ = [
    "KINDS",
    "LOWEST",
    "REASONS",
    "ROLES",
    "VERDICTS",
    "VIEWS",
    "Accounts",
    "Act",
    "Bulk",
    "Case",
    "Clock",
    "Decision",
    "Deliveries",
    "Desk",
    "Exhibits",
    "Exports",
    "Item",
    "Lists",
    "Opinion",
    "Selection",
    "Session",
    "State",
    "User",
    "may",
    "note_reminders",
    "require",
]
