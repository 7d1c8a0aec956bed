"""Words that show whose contact a post names, and in whose voice it speaks."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from .places import Checked, checked

Words = tuple[str, ...]


class CampaignWords(Checked):
    """The lists of ``campaign_words.yaml``: canonical words in lower case."""

    schema_version: Literal[1]
    directory: Words
    help: Words
    about: Words
    accused: Words
    distress: Words
    invitation: Words


@lru_cache(maxsize=1)
def campaign_words() -> CampaignWords:
    """The words, read once; KnowledgeError where the file breaks its schema."""
    return checked(CampaignWords, "campaign_words.yaml")
