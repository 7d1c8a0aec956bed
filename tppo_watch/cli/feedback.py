"""``tppo-watch alerts feedback``: what reviewers decided, for training and for those who write rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .output import called, print_json, print_table, say

CONFIG = Path("tppo.toml")


def feedback(
    out: Annotated[Path, typer.Option("--out", help="Folder of train.jsonl, test.jsonl.")],
    json: Annotated[bool, typer.Option("--json", help="JSON instead of tables.")] = False,
    config: Annotated[Path, typer.Option("--config", help="The settings file.")] = CONFIG,
) -> None:
    """Write settled decisions as training records; say which rules fired in vain, how many alerts held.

    Example: tppo-watch alerts feedback --out umpan-balik
    """
    from dataclasses import asdict

    from ..io.writing import dumps, replacing
    from ..review.feedback import rule_figures
    from ..watch import open_watch

    out.mkdir(parents=True, exist_ok=True)
    with open_watch(config) as watch:
        records = watch.training_records()
        weeks, said = watch.confirmed_by_week(), watch.agreement()
    for split in ("train", "test"):
        with replacing(out / f"{split}.jsonl") as file:
            file.writelines(dumps(one).encode() + b"\n" for one in records if one["split"] == split)
    rules = rule_figures(records)
    if json:
        print_json(
            {
                "records": len(records),
                "rules": [asdict(rule) for rule in rules],
                "weeks": [{**asdict(week), "monday": week.monday.isoformat()} for week in weeks],
                "agreement": asdict(said),
            }
        )
        return
    if weeks:
        columns = ("week of", "level", "decided", "confirmed", "share", "interval")
        cells = [
            [
                str(week.monday),
                week.level,
                str(week.decided),
                str(week.confirmed),
                f"{week.precision:.2f}",
                f"{week.low:.2f}-{week.high:.2f}",
            ]
            for week in weeks
        ]
        print_table(columns, cells)
    if rules:
        print_table(("rule", "fired", "in vain"), [[r.id, str(r.fired), str(r.false_alarms)] for r in rules])
    say(f"wrote {len(records)} records; train with: {called()} train models/corpus {out}/train.jsonl")
