"""``tppo-watch migrate-store``: everything into another database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .output import say
from .scan import progress
from .store import CONFIG, show_copies


def migrate_store(
    url: Annotated[str, typer.Argument(help="Address of an empty database.")],
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
    config: Annotated[Path, typer.Option("--config", help="The settings file.")] = CONFIG,
) -> None:
    """Copy everything into another database, such as PostgreSQL, and check every row. The old one stays.

    Example: tppo-watch migrate-store postgresql+psycopg://tppo@localhost/tppo
    """
    from ..watch import open_watch

    with open_watch(config) as watch, progress() as on_progress:
        copied = watch.upkeep.copy_to(url, on_progress=on_progress)
    show_copies(copied, json)
    say(f"both agree; now write the new address into [storage] url of {config}")
