"""Words by which ages, genders, papers, dates, licences and organisations are found in a text."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from .places import Checked, checked

Words = tuple[str, ...]


class EntityWords(Checked):
    """The lists of ``entity_words.yaml``, lower case."""

    schema_version: Literal[1]
    gender: dict[Literal["female", "male", "any"], Words]
    gender_none: Words
    age: dict[Literal["any", "max", "min"], Words]
    year: Words
    not_age: Words
    person: Words
    document: dict[
        Literal["passport", "ktp", "kk", "diploma", "visa", "birth_certificate", "other", "none"], Words
    ]
    kk_beside: Words
    months: dict[str, int]
    relative_days: dict[str, int]
    licence: dict[Literal["SIP3MI", "SIP2MI", "SIUPPAK", "other"], Words]
    organisation: dict[Literal["agency", "either", "employer"], Words]
    agency_words: Words
    employer_words: Words
    name_ends: Words
    channels: dict[Literal["whatsapp", "telegram", "instagram", "line", "facebook"], Words]
    not_phone: Words
    spelled: Words


@lru_cache(maxsize=1)
def entity_words() -> EntityWords:
    """The words, read once; KnowledgeError where the file breaks its schema."""
    return checked(EntityWords, "entity_words.yaml")
