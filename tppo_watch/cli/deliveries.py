"""``tppo-watch alerts deliveries`` and ``alerts resend``: what was said to whom, and what could not be."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from .output import print_json, print_table, say

CONFIG = Path("tppo.toml")
Config = Annotated[Path, typer.Option("--config", help="The settings file.")]


class MessageStateOption(StrEnum):
    waiting = "waiting"
    sent = "sent"
    dead = "dead"
    empty = "empty"


def deliveries(
    state: Annotated[MessageStateOption | None, typer.Option("--state", help="Only these.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
    config: Config = CONFIG,
) -> None:
    """List the messages to the channels of [[notify]], the latest first; dead ones were given up.

    Example: tppo-watch alerts deliveries --state dead
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        found = watch.deliveries.listed(state=None if state is None else str(state), limit=limit)
    lines: list[dict[str, Any]] = [
        {
            "id": message.id,
            "channel": message.channel,
            "kind": message.kind,
            "state": message.state,
            "parts": parts,
            "attempts": message.attempts,
            "created": message.created.isoformat(timespec="seconds"),
            "error": message.error or "",
        }
        for message, parts in found
    ]
    if json:
        print_json(lines)
    elif lines:
        print_table(list(lines[0]), [[str(cell) for cell in line.values()] for line in lines])
    else:
        print("There are no messages.")


def resend(
    ids: Annotated[list[str], typer.Argument(help="Ids from the list of deliveries.")],
    config: Config = CONFIG,
) -> None:
    """Send dead messages again, under the same ids, with the next scan.

    Example: tppo-watch alerts resend 3f2ac09b7d5e41a8b6c0d9e8f7a6b5c4
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        for id in ids:
            watch.deliveries.resend(None, id, now=watch.now())
    say(f"waiting again: {len(ids)}")
