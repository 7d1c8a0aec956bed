"""An alert as the pages show it: words and measures, no markup and no decision."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..alerts import restored, summary
from ..alerts.masking import MASK, masked
from ..alerts.views import excerpt
from ..knowledge import rules
from ..knowledge.agencies import Agency
from ..reports import Dossier
from ..reports.dossier import LIKELY_TYPE
from ..review import Clock as Waits
from ..storage.alerts import AlertRecord
from ..storage.campaign_lists import AlikeRecord, CampaignRecord, MemberRecord
from ..storage.raised import SamplePost
from ..text.showing import shown
from ..types import Assessment
from .charts import bars, dial
from .language import Speaker
from .marking import SHOWN_ENTITIES, marked

#: Groups of indicators whose posts are folded until a reader opens them.
GRAVE_GROUPS = frozenset({"child", "sexual_exploitation", "body_family"})
_SCALE = 400  # units of the drawing of the interval
_NAMED_SIGNS = 2  # in one line of the queue


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a post waits, and how much of its lane's time is gone."""

    text: str
    is_late: bool
    dash: str


def clock(waits: Waits, now: datetime, speaker: Speaker, *, is_waiting: bool) -> Clock:
    """The clock of a post; one that no longer waits has an age and nothing due."""
    age = speaker.span(now - waits.arrived)
    if not is_waiting:
        return Clock(speaker.say("queue.waited", age=age), is_late=False, dash=dial(0.0))
    left = speaker.span(now - waits.due if waits.is_overdue else waits.due - now)
    share = (now - waits.arrived) / (waits.due - waits.arrived) if waits.due > waits.arrived else 1.0
    key = "queue.late" if waits.is_overdue else "queue.left"
    return Clock(speaker.say(key, age=age, left=left), waits.is_overdue, dial(share))


def is_grave(signs: Iterable[str]) -> bool:
    """Whether a reader should be warned before a text with these indicators is shown."""
    groups = {indicator.id: indicator.group for indicator in rules.indicators()}
    return any(groups.get(sign) in GRAVE_GROUPS for sign in signs)


def urgency(record: MemberRecord | SamplePost, speaker: Speaker) -> dict[str, Any]:
    """How a post is marked in a list: by its level, or by the lane of those who may need help."""
    if record.assistance:
        return {"lane": "assistance", "level": speaker.say("lanes.assistance")}
    return {"lane": record.level, "level": speaker.words.term("levels", record.level)}


def first_words(record: CampaignRecord | MemberRecord | AlikeRecord | SamplePost) -> dict[str, Any]:
    """The first words of a post in a list, numbers masked, and whether they stay folded."""
    words = shown(excerpt(masked(record.text, list(record.entities))))
    return {"excerpt": words, "is_grave": is_grave(record.signs)}


def line(record: AlertRecord, speaker: Speaker) -> dict[str, Any]:
    """One line of the queue."""
    assessment, words = restored(record), speaker.words
    short = summary(record)
    kind = words.rule(short["type"]) if "type" in short else ""
    is_plea = record.lane == "assistance"
    why = words.why(assessment, is_plea=is_plea)
    return {
        "id": record.id,
        "lane": record.lane,
        "excerpt": shown(short["excerpt"]),
        "is_grave": is_grave(match.id for match in assessment.indicators),
        # Nobody who may need help is shown as a suspect: no type, no risk.
        "kind": "" if is_plea else kind,
        "signs": [] if is_plea else [name for name in why if name != kind][:_NAMED_SIGNS],
        "source": shown(record.source_id),
        "copies": record.copies,
        "risk": words.share(record.assessment["risk"]),
    }


def post(record: AlertRecord, speaker: Speaker, *, is_revealed: bool) -> dict[str, Any]:
    """Everything a page shows of the post that stands for an alert."""
    assessment, words = restored(record, reveal=is_revealed), speaker.words
    seen = marked(assessment)
    return {
        "id": record.id,
        "lane": record.lane,
        "state": record.state,
        "assistance": assessment.assistance,
        "is_grave": is_grave(match.id for match in assessment.indicators),
        "is_masked": MASK in assessment.text,
        "marked": seen,
        "marks": [
            {
                "number": mark.number,
                "kind": mark.kind,
                "name": words.rule(mark.match.id),
                "element": _element(mark.kind, mark.match, words),
            }
            for mark in seen.marks
        ],
        "bars": bars(words.ranked_reasons(assessment)),
        "sum": math.fsum(value for _, value in assessment.reasons),
        "level_word": words.term("levels", assessment.level),
        "promise": words.term("promises", assessment.level),
        "risk": words.share(assessment.risk),
        "low": words.share(assessment.interval[0]),
        "high": words.share(assessment.interval[1]),
        "scale": _scale(assessment.risk, *assessment.interval),
        "label": words.term("labels", assessment.label),
        "stance": words.term("stances", assessment.stance),
        "types": _types(assessment, speaker),
        "questions": [words.question(name) for name in assessment.missing],
        "advice": words.advice(assessment),
        "entities": _entities(assessment, speaker),
        **_origin(record, speaker, is_revealed),
    }


def _element(kind: str, match: Any, words: Any) -> str:
    name = words.term("elements", match.element)
    return name if kind != "unasserted" else f"{name}, {words.term('scopes', match.scope)}"


def _scale(risk: float, low: float, high: float) -> dict[str, float]:
    return {
        "at": round(risk * _SCALE, 1),
        "x": round(low * _SCALE, 1),
        "width": round(max(4.0, (high - low) * _SCALE), 1),
    }


def _types(assessment: Assessment, speaker: Speaker) -> list[tuple[str, str]]:
    likely = sorted(assessment.exploitation.items(), key=lambda item: (-item[1], item[0]))
    words = speaker.words
    return [(words.rule(name), words.share(value)) for name, value in likely if value >= LIKELY_TYPE]


def _entities(assessment: Assessment, speaker: Speaker) -> list[dict[str, str]]:
    out = []
    for entity in assessment.entities[:SHOWN_ENTITIES]:
        quoted, value = " ".join(entity.text.split()), speaker.words.value(entity)
        out.append(
            {
                "kind": speaker.words.term("entities", entity.kind),
                "value": shown(value),
                "quoted": "" if value.casefold() == quoted.casefold() else shown(quoted),
            }
        )
    return out


def _origin(record: AlertRecord, speaker: Speaker, is_revealed: bool) -> dict[str, Any]:
    url = record.url or ""
    return {
        "source": shown(record.source_id),
        "published": speaker.time(record.published) if record.published else "",
        "fetched": speaker.time(record.fetched),
        "province": shown(record.province or ""),
        "url": shown(url if is_revealed else masked(url)),
        "copies": record.copies,
    }


def referral(case: Dossier, speaker: Speaker) -> dict[str, Any]:
    """Whom a case could be referred to, how soon, and which articles of law may apply."""
    is_indonesian = speaker.lang == "id"
    first = {name.split()[0]: place for place, name in enumerate(case.triage.route)}
    route = sorted(case.agencies, key=lambda agency: first.get(agency.id, len(first)))
    return {
        "agencies": [_agency(agency, speaker) for agency in route],
        "within": case.triage.within_id if is_indonesian else case.triage.within,
        "articles": [
            {"ref": article.ref, "says": article.says_id if is_indonesian else article.says_en}
            for article in case.articles
        ],
    }


def _agency(agency: Agency, speaker: Speaker) -> dict[str, Any]:
    return {
        "id": agency.id,
        "name": agency.name,
        "short": agency.name.partition(" (")[0],
        "roles": ", ".join(speaker.say(f"agency_roles.{role}") for role in agency.roles),
        "when": agency.applies_when_id if speaker.lang == "id" else agency.applies_when,
        "ways": [
            {
                "type": speaker.say(f"channels.{channel.type.partition('_')[0]}"),
                "value": speaker.say("channels.to_fill")
                if channel.status == "placeholder"
                else channel.value,
                "status": speaker.say(f"channels.{channel.status}") if channel.status else "",
            }
            for channel in agency.channels
            if channel.type != "see"
        ],
    }
