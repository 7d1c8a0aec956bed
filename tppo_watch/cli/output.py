"""What every command prints with: data on standard output, messages and progress on standard error."""

from __future__ import annotations

import logging
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..text.showing import shown

if TYPE_CHECKING:
    from rich.text import Text

    from .files import Files

T = TypeVar("T")

#: Shorter work needs no progress bar.
PROGRESS_AFTER_S = 2.0
LOGGED_EVERY_S = 10.0

_log = logging.getLogger(__name__)


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


class Progress:
    """How far work on rows is: a bar on a terminal after `PROGRESS_AFTER_S`, and lines in the log of ``-v``.

    Use it in a ``with`` block.
    """

    def __init__(self, label: str) -> None:
        self._label, self._bar, self._count = label, None, 0
        self._is_shown = sys.stderr.isatty()
        self._begun = self._logged = time.monotonic()
        self._from = 0  # where the work began, which may be the middle

    def begin(self, done: int) -> None:
        """Count from now on; `done` was done before."""
        self._begun = self._logged = time.monotonic()
        self._from = done

    def update(self, rows: int, done: int, total: int | None) -> None:
        """`rows` more are done; `done` of `total` (None where that is not known) is in any unit."""
        self._count += rows
        now = time.monotonic()
        spent = now - self._begun
        if self._is_shown and spent > PROGRESS_AFTER_S:
            self._show(done, total, self._count / spent)
        if now - self._logged > LOGGED_EVERY_S:
            self._logged = now
            passed = done - self._from
            left = None if total is None or passed <= 0 else round((total - done) * spent / passed)
            said = {"rows": self._count, "rows_per_s": round(self._count / spent), "seconds_left": left}
            _log.info("at work", extra=said)

    def _show(self, done: int, total: int | None, rate: float) -> None:
        from rich import progress
        from rich.console import Console

        if self._bar is None:
            self._bar = progress.Progress(
                progress.SpinnerColumn(),
                "{task.description}",
                progress.BarColumn(),
                progress.TextColumn("{task.fields[count]:,} rows, {task.fields[rate]:,.0f}/s"),
                progress.TimeElapsedColumn(),
                progress.TextColumn("left"),
                progress.TimeRemainingColumn(elapsed_when_finished=False),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._bar.add_task(one_line(self._label), total=None, count=0, rate=0)
        self._bar.update(self._bar.task_ids[0], completed=done, total=total, count=self._count, rate=rate)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()
            spent = time.monotonic() - self._begun
            say(f"{self._count:,} rows in {spent:,.0f} s, {self._count / spent:,.0f} a second")


def tracked(items: Iterable[T], label: str, files: Files | None = None) -> Iterator[T]:
    """`items`, with their `Progress`; of rows of `files`, by the bytes that are read."""
    with Progress(label) as progress:
        for count, item in enumerate(items, start=1):
            yield item
            progress.update(1, *((files.position(), files.size) if files else (count, None)))
