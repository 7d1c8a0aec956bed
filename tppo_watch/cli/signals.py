"""``tppo-watch signals``: days on which a series had more posts than was to be expected."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ..io.reading import InputFormat, read_rows
from .files import check_readable, input_format, opened, position, shown_name
from .output import say, tracked

if TYPE_CHECKING:
    from ..signals.table import Gathered

app = typer.Typer(help="Rises over time by place, destination, kind, indicator and source.")

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
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge this day and later ones only.")
    ] = None,
) -> None:
    """Judge the daily counts of a file, without a database: one line of JSON a day and series that is above.

    A day without a row is an outage and stays unknown; a row that says 0 is a calm day. Exits 3 when some
    rows could not be used.

    Example: tppo-watch signals --from counts.csv
    """
    if context.invoked_subcommand is not None:
        if source is not None:
            raise typer.BadParameter(f"--from stands alone, without {context.invoked_subcommand}")
        return
    if source is None:
        print(context.get_help())
        raise typer.Exit(2)
    check_readable(source)
    kind = format or ("csv" if source == "-" else input_format(source, None))
    _judge(_gathered(source, kind), method, max_q, since.date() if since else None)


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

    with opened(source) as file:
        rows = read_rows(
            file, kind, name=name, text_field="series", fields=("date", "count"),
            repair=f"a file of counts has the columns {', '.join(COLUMNS)}",
        )  # fmt: skip
        today = datetime.now(UTC).astimezone(_EASTERNMOST).date()
        return gather(tracked(rows, name, partial(position, file)), today=today, complain=complain)


def _judge(gathered: Gathered, method: str | None, max_q: float | None, since: date | None) -> None:
    from ..io.writing import dumps
    from ..signals.detect import MAX_Q, detect
    from ..signals.methods import DEFAULT_METHOD, METHODS

    if method is not None and method not in METHODS:
        raise typer.BadParameter(f"there is no method {method!r}; there are: {', '.join(METHODS)}")
    if max_q is not None and not 0 < max_q < 1:
        raise typer.BadParameter("--max-q is a rate between 0 and 1, such as 0.01")
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
