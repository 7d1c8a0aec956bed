"""Cases for other systems: STIX 2.1 and MISP. The same case gives the same ids and bytes.

Nothing here says that somebody did something: the objects carry a text, where it stood and what was noticed
in it. There is no STIX indicator and no attribute marked for blocking: both would act on people by machine.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from .dossier import Dossier
from .phrases import Phrases

#: Of this project's own objects.
NAMESPACE = UUID("6f0f7d1c-7f0b-5b51-9a7e-1d6c0f1c2a53")
#: Of cyber observables, as STIX 2.1 section 2.9 sets it.
_OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
#: Who may read it: their own organisation and those it must work with.
_TLP_AMBER = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "created": "2017-01-20T00:00:00.000Z",
    "definition_type": "tlp",
    "name": "TLP:AMBER",
    "definition": {"tlp": "amber"},
}
_MAKER = "tppo-watch"


def stix_bundle(cases: Sequence[Dossier]) -> dict[str, Any]:
    """`cases` as a STIX 2.1 bundle: for each a report on the text as observed, and a note with the reasons.

    References
    ----------
    OASIS, STIX Version 2.1, 10 June 2021.
    """
    started = min((case.record.first_seen for case in cases), default=datetime(2020, 1, 1, tzinfo=UTC))
    maker = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{uuid5(NAMESPACE, _MAKER)}",
        "created": _stix_time(started),
        "modified": _stix_time(started),
        "name": _MAKER,
        "identity_class": "system",
    }
    objects: dict[str, dict[str, Any]] = {each["id"]: each for each in (_TLP_AMBER, maker)}
    for case in cases:
        objects.update((each["id"], each) for each in _stix_objects(case, maker["id"]))
    name = " ".join(sorted(objects))
    return {"type": "bundle", "id": f"bundle--{uuid5(NAMESPACE, name)}", "objects": list(objects.values())}


def _stix_objects(case: Dossier, maker: str) -> list[dict[str, Any]]:
    words, record = Phrases(case.lang), case.record
    common = {
        "spec_version": "2.1",
        "created_by_ref": maker,
        "created": _stix_time(record.first_seen),
        "modified": _stix_time(record.last_seen),
        "lang": case.lang,
        "object_marking_refs": [_TLP_AMBER["id"]],
    }
    seen = _observables(case)
    observed = {
        "type": "observed-data",
        "id": f"observed-data--{_id_of(case, 'observed-data')}",
        **common,
        "first_observed": _stix_time(record.first_seen),
        "last_observed": _stix_time(record.last_seen),
        "number_observed": record.copies + 1,
        "object_refs": [each["id"] for each in seen],
    }
    note = {
        "type": "note",
        "id": f"note--{_id_of(case, 'note')}",
        **common,
        "abstract": words("statement_help" if case.is_assistance else "statement"),
        "content": "\n".join(_reasoning(case, words)),
        "object_refs": [observed["id"]],
    }
    report = {
        "type": "report",
        "id": f"report--{_id_of(case, 'report')}",
        **common,
        "name": words("dossier_of", record.id),
        "description": words("confidential"),
        "report_types": ["observed-data"],
        "published": _stix_time(record.last_seen),
        "labels": _labels(case),
        "object_refs": [observed["id"], note["id"], *observed["object_refs"]],
    }
    return [*seen, observed, note, report]


def _observables(case: Dossier) -> list[dict[str, Any]]:
    content = case.assessment.text.encode("utf-8", "replace")
    found: list[dict[str, Any]] = [
        {
            "type": "artifact",
            "mime_type": "text/plain",
            "payload_bin": base64.b64encode(content).decode(),
            "hashes": {"SHA-256": sha256(content).hexdigest()},
        }
    ]
    if case.record.url:
        found.append({"type": "url", "value": case.shown(case.record.url)})
    key = {"artifact": ("hashes", "payload_bin"), "url": ("value",)}
    for each in found:
        named = {name: each[name] for name in key[each["type"]]}
        canonical = json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        each["spec_version"] = "2.1"
        each["id"] = f"{each['type']}--{uuid5(_OBSERVABLES, canonical)}"
    return found


def misp_events(cases: Sequence[Dossier]) -> dict[str, Any]:
    """`cases` as MISP events, for the importing organisation only, unpublished, nothing marked for detection.

    References
    ----------
    MISP core format, draft-14: https://www.misp-standard.org/rfc/misp-standard-core.html
    """
    return {"response": [{"Event": _event(case)} for case in cases]}


def _event(case: Dossier) -> dict[str, Any]:
    words, record = Phrases(case.lang), case.record
    time = str(int(record.last_seen.timestamp()))
    rows = [
        ("text", "Other", case.assessment.text, words("text")),
        ("link", "External analysis", case.shown(record.url or ""), words("address")),
        ("sha256", "External analysis", case.text_sha256, words("hash")),
        *(("sha256", "External analysis", file.sha256, file.name) for file in case.evidence),
        ("comment", "Other", "\n".join(_reasoning(case, words)), words("indicators")),
        ("comment", "Other", words("statement_help" if case.is_assistance else "statement"), ""),
    ]
    attributes = [
        {
            "uuid": str(_id_of(case, f"attribute {number}")),
            "type": kind,
            "category": category,
            "value": value,
            "comment": comment,
            "to_ids": False,
            "distribution": "5",  # as the event
            "timestamp": time,
        }
        for number, (kind, category, value, comment) in enumerate(rows)
        if value
    ]
    return {
        "uuid": str(_id_of(case, "event")),
        "info": words("dossier_of", record.id),
        "date": f"{record.first_seen.astimezone(UTC):%Y-%m-%d}",
        "timestamp": time,
        "threat_level_id": "4",  # undefined: a score is no threat level
        "analysis": "2" if case.reviews else "0",
        "distribution": "0",
        "published": False,
        "Tag": [{"name": "tlp:amber"}, *({"name": label} for label in _labels(case))],
        "Attribute": attributes,
    }


def _labels(case: Dossier) -> list[str]:
    asserted = (match.id for match in case.assessment.indicators if match.scope == "asserted")
    signs = [] if case.is_assistance else [f"tppo-indicator:{name}" for name in dict.fromkeys(asserted)]
    return [f"tppo-lane:{case.record.lane}", *(f"tppo-type:{kind}" for kind in case.types), *signs]


def _reasoning(case: Dossier, words: Phrases) -> list[str]:
    """What was noticed and what a reviewer said of it; no score."""
    lines = [f"{words('hash')}: {case.text_sha256}"]
    lines += [f"{words('hash_of', e.name, words.number(e.size))}: {e.sha256}" for e in case.evidence]
    for match in case.assessment.indicators:
        scope = words.term("scopes", match.scope)
        lines.append(f"{words.rule(match.id)} ({scope}): “{' '.join(match.text.split())}”")
    lines += [f"{words('counter')}: {words.rule(match.id)}" for match in case.assessment.counter]
    lines += [f"? {words.question(name)}" for name in case.assessment.missing]
    lines += [f"{n.at.isoformat()} {n.decision}: {case.shown(n.reason)}".rstrip(": ") for n in case.reviews]
    return lines


def _id_of(case: Dossier, part: str) -> UUID:
    """Of the post, not of a row: two databases that hold one post name it alike."""
    record = case.record
    return uuid5(NAMESPACE, "\n".join((part, record.source_id, record.native_id, case.text_sha256)))


def _stix_time(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"
