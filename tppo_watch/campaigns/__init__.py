"""Posts of one recruiter: near-copies and shared contacts, joined with reasons, and taken apart."""

from __future__ import annotations

from .decisions import Decision
from .graph import Evidence
from .grouper import Campaign, Grouper, Reason, Suggestion
from .prints import Contact, Print, print_of
from .template import Template, template_of
from .wordings import Example

__all__ = [
    "Campaign",
    "Contact",
    "Decision",
    "Evidence",
    "Example",
    "Grouper",
    "Print",
    "Reason",
    "Suggestion",
    "Template",
    "print_of",
    "template_of",
]
