"""``tppo-watch users``: who may sign in to the console."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from .output import print_json, print_table, say

if TYPE_CHECKING:
    from ..review import User

app = typer.Typer(help="Reviewers of the console: add, list, disable, reset.", no_args_is_help=True)


class RoleOption(StrEnum):
    reader = "reader"
    reviewer = "reviewer"
    lead = "lead"
    admin = "admin"


Config = Annotated[Path, typer.Option("--config", help="The settings file.")]
Name = Annotated[str, typer.Argument(help="Name to sign in with.")]
CONFIG = Path("tppo.toml")


@app.command()
def add(
    name: Name,
    role: Annotated[
        RoleOption, typer.Option("--role", help="What they may do: reader < reviewer < lead < admin.")
    ] = RoleOption.reviewer,
    config: Config = CONFIG,
) -> None:
    """Add somebody. The password is asked for, or read from standard input: a line, never an argument.

    There is no account before the first one is made here; it should be an admin.

    Example: tppo-watch users add ani --role admin
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        chosen: Any = str(role)
        user = watch.accounts.add(None, name, chosen, _password(), now=watch.now())
        if role != RoleOption.admin and not any(u.role == "admin" for u in watch.accounts.listed()):
            say("there is no admin yet; make one with: tppo-watch users add NAME --role admin")
    say(f"added {user.name} as {user.role}")


@app.command("list")
def list_users(
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
    config: Config = CONFIG,
) -> None:
    """List everybody who ever could sign in.

    Example: tppo-watch users list
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        users = watch.accounts.listed()
    if json:
        print_json([_line(user) for user in users])
    elif users:
        columns = ("id", "name", "role", "state", "last sign-in")
        print_table(columns, [[str(cell) for cell in _line(user).values()][: len(columns)] for user in users])
    else:
        print("There is nobody yet; make the first one with: tppo-watch users add NAME --role admin")


def _line(user: User) -> dict[str, Any]:
    last = user.last_sign_in.isoformat(timespec="minutes") if user.last_sign_in else ""
    state = "active" if user.is_active else "disabled"
    return {
        "id": user.id,
        "name": user.name,
        "role": user.role,
        "state": state,
        "last_sign_in": last,
        "created": user.created.isoformat(timespec="minutes"),
    }


@app.command()
def disable(name: Name, config: Config = CONFIG) -> None:
    """Close an account: sessions end at once, what the person did stays. `reset` opens it again.

    Example: tppo-watch users disable ani
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        user = watch.accounts.disable(None, watch.accounts.named(name).id, now=watch.now())
    say(f"disabled {user.name}")


@app.command()
def reset(
    name: Name,
    role: Annotated[RoleOption | None, typer.Option("--role", help="Also a new role.")] = None,
    config: Config = CONFIG,
) -> None:
    """Set a new password, asked for or read from standard input; sessions end, a closed account opens.

    Example: tppo-watch users reset ani
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        found = watch.accounts.named(name)
        user = watch.accounts.reset(None, found.id, _password(), now=watch.now())
        if role is not None:
            chosen: Any = str(role)
            user = watch.accounts.set_role(None, user.id, chosen, now=watch.now())
    say(f"new password for {user.name}, {user.role}")


def _password() -> str:
    """Typed twice and not shown on a terminal; else the first line of standard input."""
    if sys.stdin.isatty():
        import getpass

        first = getpass.getpass("password: ", sys.stderr)
        if getpass.getpass("again: ", sys.stderr) != first:
            raise InputError("the two passwords differ; try again", item="password")
        return first
    return sys.stdin.readline().rstrip("\r\n")
