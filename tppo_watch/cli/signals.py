"""``tppo-watch signals``: days on which a series had more posts than was to be expected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..io.reading import InputFormat, read_rows
from . import terms
from .files import Files, check_readable, input_format, shown_name
from .output import print_json, print_table, say, tracked
from .signal_review import dismiss, feedback, list_signals, show, take_up, undo

if TYPE_CHECKING:
    from ..signals.table import Gathered

app = typer.Typer()
for command in (list_signals, show, take_up, dismiss, undo, feedback):
    app.command(command.__name__.removesuffix("_signals").replace("_", "-"))(command)
app.add_typer(terms.app, name="terms")

# The day that has begun somewhere in Indonesia; a row of a later one comes from the future.
_EASTERNMOST = timezone(timedelta(hours=9))
_LISTED = 20  # bad rows, each on a line of its own


@app.callback(invoke_without_command=True)
def signals(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Daily counts: date,series,count; - is standard input."),
    ] = None,
    format: Annotated[
        InputFormat | None, typer.Option(help="Format of the file, where the ending does not say: else csv.")
    ] = None,
    method: Annotated[str | None, typer.Option(help="How to judge; see docs/signals.md.")] = None,
    max_q: Annotated[
        float | None, typer.Option(help="Accepted rate of false discoveries among the signals of a day.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Of a file: judge this day and later ones only."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Of the database: how many days to judge.")] = 7,
    json: Annotated[
        bool, typer.Option("--json", help="JSON instead of a table; a file always gives JSON.")
    ] = False,
    config: Annotated[Path, typer.Option("--config", help="The settings file.")] = Path("tppo.toml"),
) -> None:
    """Days on which a series had more posts than was to be expected: of the database, or of a file.

    A file gives one line of JSON a day and series that is above. A day without a row is an outage and stays
    unknown; a row that says 0 is a calm day. Exits 3 when some rows could not be used.

    Example: tppo-watch signals --from counts.csv
    """
    if context.invoked_subcommand is not None:
        if source is not None:
            raise typer.BadParameter(f"--from stands alone, without {context.invoked_subcommand}")
        return
    _check(method, max_q)
    if source is None:
        _stored(config, days, method, max_q, json)
        return
    check_readable(source)
    kind = format or ("csv" if source == "-" else input_format(source, None))
    _judge(_gathered(source, kind), method, max_q, since.date() if since else None)


def _check(method: str | None, max_q: float | None) -> None:
    from ..signals.methods import METHODS

    if method is not None and method not in METHODS:
        raise typer.BadParameter(f"there is no method {method!r}; there are: {', '.join(METHODS)}")
    if max_q is not None and not 0 < max_q < 1:
        raise typer.BadParameter("--max-q is a rate between 0 and 1, such as 0.01")


def _stored(config: Path, days: int, method: str | None, max_q: float | None, json: bool) -> None:
    from ..watch import open_watch

    with open_watch(config) as watch:
        found, notes = watch.signals(days=days, method=method, max_q=max_q)
    for note in notes:
        say(note)
    lines = [each.to_dict() for each in found]
    if json:
        print_json(lines)
    elif lines:
        columns = ("date", "series", "count", "expected", "q", "campaigns", "posts")
        print_table(columns, [[_cell(line.get(column, "")) for column in columns] for line in lines])
    else:
        say("nothing rose")


def _cell(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _gathered(source: str, kind: InputFormat) -> Gathered:
    from ..signals.table import COLUMNS, gather

    name, complaints = shown_name(source), 0

    def complain(line: int, reason: str) -> None:
        nonlocal complaints
        complaints += 1
        if complaints <= _LISTED:
            say(f"{name}: line {line}: {reason}")
        elif complaints == _LISTED + 1:
            say("there are more lines like that")

    reading = Files([source])
    rows = (
        row
        for _, _, file in reading
        for row in read_rows(
            file, kind, name=name, text_field="series", fields=("date", "count"),
            repair=f"a file of counts has the columns {', '.join(COLUMNS)}",
        )
    )  # fmt: skip
    today = datetime.now(UTC).astimezone(_EASTERNMOST).date()
    return gather(tracked(rows, name, reading), today=today, complain=complain)


def _judge(gathered: Gathered, method: str | None, max_q: float | None, since: date | None) -> None:
    from ..io.writing import dumps
    from ..signals.detect import MAX_Q, detect
    from ..signals.methods import DEFAULT_METHOD

    for note in gathered.notes:
        say(note)
    if not gathered.rows:
        say("there are no rows, so nothing was judged")
    for table in gathered.tables:
        found = detect(
            table.counts, table.names, table.start, since=since,
            method=method or DEFAULT_METHOD, max_q=max_q or MAX_Q,
        )  # fmt: skip
        for signal in found:
            print(dumps(signal.to_dict()))
    if gathered.bad or gathered.future:
        say(f"{gathered.bad + gathered.future} of {gathered.rows} rows could not be used")
        raise typer.Exit(3)
