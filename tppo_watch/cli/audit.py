"""``tppo-watch audit``: whether the log of who did what is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .output import print_json

app = typer.Typer(help="The log of who did what: verify.", no_args_is_help=True)

CONFIG = Path("tppo.toml")


@app.command()
def verify(
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a line.")] = False,
    config: Annotated[Path, typer.Option("--config", help="The settings file.")] = CONFIG,
) -> None:
    """Check the chain of the log, its anchor and every act; exits 1 and names the first bad record.

    Example: tppo-watch audit verify
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        count = watch.verify_audit()
        anchor = watch.settings.audit.anchor
    if json:
        print_json({"records": count, "anchor": str(anchor)})
    else:
        print(f"{count:,} records, whole and as anchored in {anchor}")
