"""What every command prints with: data on standard output, messages and progress on standard error."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..text.showing import shown

if TYPE_CHECKING:
    from rich.text import Text

T = TypeVar("T")

#: Shorter work needs no progress bar.
PROGRESS_AFTER_S = 2.0

def one_line(text: str) -> str:
    """`text` on a single line, safe for a terminal."""
    return shown(" ".join(text.split()))


def say(message: str) -> None:
    """Tell the user something on standard error."""
    print(f"tppo-watch: {one_line(message)}", file=sys.stderr)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    from ..io.writing import dumps

    print(dumps(value, indent=2))


def called() -> str:
    """The command as its user called it, so that an advice can be pasted: it may not be on the path."""
    path = Path(sys.argv[0])
    if (path.parent.name, path.name) == ("tppo_watch", "__main__.py"):
        return "python3 -m tppo_watch"
    found = shutil.which("tppo-watch")
    is_found = found is not None and Path(found).resolve() == path.resolve()
    return sys.argv[0] if path.name == "tppo-watch" and not is_found else "tppo-watch"


def local(time: datetime) -> str:
    """A moment as clocks of western Indonesia show it."""
    from ..sources.dates import WIB

    return f"{time.astimezone(WIB):%d-%m-%Y %H.%M}"


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, widths: Mapping[str, int] | None = None
) -> None:
    """A table on standard output, as wide as it needs where there is no terminal. Cells are no markup.

    Parameters
    ----------
    widths : mapping, optional
        Columns of prose, and after how many characters to break their lines.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    widths = widths or {}
    table = Table(show_lines=bool(widths))
    for column in columns:
        # A path or address cut short is of no use.
        table.add_column(column, overflow="fold", max_width=widths.get(column))
    for row in rows:
        table.add_row(*(Text(shown(cell)) if isinstance(cell, str) else cell for cell in row))
    console = Console()
    if not console.is_terminal:
        unbounded = console.options.update(max_width=10_000)
        console.width = console.measure(table, options=unbounded).maximum
    console.print(table)


def tracked(
    items: Iterable[T], label: str, position: Callable[[], tuple[int, int | None]] | None = None
) -> Iterator[T]:
    """`items`, with a progress bar on a terminal once the work has lasted `PROGRESS_AFTER_S`.

    `position` says how much is done and of how much (None where that is not known), in any unit.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), "{task.description}", BarColumn(), TextColumn("{task.fields[count]:,}"))
    bar = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
    task = bar.add_task(label, total=None, count=0)
    begun, started = time.monotonic(), False
    try:
        for count, item in enumerate(items, start=1):
            yield item
            if not started and time.monotonic() - begun > PROGRESS_AFTER_S:
                bar.start()
                started = True
            if started:
                done, total = position() if position else (count, None)
                bar.update(task, completed=done, total=total, count=count)
    finally:
        bar.stop()
