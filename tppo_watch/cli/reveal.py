"""Numbers on the command line: masked, unless somebody says why, which is logged."""

from __future__ import annotations

from typing import Annotated

import typer

Reveal = Annotated[bool, typer.Option("--reveal", help="Show phone and identity numbers, for a --reason.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why numbers are shown; it is logged.")]


def reason_for(reveal: bool, reason: str | None) -> str | None:
    """Why numbers are shown; None where they are not.

    Raises
    ------
    typer.BadParameter
        Where they are to be shown and no reason is given.
    """
    if not reveal:
        return None
    if not (reason and reason.strip()):
        raise typer.BadParameter("numbers are shown for a reason only; give it with --reason")
    return reason
