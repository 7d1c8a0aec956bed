"""Articles of law that may apply to what a text offers: pointers for a reviewer, never a finding."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from pydantic import Field

from ..errors import KnowledgeError
from .places import Checked, checked
from .rules import exploitation_types


class Article(Checked):
    """An article, what it says in a line, and whether that was read in a source or is only known."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    ref: str
    says_id: str
    says_en: str
    status: Literal["read", "known"]  #: known: to be confirmed by a lawyer
    side: Literal["offence", "protection"]  #: protection: for the person concerned
    types: tuple[str, ...]  #: exploitation types it goes with; empty for all
    only: Literal["abroad", "minor"] | None = None
    sources: tuple[str, ...]


class _LawFile(Checked):
    schema_version: Literal[1]
    articles: tuple[Article, ...]


@lru_cache(maxsize=1)
def articles() -> tuple[Article, ...]:
    """All articles in the order of the file; KnowledgeError where it breaks its schema."""
    found: _LawFile = checked(_LawFile, "law.yaml")
    known = {kind.id for kind in exploitation_types()}
    for article in found.articles:
        if unknown := set(article.types) - known:
            raise KnowledgeError(
                f"unknown exploitation type {min(unknown)!r}", file="law.yaml", record=article.id
            )
        if article.status == "read" and not article.sources:
            raise KnowledgeError("`read` needs a source", file="law.yaml", record=article.id)
    return found.articles


def that_may_apply(
    types: Iterable[str], *, is_abroad: bool, is_minor: bool, is_assistance: bool = False
) -> tuple[Article, ...]:
    """The articles to look at for a text that points to `types`, in the order of the file.

    Parameters
    ----------
    is_abroad, is_minor : bool
        Whether the text speaks of work abroad, or of somebody who may be under 18.
    is_assistance : bool
        Somebody may need help: only what protects them is named.
    """
    wanted = set(types)
    holds = {None: True, "abroad": is_abroad, "minor": is_minor}
    return tuple(
        article
        for article in articles()
        if holds[article.only]
        and (not article.types or wanted.intersection(article.types))
        and (article.side == "protection" or not is_assistance)
    )
