"""``tppo-watch signals terms``: words that rise inside flagged posts, offered as rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .alerts import CONFIG, Config, Json
from .output import one_line, print_json, print_table, say, shown

if TYPE_CHECKING:
    from ..review.terms import TermItem

app = typer.Typer()

Number = Annotated[int, typer.Argument(metavar="TERM", help="Its number in the list.")]
Note = Annotated[str, typer.Option("--note", help="Why, in a sentence.")]


@app.callback(invoke_without_command=True)
def terms(
    context: typer.Context,
    find: Annotated[
        bool, typer.Option("--find", help="Look for new ones now; a scan does once a day.")
    ] = False,
    decided: Annotated[bool, typer.Option("--decided", help="Those that were accepted or refused.")] = False,
    json: Json = False,
    config: Config = CONFIG,
) -> None:
    """Words, places and employers that rise inside flagged posts, the surest first; never a person.

    Example: tppo-watch signals terms
    """
    if context.invoked_subcommand is not None:
        return
    from ..watch import open_watch

    with open_watch(config) as watch:
        if find:
            watch.find_terms(is_forced=True)
        items = watch.term_desk.listed(None, is_decided=decided)
    if json:
        print_json([_line(item) for item in items])
    elif not items:
        say("no term was decided yet" if decided else "no new term rises")
    else:
        columns = ("id", "term", "kind", "voices", "elsewhere", "since", "state", "example")
        print_table(columns, [_row(item) for item in items], widths={"example": 40})


def _line(item: TermItem) -> dict[str, Any]:
    record = item.record
    numbers = {name: record.numbers[name] for name in ("voices", "others", "weeks", "since", "score")}
    about = {"id": record.id, "term": record.text, "kind": record.kind, "status": record.status}
    return about | numbers | {"examples": list(item.examples), "rule": dict(record.rule)}


def _row(item: TermItem) -> list[str]:
    record, numbers = item.record, item.record.numbers
    example = item.examples[0] if item.examples else ""
    counts = [str(numbers["voices"]), str(numbers["others"]), numbers["since"]]
    return [str(record.id), record.text, record.kind, *counts, record.status, one_line(example)]


@app.command()
def show(term: Number, config: Config = CONFIG) -> None:
    """Print a term as the rule that would find it: YAML in the form of the knowledge data, with examples.

    Example: tppo-watch signals terms show 4
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        print(shown(watch.term_desk.get(None, term).yaml), end="")


@app.command()
def accept(term: Number, note: Note = "", config: Config = CONFIG) -> None:
    """Make a term an indicator: its rule goes into the folder of own rules, and holds from the next scan on.

    Example: tppo-watch signals terms accept 4
    """
    _decide(term, "accept", note, config)


@app.command()
def refuse(term: Number, note: Note = "", config: Config = CONFIG) -> None:
    """Say that a term is none; it is not offered again.

    Example: tppo-watch signals terms refuse 5
    """
    _decide(term, "refuse", note, config)


def _decide(term: int, kind: Any, note: str, config: Any) -> None:
    from ..watch import open_watch

    with open_watch(config) as watch:
        act = watch.term_desk.decide(None, term, kind, now=watch.now(), note=note)
        record = watch.term_desk.get(None, term).record
    done = f"wrote {record.rule['id']}.yaml; " if record.status == "accepted" else ""
    say(f"{done}act {act.id}; signals terms undo {act.id} takes it back")


@app.command()
def undo(
    act: Annotated[int, typer.Argument(help="Number of the act.")],
    config: Config = CONFIG,
) -> None:
    """Take a decision on a term back; its rule holds no longer, or again.

    Example: tppo-watch signals terms undo 31
    """
    from ..watch import open_watch

    with open_watch(config) as watch:
        made = watch.term_desk.undo(None, act, now=watch.now())
    say(f"act {act} no longer holds (act {made.id})")
