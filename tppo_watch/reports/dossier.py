"""What a case is handed over with: the text, its origin, why it was marked, what may apply, whom to ask.

A dossier describes a text. It accuses nobody, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from ..alerts.masking import masked
from ..alerts.views import details, restored
from ..errors import InputError
from ..knowledge.agencies import Agency, Triage, agencies_for, referral
from ..knowledge.law import Article, that_may_apply
from ..knowledge.places import gazetteer
from ..storage.alerts import AlertRecord
from ..types import Assessment
from ..wording import Language
from .phrases import Phrases
from .provinces import code_of

#: Below it an exploitation type is not named.
LIKELY_TYPE = 0.5
_CHILD = frozenset({"minor_accepted", "forged_identity_or_age", "child_domestic_worker"})
_GRAVE = frozenset({"organ_removal", "baby_trade", "bride_trafficking", "sexual_exploitation_child"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file kept as it was received."""

    name: str  #: numbers in it are masked as those of the text are
    sha256: str
    size: int  #: bytes


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """What a reviewer decided, and why."""

    at: datetime
    reviewer: str  #: the name of a role or account, as it may leave the office
    decision: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case, in one language, as it may be shown."""

    record: AlertRecord
    assessment: Assessment  #: on the text as it may be shown
    lang: Language
    text_sha256: str  #: of the text as published, whatever is masked
    evidence: tuple[Evidence, ...]
    reviews: tuple[ReviewNote, ...]
    types: tuple[str, ...]  #: exploitation types it points to, the likeliest first
    articles: tuple[Article, ...]
    agencies: tuple[Agency, ...]
    triage: Triage
    reveal_reason: str | None  #: None where numbers are masked

    @property
    def is_assistance(self) -> bool:
        return self.record.lane == "assistance"

    def shown(self, text: str) -> str:
        """A text beside the post, such as its title, as it may be shown."""
        return masked(text) if self.reveal_reason is None else text

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, with everything the printed form says."""
        words = Phrases(self.lang)
        says = "says_id" if self.lang == "id" else "says_en"
        case = details(self.record, reveal=self.reveal_reason is not None)
        for name in ("url", "title"):
            if name in case:
                case[name] = self.shown(case[name])
        found: dict[str, Any] = {
            "format": "tppo-watch.dossier/1",
            "lang": self.lang,
            "statement": words("statement_help" if self.is_assistance else "statement"),
            "masked": self.reveal_reason is None,
            "alert": case,
            "evidence": {
                "text_sha256": self.text_sha256,
                "files": [{"name": e.name, "sha256": e.sha256, "bytes": e.size} for e in self.evidence],
            },
            "questions": [words.question(name) for name in self.assessment.missing],
            "check": list(words.advice(self.assessment)),
            "types": [{"id": kind, "name": words.rule(kind)} for kind in self.types],
            "reviews": [
                {
                    "at": note.at.isoformat(),
                    "reviewer": note.reviewer,
                    "decision": note.decision,
                    "reason": self.shown(note.reason),
                }
                for note in self.reviews
            ],
            "law": [
                {
                    "ref": article.ref,
                    "says": getattr(article, says),
                    "side": article.side,
                    "status": article.status,
                    "sources": list(article.sources),
                }
                for article in self.articles
            ],
            "triage": {
                "level": self.triage.level,
                "within": self.triage.within_id if self.lang == "id" else self.triage.within,
            },
            "agencies": [
                {
                    "id": agency.id,
                    "name": agency.name,
                    "roles": list(agency.roles),
                    "when": agency.applies_when_id if self.lang == "id" else agency.applies_when,
                    "channels": [channel.model_dump(exclude_none=True) for channel in agency.channels],
                }
                for agency in self.agencies
            ],
        }
        if self.reveal_reason is not None:
            found["reveal_reason"] = self.reveal_reason
        return found


def dossier(
    record: AlertRecord,
    *,
    lang: Language = "id",
    reveal_reason: str | None = None,
    evidence: Sequence[Evidence] = (),
    reviews: Sequence[ReviewNote] = (),
) -> Dossier:
    """The dossier of one alert.

    Parameters
    ----------
    reveal_reason : str, optional
        Why phone and identity numbers are shown; they are masked without it. It is printed.
    evidence, reviews : sequences
        Files kept as received, and what reviewers decided, both in the order in which they are printed.

    Raises
    ------
    InputError
        If `reveal_reason` is given and says nothing.
    """
    if reveal_reason is not None and not reveal_reason.strip():
        raise InputError("numbers are shown for a reason only; say which", item="reason")
    assessment = restored(record, reveal=reveal_reason is not None)
    types = tuple(
        name
        for name, value in sorted(assessment.exploitation.items(), key=lambda item: (-item[1], item[0]))
        if value >= LIKELY_TYPE
    )
    is_minor = _may_be_minor(assessment)
    countries = {
        entity.value["country"]
        for entity in assessment.entities
        if entity.kind == "destination" and entity.value.get("country")
    }
    is_abroad = bool(countries - {"ID"})
    is_assistance = record.lane == "assistance"
    triage = _triage(record, is_minor=is_minor, types=types)
    return Dossier(
        record=record,
        assessment=assessment,
        lang=lang,
        text_sha256=sha256(record.text.encode("utf-8", "surrogatepass")).hexdigest(),
        evidence=tuple(
            replace(file, name=masked(file.name)) if reveal_reason is None else file for file in evidence
        ),
        reviews=tuple(reviews),
        types=types,
        articles=that_may_apply(types, is_abroad=is_abroad, is_minor=is_minor, is_assistance=is_assistance),
        agencies=agencies_for(
            provinces=_provinces(record, assessment.entities),
            types=types,
            countries=countries,
            always={step.split()[0] for step in triage.route},
        ),
        triage=triage,
        reveal_reason=None if reveal_reason is None else " ".join(reveal_reason.split()),
    )


def _provinces(record: AlertRecord, entities: Iterable[Any]) -> set[str]:
    """Provinces a case touches: where its source watches, and those that the text names."""
    found = {code_of(record.province)} if record.province else set()
    places = gazetteer().places
    for entity in entities:
        if entity.kind in ("origin", "destination"):
            place = places.get((entity.value.get("country"), entity.value.get("place")))
            found.add(place.province if place else None)
    return {code for code in found if code}


def _may_be_minor(assessment: Assessment) -> bool:
    asserted = {match.id for match in assessment.indicators if match.scope == "asserted"}
    young = any(entity.kind == "age" and entity.value.get("min", 99) < 18 for entity in assessment.entities)
    reasons = {name for name, value in assessment.reasons if value > 0}
    return bool(asserted & _CHILD) or young or "minor" in reasons


def _triage(record: AlertRecord, *, is_minor: bool, types: Iterable[str]) -> Triage:
    level = (
        "SUPPORT"
        if record.lane == "assistance"
        else "P1"
        if is_minor or not _GRAVE.isdisjoint(types)
        else "P2"
        if record.lane == "high"
        else "P3"
    )
    return next(step for step in referral().triage if step.level == level)
