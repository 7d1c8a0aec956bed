"""Words that are no term by themselves, and words that tell the name of a person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .places import Checked, checked


class _File(Checked):
    schema_version: Literal[1]
    function_words: str
    honorifics: str
    name_cues: str
    names: str


@dataclass(frozen=True, slots=True)
class TermWords:
    """The lists of ``term_words.yaml``: canonical words in lower case."""

    function_words: frozenset[str]
    honorifics: frozenset[str]
    name_cues: frozenset[str]
    names: frozenset[str]


@lru_cache(maxsize=1)
def term_words() -> TermWords:
    """The words, read once; KnowledgeError where the file breaks its schema."""
    file = checked(_File, "term_words.yaml")
    lists = (file.function_words, file.honorifics, file.name_cues, file.names)
    return TermWords(*(frozenset(words.split()) for words in lists))
