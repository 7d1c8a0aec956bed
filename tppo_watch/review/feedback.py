"""Settled decisions as training records in the form of ``docs/guideline.md``, no campaign in both splits.

A post in dispute, unclear, or marked a duplicate teaches nothing and stays out. Of a false alarm the record
names the rules that fired, the strongest first.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..alerts.masking import MASK, masked
from ..storage import Store, findings
from ..storage import alerts as stored_alerts
from ..storage.alerts import AlertRecord
from ..storage.findings import Fired
from ..storage.posts import chunks
from .figures import UNTELLING
from .records import State
from .replay import from_stored

_STANCES = {"warning": "warning", "news": "news"}
_LEAST_TYPE = 0.5  # an exploitation type is named where it is likelier than not


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """How often an indicator fired in decided alerts, and in how many of them for nothing."""

    id: str
    fired: int
    false_alarms: int


def training_records(
    store: Store, campaigns_of: Callable[[Connection, Sequence[int]], Mapping[int, str]]
) -> Iterator[dict[str, Any]]:
    """A record for each settled alert, by id. Numbers in the texts are made unreal: hidden digits read 0.

    `campaign` groups what must not be split; `split` is ``train`` or ``test``, the same for a whole campaign,
    for ever.
    """
    with store.read() as connection:
        states = {row.alert_id: from_stored(row) for row in findings.latest(connection, without=UNTELLING)}
        for chunk in chunks(list(states)):
            campaigns = campaigns_of(connection, chunk)
            for record in stored_alerts.several(connection, chunk):
                yield record_of(record, states[record.id], campaigns.get(record.id))


def rule_figures(records: Iterable[Mapping[str, Any]]) -> list[RuleFigure]:
    """Which indicators fired in vain in training records, the worst first."""
    fired: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for record in records:
        ids = {rule["id"] for rule in record["fired"]}
        fired.update(ids)
        if record["label"] != "trafficking" and not record.get("assistance"):
            false.update(ids)
    figures = [RuleFigure(id, count, false[id]) for id, count in fired.items()]
    return sorted(figures, key=lambda figure: (-figure.false_alarms, -figure.fired, figure.id))


def recent_rule_figures(store: Store, *, since: datetime, limit: int) -> list[RuleFigure]:
    """As `rule_figures`, of the last `limit` settled alerts among those first seen since a moment."""
    with store.read() as connection:
        rows = findings.latest(connection, without=UNTELLING, since=since, limit=limit)
        fired = findings.fired(connection, [row.alert_id for row in rows])
    return rule_figures(_verdict(from_stored(row), fired[row.alert_id]) for row in rows)


def _verdict(state: State, fired: Fired) -> dict[str, Any]:
    """What of a training record tells whether its rules fired in vain."""
    label, _, is_help = _finding(state, fired.stance)
    return {"label": label, "assistance": is_help, "fired": _fired(fired.indicators)}


def _fired(indicators: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    asserted = [match for match in indicators if match["scope"] == "asserted"]
    return sorted(asserted, key=lambda match: -match["weight"])


def record_of(record: AlertRecord, state: State, campaign: str | None) -> dict[str, Any]:
    """One training record. Pure."""
    body = record.assessment
    label, stance, is_help = _finding(state, body["stance"])
    text = masked(record.text, body["entities"]).replace(MASK, "0")
    group = campaign or f"text {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"
    out: dict[str, Any] = {
        "id": f"review-{record.id}",
        "text": text,
        "label": label,
        "stance": stance,
        "types": _types(body["exploitation"]) if label == "trafficking" else [],
        "risk": _risk(label, body["level"]),
        "channel": "other",
        "lang": [body["lang"]],
        "spans": _spans(body, is_case=label == "trafficking"),
        "note": f"review: {state.reason or state.verdict}",
        "campaign": group,
        "split": "train" if hashlib.sha256(group.encode()).digest()[0] < 192 else "test",
        "seen_by": max(1, len(state.opinions) + state.is_settled),
        "fired": [{"id": match["id"], "weight": match["weight"]} for match in _fired(body["indicators"])],
    }
    if is_help:
        out["assistance"] = True
    return out


def _finding(state: State, stance: str) -> tuple[str, str, bool]:
    """Label, stance and need of help as the guideline has them."""
    if state.verdict == "take_up":
        return "trafficking", "offer", state.needs_help
    if state.verdict == "needs_help":
        # Who asks for help offers nothing; an offer in which somebody is in danger is an offer still.
        return ("trafficking", "offer", True) if stance == "offer" else ("benign", stance, True)
    if state.reason == "fraud":
        return "fraud", "offer", state.needs_help
    return "benign", _STANCES.get(state.reason or "", stance), state.needs_help


def _types(exploitation: Mapping[str, float]) -> list[str]:
    likely = [(value, name) for name, value in exploitation.items() if value >= _LEAST_TYPE]
    return [name for value, name in sorted(likely, key=lambda pair: (-pair[0], pair[1]))]


def _risk(label: str, level: str) -> str:
    if label == "trafficking":
        return level if level in ("high", "medium") else "medium"
    return "low" if label == "fraud" else "none"


def _spans(body: Mapping[str, Any], *, is_case: bool) -> list[dict[str, Any]]:
    """What was found where. Whether the signs of a false alarm were rightly seen nobody has said."""
    named = [("entity", found["kind"], found) for found in body["entities"]]
    if is_case:
        asserted = (found for found in body["indicators"] if found["scope"] == "asserted")
        named += [("indicator", found["id"], found) for found in asserted]
        named += [("counter", found["id"], found) for found in body["counter"]]
    spans = [{"kind": kind, "id": id, "start": f["start"], "end": f["end"]} for kind, id, f in named]
    return sorted(spans, key=lambda span: (span["start"], span["end"], span["kind"], span["id"]))
