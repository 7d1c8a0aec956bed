"""``tppo-watch scan``: one pass over the sources that are due, or one after the other until told to stop."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from .output import PROGRESS_AFTER_S, called, print_json, print_table, say

if TYPE_CHECKING:
    from ..alerts.delivery import DeliveryReport
    from ..scan import ScanReport
    from ..watch import Watch

CONFIG = Path("tppo.toml")
LISTED_FAILURES = 10


def scan(
    config: Annotated[Path, typer.Option("--config", help="The settings file.")] = CONFIG,
    watch: Annotated[bool, typer.Option("--watch", help="Keep to the schedule until SIGTERM.")] = False,
    all: Annotated[bool, typer.Option("--all", help="Also the sources that are not due.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; keep nothing.")] = False,
    demo: Annotated[
        Path | None,
        typer.Option("--demo", metavar="DIR", help="Copy the sample sources into this folder and scan them."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """Read the sources that are due, assess what is new, keep it, and raise alerts.

    Exits 3 when some sources or rows failed: everything else was done.

    Example: tppo-watch scan --config tppo.toml
    """
    if watch and (all or dry_run or demo):
        raise typer.BadParameter("--watch goes with none of --all, --dry-run and --demo")
    if demo is not None:
        config, all = copy_samples(demo), True
    from ..watch import open_watch

    with open_watch(config, is_dry_run=dry_run) as opened, _stopping() as stop:
        if watch:
            if _keep_scanning(opened, stop, json):
                raise typer.Exit(3)
            return
        with progress() as on_progress:
            report = opened.scan(
                is_everything=all, should_stop=stop.is_set, on_progress=on_progress, pause=stop.wait
            )
        _tell(report, json)
        delivered = None if dry_run else opened.deliver(should_stop=stop.is_set)
        if delivered is not None and (delivered.sent or delivered.failed or delivered.dead):
            say(_delivered(delivered))
        if demo is not None and not json:
            _show_demo(opened, config)
    if report.has_failures or (delivered is not None and (delivered.failed or delivered.dead)):
        raise typer.Exit(3)


def _delivered(report: DeliveryReport) -> str:
    said = f"{_counted(report.sent, 'message')} delivered"
    if report.failed or report.dead:
        said += f", {report.failed} to be tried again, {report.dead} given up; look with: "
        said += f"{called()} alerts deliveries"
    return said


def _keep_scanning(opened: Watch, stop: threading.Event, json: bool) -> bool:
    """Scan until `stop`; whether any scan had failures."""
    failed = False
    say(f"watching {len(opened.settings.sources)} sources until SIGTERM")
    with progress() as on_progress:
        for report in opened.keep_scanning(stop, on_progress=on_progress):
            _tell(report, json)
            sys.stdout.flush()
            failed = failed or report.has_failures
    say("stopped, the work in hand is finished")
    return failed


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """An event that SIGTERM sets, so that the batch in hand is finished; a second SIGTERM ends at once."""
    stop = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    if threading.current_thread() is not threading.main_thread():  # only the main thread is given signals
        yield stop
        return
    before = signal.signal(signal.SIGTERM, on_signal)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def progress() -> Iterator[Callable[[str, int], None]]:
    """What to call with a thing and how much of it is done; shown on a terminal once the work takes long."""
    if not sys.stderr.isatty():
        yield lambda source_id, posts: None
        return
    import time

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    begun = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=None)
    started = False

    def on_progress(source_id: str, posts: int) -> None:
        nonlocal started
        if not started and time.monotonic() - begun > PROGRESS_AFTER_S:
            bar.start()
            started = True
        bar.update(task, description=f"{source_id}: {posts:,}")

    try:
        yield on_progress
    finally:
        bar.stop()


def _tell(report: ScanReport, json: bool) -> None:
    from ..wording import Words

    if json:
        print_json(report.to_dict())
    else:
        if report.sources:
            columns = ("source", "status", "items", "posts", "new", "copies", "alerts", "failed")
            print_table(
                columns,
                [
                    [s.id, s.status, *map(str, (s.items, s.posts, s.new, s.copies, s.alerts, s.failed_items))]
                    for s in report.sources
                ],
            )
        print(_summary(report))
    if report.signals:
        say(f"{_counted(report.signals, 'signal')} raised; look with: {called()} signals list")
    failures = [failure for source in report.sources for failure in source.failures]
    for failure in failures[:LISTED_FAILURES]:
        say(f"{failure.item}: {failure.reason}")
    if len(failures) > LISTED_FAILURES:
        say(f"and {len(failures) - LISTED_FAILURES} more; --json lists them")
    for notice in report.notices:
        say(Words("en").notice(notice))


def _summary(report: ScanReport) -> str:
    if not report.sources:
        return (
            f"No source is due yet, of {report.not_due}; --all reads them now."
            if report.not_due
            else "There are no sources; add one with: tppo-watch sources add"
        )
    new, alerts = report.total("new"), report.total("alerts")
    if not new:
        said = "Nothing new."
    else:
        lanes = ", ".join(f"{count} {lane}" for lane, count in sorted(report.alerts_by_lane.items()))
        said = f"{_counted(new, 'new post')}, {report.total('copies')} of them copies; "
        said += _counted(alerts, "alert") + (f" ({lanes})." if lanes else ".")
    return f"{said} Nothing was kept (--dry-run)." if report.is_dry_run else said


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def copy_samples(folder: Path) -> Path:
    """Copy the sample sources into `folder`, unless they are there, and return their settings file.

    Raises
    ------
    InputError
        If the folder holds something else.
    """
    config = folder / CONFIG
    if config.exists():
        return config
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise InputError("is not empty and holds no samples; name another folder", item=str(folder))
    with as_file(files("tppo_watch") / "samples") as samples:
        # The settings come last: they are the sign that the rest is complete.
        for sample in sorted(samples.iterdir(), key=lambda path: (path.name == CONFIG.name, path.name)):
            if sample.is_file():
                (folder / sample.name).write_bytes(sample.read_bytes())
    return config


def _show_demo(opened: Watch, config: Path) -> None:
    from .alerts import show_table

    records = opened.alerts()
    print("\nOpen alerts, whoever may need help first:")
    show_table(records)
    if records:
        # One that was scored for what it offers has more to explain than a plea for help.
        example = next((record for record in records if record.lane != "assistance"), records[0])
        print(f"\nWhy one was raised:   {called()} alerts show {example.id} --config {config}")
        print(f"The list in English:  {called()} alerts list --lang en --config {config}")
    print(f"Review in the browser: {called()} users add NAME --role admin --config {config}")
    print(f"                       {called()} console --config {config}")
