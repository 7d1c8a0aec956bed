"""The entry point: which commands there are, and how each way of ending becomes a line and an exit code.

0 done, 1 could not do it, 2 called wrongly, 3 done but some sources or rows failed (`typer.Exit(3)`).
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from .. import __version__
from ..errors import WatchError
from .output import say

#: Command -> what the first page says of it. `tppo_watch.cli.<command>`, with `_` for `-`, holds a function
#: of that name or a `typer.Typer` named `app`. It is imported when the command is called: --help stays fast.
COMMANDS = {
    "score": "Score posts from files or standard input.",
    "explain": "Explain one post: indicators, reasons, and what to check.",
    "scan": "Fetch all due sources once, assess, store, group and alert.",
    "rescore": "Assess stored posts anew, and say what differs.",
    "sources": "The sources, and how each fared lately.",
    "alerts": "The alerts.",
    "brief": "The bulletin of a province for a week or a month.",
    "posts": "Every post that is kept: search, history, purge.",
    "signals": "What rises over time, by place, kind and source.",
    "users": "Reviewers of the console: add, list, disable, reset.",
    "audit": "Check the log of every decision for tampering.",
    "console": "The review console on 127.0.0.1.",
    "campaigns": "Groups of posts by one recruiter.",
    "store": "The database: backup, restore, keys.",
    "migrate-store": "Copy everything into another database, such as PostgreSQL.",
    "train": "Train a model from a corpus.",
    "evaluate": "Measure a model on labelled posts.",
    "models": "List and verify models.",
    "doctor": "Say what is installed, what is missing and how to get it.",
}

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``tppo-watch`` with `argv`; the exit code. Never raises, and prints no traceback."""
    if sys.stderr is None:  # closed by the caller: there is nowhere to complain
        return 1
    if sys.stdout is None:
        return _complain("standard output is closed", 1)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a sign shows that it lacks it
            stream.reconfigure(errors="replace")
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return code
    except typer.TyperException as exc:
        # A group called without a command has printed its help and has no more to say.
        message = exc.format_message()
        return _complain(f"{message}{_hint(exc)}", exc.exit_code) if message else exc.exit_code
    except BrokenPipeError:
        # Whoever read our output, such as `head`, has enough. What is still buffered must go nowhere, or the
        # interpreter complains when it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort) as exc:
        return _complain(_noted("stopped", exc), 1)
    except WatchError as exc:
        return _complain(_noted(str(exc), exc), 1)
    except OSError as exc:
        where = f"{os.fsdecode(exc.filename)}: " if isinstance(exc.filename, (str, bytes)) else ""
        return _complain(_noted(f"{where}{exc.strerror or exc}", exc), 1)
    except Exception as exc:  # the last edge: a fault of ours is one line too, its trace is in the log of -v
        _log.debug("unexpected", exc_info=True)
        return _complain(f"unexpected {type(exc).__name__}: {exc}; -vv shows where; please report it", 1)


def _run(argv: list[str]) -> int:
    command = build()
    try:
        with command.make_context("tppo-watch", argv) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0


def _noted(message: str, exc: BaseException) -> str:
    """The message with what was noted on the error on its way, such as what to do now."""
    return "; ".join([message, *getattr(exc, "__notes__", ())])


def _complain(message: str, code: int) -> int:
    say(message)
    return code


def _hint(exc: typer.TyperException) -> str:
    context = getattr(exc, "ctx", None)
    return f" (see: {context.command_path} --help)" if context is not None else ""


def build() -> TyperGroup:
    """The command tree; only the commands that are called load their modules."""
    app = typer.Typer(
        name="tppo-watch",
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Example: tppo-watch explain 'Loker admin Poipet, gaji 12jt, paspor diurus'",
    )
    app.callback(invoke_without_command=True)(_front)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    for name, summary in COMMANDS.items():
        group.add_command(_Deferred(name, help=summary))
    return group


def _front(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Find indicators of trafficking recruitment in Indonesian posts, with reasons, for human review.

    A score is not an accusation: a person decides.
    """
    if version:
        print(__version__)
    elif context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


class _Deferred(TyperCommand):
    """Stands for a command on the first page; the command itself is loaded when it is called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        assert self.name is not None
        return load_command(self.name).make_context(info_name, args, parent, **extra)


def load_command(name: str) -> TyperCommand | TyperGroup:
    """The real command `name`, with ``-v`` added to it or to each of its subcommands."""
    identifier = name.replace("-", "_")
    module = import_module(f"{__package__}.{identifier}")
    app = typer.Typer()
    app.callback()(lambda: None)  # makes it a group, however many commands it gets
    if hasattr(module, "app"):
        app.add_typer(module.app, name=name)
    else:
        app.command(name)(getattr(module, identifier))
    command = typer.main.get_command(app).commands[name]
    _add_verbose(command)
    return command


def _add_verbose(command: Any) -> None:
    for below in getattr(command, "commands", {}).values():
        _add_verbose(below)
    if not hasattr(command, "commands") or command.invoke_without_command:
        command.params.append(_verbose_option())


def _verbose_option() -> Any:
    app = typer.Typer()
    app.command()(_verbose)
    return typer.main.get_command(app).params[0]


def _start_logs(count: int) -> int:
    from .logs import start

    start(count)
    return count


def _verbose(
    verbose: Annotated[
        int,
        typer.Option(
            "-v",
            "--verbose",
            count=True,
            expose_value=False,
            callback=_start_logs,
            help="Structured logs on standard error; twice for more.",
        ),
    ] = 0,
) -> None:
    """Exists for its option, which is added to every command."""
