"""Offers in the guise of a warning or a success story, and the real thing."""

from __future__ import annotations

import json
from pathlib import Path

import tppo_watch

CASES = Path(__file__).parents[1] / "cases" / "wrapped.jsonl"


def test_a_guise_hides_no_offer_and_a_warning_is_no_suspect() -> None:
    """Nine in ten offers that hide reach medium, and nobody who warns, reports, asks or jokes does."""
    rows = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    found = tppo_watch.load().assess_many(row["text"] for row in rows)
    up = {row["id"]: a.level in ("medium", "high") for row, a in zip(rows, found, strict=True)}
    hidden = [is_up for id, is_up in up.items() if id.startswith("wrapped")]
    assert len(hidden) == 30 and sum(hidden) >= 27
    assert not any(is_up for id, is_up in up.items() if id.startswith("plain"))
