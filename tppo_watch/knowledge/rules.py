"""Indicators, counter-evidence and cues as checked data: one loader, one schema.

A rule says which patterns show it, and which show that it is something else. The pattern language is that of
:mod:`tppo_watch.indicators.pattern`; ``docs/indicators.md`` teaches it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import KnowledgeError
from ..types import Element, Scope

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is 10 times faster where it was built


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Indicator(_Record):
    """A sign of recruitment for exploitation."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_id: str
    name_en: str
    group: str
    palermo_element: Element
    ilo_category: str
    ilo_strength: Literal["strong", "medium", "weak", "none"]
    strength_basis: Literal["direct", "derived", "editorial"]
    standalone_specificity: Literal["low", "medium", "high"]
    observed_in: Literal["advert", "testimony", "both"]
    definition: str
    in_ads: str
    patterns: tuple[str, ...]
    counter_patterns: tuple[str, ...] = ()  #: in the same sentence they show that the match is something else
    holds_negation: bool = (
        False  #: the sign is itself a denial ("tanpa kontrak"): a negation beside it adds nothing
    )
    exploitation_types: tuple[str, ...]
    sources: tuple[str, ...]
    child_note: str | None = None
    note: str | None = None


class Counter(_Record):
    """What speaks for innocence. Lowers the risk as evidence, never to zero."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_id: str
    name_en: str
    definition: str
    patterns: tuple[str, ...]
    counter_patterns: tuple[str, ...] = ()
    holds_negation: bool = False


class Cue(_Record):
    """A sign of what kind of writing a text is."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    effect: str
    meaning: str
    patterns: tuple[str, ...]
    counter_patterns: tuple[str, ...] = ()


class ScopeCue(_Record):
    """A word or phrase that tells who says the signs near it, and whether they say it is so."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    scope: Scope
    direction: Literal["forward", "backward", "both"]
    reach: int = Field(ge=1, le=60)  #: words
    stops: bool  #: whether a comma or a turning word ends the reach
    patterns: tuple[str, ...]
    counter_patterns: tuple[str, ...] = ()


class ExploitationType(BaseModel):
    """A form of exploitation. Routes, figures and law of the file are kept as they stand."""

    model_config = ConfigDict(frozen=True, extra="allow")
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name_id: str
    name_en: str
    definition: str
    key_indicators: tuple[str, ...]
    sources: tuple[str, ...]


def data_folder() -> Traversable:
    """Where the packaged knowledge lies."""
    return files("tppo_watch.knowledge") / "data"


def read_yaml(path: Traversable) -> Any:
    """The content of one knowledge file; KnowledgeError names the file and line where it is not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # a safe loader either way
    except yaml.YAMLError as exc:
        raise KnowledgeError(f"not valid YAML: {' '.join(str(exc).split())}", file=path.name) from exc


def _records(path: Traversable, kind: type[_Record], rows: Any) -> Iterator[Any]:
    if not isinstance(rows, list):
        raise KnowledgeError(f"expected a list of records, found {type(rows).__name__}", file=path.name)
    for row in rows:
        try:
            yield kind.model_validate(row)
        except ValidationError as exc:
            first = exc.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            name = str(row.get("id", "?")) if isinstance(row, dict) else "?"
            raise KnowledgeError(f"{where}: {first['msg']}", file=path.name, record=name) from exc


def _unique(records: list[Any], file: str) -> tuple[Any, ...]:
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise KnowledgeError("this id stands twice", file=file, record=record.id)
        seen.add(record.id)
    return tuple(records)


@lru_cache(maxsize=1)
def indicators() -> tuple[Indicator, ...]:
    """All indicators, by group file and then in the order of the file."""
    folder = data_folder() / "indicators"
    found: list[Indicator] = []
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".yaml"):
            found.extend(_records(path, Indicator, read_yaml(path)))
    return _unique(found, "indicators")


def local_indicators(folder: Path) -> tuple[Indicator, ...]:
    """Indicators of one's own: those in the YAML files of `folder`, by file name. None where it is not there.

    Raises
    ------
    KnowledgeError
        If a file breaks the schema, or an id is taken.
    """
    if not folder.exists():
        return ()
    if not folder.is_dir():
        raise KnowledgeError("should be a folder with files of rules", file=str(folder))
    taken = {record.id for record in (*indicators(), *counters(), *cues(), *scope_cues())}
    found: list[Indicator] = []
    for path in sorted(folder.glob("*.yaml")):
        for record in _records(path, Indicator, read_yaml(path) or []):
            if record.id in taken:
                raise KnowledgeError("this id is taken; choose another", file=path.name, record=record.id)
            taken.add(record.id)
            found.append(record)
    return tuple(found)


@lru_cache(maxsize=1)
def counters() -> tuple[Counter, ...]:
    """All kinds of counter-evidence."""
    path = data_folder() / "counter.yaml"
    return _unique(list(_records(path, Counter, read_yaml(path))), path.name)


@lru_cache(maxsize=1)
def cues() -> tuple[Cue, ...]:
    """All signs of what kind of writing a text is."""
    path = data_folder() / "cues.yaml"
    return _unique(list(_records(path, Cue, read_yaml(path))), path.name)


@lru_cache(maxsize=1)
def scope_cues() -> tuple[ScopeCue, ...]:
    """All cues of scope."""
    path = data_folder() / "scope.yaml"
    return _unique(list(_records(path, ScopeCue, read_yaml(path))), path.name)


@lru_cache(maxsize=1)
def exploitation_types() -> tuple[ExploitationType, ...]:
    """The forms of exploitation, in the order of the file."""
    path = data_folder() / "exploitation_types.yaml"
    return _unique(list(_records(path, ExploitationType, read_yaml(path)["types"])), path.name)


@lru_cache(maxsize=1)
def lexicon() -> dict[str, tuple[str, ...]]:
    """Concepts of the pattern language: name -> words and phrases; files of ``lexicon/`` share the names."""
    concepts: dict[str, tuple[str, ...]] = {}
    for path in sorted((data_folder() / "lexicon").iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".yaml"):
            continue
        for name, members in (read_yaml(path) or {}).items():
            if name in concepts:
                raise KnowledgeError("this concept stands twice", file=path.name, record=name)
            if not isinstance(members, list) or not all(isinstance(m, str) for m in members):
                raise KnowledgeError(
                    "expected a list of words or phrases in quotes", file=path.name, record=name
                )
            concepts[name] = tuple(members)
    return concepts
