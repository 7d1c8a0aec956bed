"""What the public is told: warnings by kind of exploitation, and questions to ask before leaving."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from ..errors import KnowledgeError
from .places import Checked, checked
from .rules import exploitation_types

Pair = tuple[str, str]  #: Indonesian, English


class Advice(Checked):
    """A heading and what is said under it."""

    title: Pair
    say: Pair


class Question(Checked):
    """Something to ask before leaving; `types` are those it is asked first for."""

    types: tuple[str, ...]
    say: Pair


class PublicAdvice(Checked):
    """Everything the public is told."""

    schema_version: Literal[1]
    warnings: dict[str, Advice]
    general: Advice
    questions: tuple[Question, ...]


@lru_cache(maxsize=1)
def public_advice() -> PublicAdvice:
    """The advice; KnowledgeError where the file breaks its schema or leaves a kind without a warning."""
    found: PublicAdvice = checked(PublicAdvice, "public_advice.yaml")
    kinds = {kind.id for kind in exploitation_types()}
    named = set(found.warnings).union(*(question.types for question in found.questions))
    if odd := kinds ^ set(found.warnings) | named - kinds:
        raise KnowledgeError(
            f"no warning, or unknown: {min(odd)!r}", file="public_advice.yaml", record="warnings"
        )
    return found
