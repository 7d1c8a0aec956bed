"""Records that pass between rooms: frozen, compared by value, standard library only.

Every span is half-open and counts code points of the text **as it was given**, so a reviewer sees what
was written and ``text[start:end] == match.text`` holds on any Unicode input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Level = Literal["none", "low", "medium", "high"]
Label = Literal["trafficking", "fraud", "benign"]
Stance = Literal["offer", "seeker", "news", "warning", "testimony", "question", "joke", "other"]
Element = Literal["act", "means", "purpose", "context"]
Scope = Literal["asserted", "negated", "quoted", "reported", "hypothetical", "past"]

LEVELS: tuple[Level, ...] = ("none", "low", "medium", "high")
LABELS: tuple[Label, ...] = ("trafficking", "fraud", "benign")
STANCES: tuple[Stance, ...] = ("offer", "seeker", "news", "warning", "testimony", "question", "joke", "other")
SCOPES: tuple[Scope, ...] = ("asserted", "negated", "quoted", "reported", "hypothetical", "past")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, as raw bytes, and the words that were read from it."""

    sha256: str
    media_type: str  #: such as ``image/png``, from its first bytes
    content: bytes = field(repr=False)
    text: str  #: empty where it shows no words


@dataclass(frozen=True, slots=True)
class Post:
    """One message as a source published it. Times are timezone-aware UTC."""

    source_id: str
    native_id: str  #: the source's own id: guid, message id, row id
    text: str
    url: str | None = None
    published: datetime | None = None  #: None where the source does not say
    fetched: datetime | None = None
    author: str | None = None  #: as published; storage keeps only a keyed hash of it
    title: str | None = None
    province: str | None = None  #: where the source watches, from its configuration
    chat: str | None = None  #: the conversation it is a message of; None for what stands by itself
    images: tuple[str, ...] = ()  #: addresses, or paths beside the source, of pictures not read yet
    pictures: tuple[Picture, ...] = ()  #: those whose words are part of `text`


@dataclass(frozen=True, slots=True)
class Entity:
    """A named value found in a text; `value` is normalised as the contract's table says."""

    kind: str
    start: int
    end: int
    text: str
    value: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "value": dict(self.value),
        }


@dataclass(frozen=True, slots=True)
class Match:
    """One sign found in one text: an indicator of recruitment for exploitation, or of innocence."""

    id: str
    start: int
    end: int
    text: str
    element: Element
    scope: Scope
    weight: float = (
        0.0  #: log-odds this match adds to the risk; 0 unless it is asserted and is the one counted
    )

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "element": self.element,
            "scope": self.scope,
            "weight": round(self.weight, 4),
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the library says of one text, with everything needed to explain it and no need to run it again."""

    risk: float
    level: Level
    label: Label
    stance: Stance
    assistance: bool
    interval: tuple[float, float]
    exploitation: Mapping[str, float]
    indicators: tuple[Match, ...]
    counter: tuple[Match, ...]
    entities: tuple[Entity, ...]
    reasons: tuple[tuple[str, float], ...]  #: log-odds; they sum to logit(risk)
    missing: tuple[str, ...]  #: ids of what the text does not say and a reviewer should ask
    lang: str
    model: str
    text: str = field(default="", repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of the contract: `assistance` only where it is true, the text not repeated."""
        record: dict[str, Any] = {
            "risk": round(self.risk, 4),
            "interval": [round(self.interval[0], 4), round(self.interval[1], 4)],
            "level": self.level,
            "label": self.label,
            "stance": self.stance,
            "lang": self.lang,
            "exploitation": {name: round(value, 4) for name, value in self.exploitation.items()},
            "indicators": [match.to_dict() for match in self.indicators],
            "counter": [match.to_dict() for match in self.counter],
            "entities": [entity.to_dict() for entity in self.entities],
            "reasons": [[name, round(value, 4)] for name, value in self.reasons],
            "missing": list(self.missing),
            "model": self.model,
        }
        if self.assistance:
            record["assistance"] = True
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any], text: str) -> Assessment:
        """The assessment of `text` that `to_dict` gave, to the places it keeps."""

        def match(fields: Mapping[str, Any]) -> Match:
            return Match(**{**fields, "text": text[fields["start"] : fields["end"]]})

        def entity(fields: Mapping[str, Any]) -> Entity:
            return Entity(**{**fields, "text": text[fields["start"] : fields["end"]]})

        return cls(
            risk=record["risk"],
            level=record["level"],
            label=record["label"],
            stance=record["stance"],
            assistance=record.get("assistance", False),
            interval=(record["interval"][0], record["interval"][1]),
            exploitation=record["exploitation"],
            indicators=tuple(map(match, record["indicators"])),
            counter=tuple(map(match, record["counter"])),
            entities=tuple(map(entity, record["entities"])),
            reasons=tuple((name, value) for name, value in record["reasons"]),
            missing=tuple(record["missing"]),
            lang=record["lang"],
            model=record["model"],
            text=text,
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """One item that could not be done; the pass went on."""

    item: str  #: which post, line or source
    step: str  #: what was being done
    reason: str  #: one line a user can act on
    raw: bytes = field(default=b"", repr=False)  #: what could not be read, for inspection; personal data
