"""``tppo-watch models``: which models there are, and whether their files are what they should be."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..errors import ModelError
from .output import print_json, print_table

app = typer.Typer(help="List and verify models.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]


@app.command("list")
def list_models(json: Json = False) -> None:
    """List the installed models, the default first.

    Example: tppo-watch models list --json
    """
    from ..classifiers import store

    rows = []
    for name in store.installed():
        config = store.read_model(name).config
        rows.append({"name": name, "model": config["name"], "folder": str(store.locate(name))})
    _show(rows, json)


@app.command()
def verify(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Names or folders; none: all installed.")
    ] = None,
    json: Json = False,
) -> None:
    """Compare every file of a model with the digest in its manifest. Exits 1 where one differs.

    Example: tppo-watch models verify
    """
    from ..classifiers import store

    rows = []
    for name in models or store.installed() or [store.DEFAULT]:
        try:
            checked = sum(1 for _ in store.checked_files(store.locate(name)))
            rows.append({"name": name, "ok": True, "files": checked})
        except ModelError as exc:
            rows.append({"name": name, "ok": False, "problem": exc.message})
    _show(rows, json)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


def _show(rows: list[dict[str, Any]], json: bool) -> None:
    if json:
        print_json(rows)
        return
    columns = list(dict.fromkeys(name for row in rows for name in row))
    print_table(columns, ([_cell(row.get(column, "")) for column in columns] for row in rows))


def _cell(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)
