"""``tppo-watch store``: the database as a whole: backup, return, and the key of the author hashes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .output import print_json, print_table, say
from .scan import progress

if TYPE_CHECKING:
    from ..storage.transfer import TableCopy

app = typer.Typer(help="The database: backup, restore, rotate-key, retain.", no_args_is_help=True)

CONFIG = Path("tppo.toml")

Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The SQLite file to write; one that is there is replaced.")],
    config: Config = CONFIG,
) -> None:
    """Write the whole database into one SQLite file, while it is in use. The key of the authors is not in it.

    Example: tppo-watch store backup tppo-2026-11-24.db
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        watch.upkeep.back_up(file)
        key = watch.settings.privacy.key_file
    say(f"wrote {file}; keep a copy of {key} too, in another place")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")], json: Json = False, config: Config = CONFIG
) -> None:
    """Fill the database of the settings, which must be new or empty, from a backup; every row is checked.

    Example: tppo-watch store restore tppo-2026-11-24.db
    """
    from ..config import load_settings
    from ..storage import transfer

    url = load_settings(config).storage.url
    with progress() as on_progress:
        copied = transfer.restore(file, url, on_progress=on_progress)
    show_copies(copied, json)


def show_copies(copied: Iterable[TableCopy], json: bool) -> None:
    """What was copied, a line a table."""
    if json:
        print_json([{"table": copy.table, "rows": copy.rows, "sha256": copy.digest} for copy in copied])
    else:
        rows = [[copy.table, f"{copy.rows:,}", copy.digest[:16]] for copy in copied if copy.rows]
        print_table(("table", "rows", "digest"), rows)


@app.command("rotate-key")
def rotate_key(
    lost: Annotated[
        bool, typer.Option("--lost", help="The old key is gone: posts from now on link with none so far.")
    ] = False,
    config: Config = CONFIG,
) -> None:
    """Add a key for the hashes of authors; the links between posts stay.

    Example: tppo-watch store rotate-key
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        path = watch.settings.privacy.key_file
        if lost:
            watch.upkeep.give_up_key()
            say(f"{path} counts from now on; keep a copy of it in another place")
        else:
            authors = watch.upkeep.rotate_key()
            say(f"hashed {authors:,} authors again; keep a copy of {path} in another place")


@app.command()
def retain(json: Json = False, config: Config = CONFIG) -> None:
    """Remove what is older than [retention] allows. Every scan does so as well.

    Example: tppo-watch store retain
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        removed = watch.upkeep.retain()
    if json:
        print_json(removed)
    elif removed:
        print_table(("table", "rows removed"), [[table, f"{rows:,}"] for table, rows in removed.items()])
    else:
        print("Nothing is older than it may become.")
