"""Posts of one recruiter: near-copies and shared contacts, joined with reasons, and taken apart."""

from __future__ import annotations

from .decisions import Decision
from .grouper import Campaign, Grouper, Reason, Suggestion
from .prints import Contact, Print, print_of

__all__ = ["Campaign", "Contact", "Decision", "Grouper", "Print", "Reason", "Suggestion", "print_of"]
