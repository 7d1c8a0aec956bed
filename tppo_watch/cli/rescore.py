"""``tppo-watch rescore``: stored posts assessed anew, and what would differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .output import print_json, print_table, say
from .scan import CONFIG

LISTED = 50


def rescore(
    config: Annotated[Path, typer.Option("--config", help="The settings file.")] = CONFIG,
    apply: Annotated[
        bool, typer.Option("--apply", help="Keep the new assessments and raise what follows from them.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Every change as JSON.")] = False,
) -> None:
    """Assess stored posts anew after a change of model or rules, and say what differs.

    Nothing is kept without --apply. With it, posts that have no alert may get one and waiting alerts may
    change their lane; what somebody decided stays decided, and nothing that waits is taken away.

    Example: tppo-watch rescore --config tppo.toml
    """
    from ..scan.rescore import Tally
    from ..watch import open_watch

    tally = Tally()
    with open_watch(config) as opened:
        changes = list(opened.rescore(is_applied=apply, tally=tally))
    if json:
        print_json([asdict(change) for change in changes])
    elif changes:
        print_table(
            ("post", "source", "alert", "level", "risk", "for the queue"),
            (
                (
                    str(change.post_id),
                    change.source_id,
                    "" if change.alert_id is None else str(change.alert_id),
                    " → ".join(change.level),
                    " → ".join(f"{risk:.3f}" for risk in change.risk),
                    change.effect,
                )
                for change in changes[:LISTED]
            ),
        )
    effects = Counter(change.effect for change in changes)
    counts = ", ".join(f"{number} {effect}" for effect, number in sorted(effects.items())) or "nothing"
    say(f"{tally.posts:,} posts read, {len(changes):,} differ: {counts}")
    if changes and not apply:
        say("nothing was kept; --apply keeps it")
