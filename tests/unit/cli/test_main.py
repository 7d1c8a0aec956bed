"""The front door: help, exit codes, logs, and that every command is there."""

from __future__ import annotations

import io
import json
import logging
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from tppo_watch import __version__
from tppo_watch.cli import main as front
from tppo_watch.cli import output
from tppo_watch.errors import FetchError, InputError, NotFoundError


def leaves(name: str) -> list[tuple[str, object]]:
    """The command `name`, or all that are below it, with what calls them."""
    command = front.load_command(name)
    below = getattr(command, "commands", None)
    return [(f"{name} {sub}", leaf) for sub, leaf in below.items()] if below else [(name, command)]


LEAVES = [leaf for name in front.COMMANDS for leaf in leaves(name)]


def test_the_first_page_lists_every_command(tppo):
    """Each with one line on what it does."""
    result = tppo("--help")
    assert result.code == 0
    for name, summary in front.COMMANDS.items():
        assert name in result.out
        assert summary in result.out


def test_no_command_is_a_wrong_call(tppo):
    """The help is shown, and the code is that of misuse."""
    result = tppo()
    assert result.code == 2
    assert "Usage" in result.out


def test_the_version_is_that_of_the_library(tppo):
    """One line, nothing else."""
    assert tppo("--version").out == f"{__version__}\n"


def test_a_misspelt_command_is_corrected(tppo):
    """The message names what was meant, and where the help is."""
    result = tppo("scor")
    assert result.code == 2
    assert "Did you mean 'score'" in result.complaint
    assert "tppo-watch --help" in result.complaint


@pytest.mark.parametrize(("name", "command"), LEAVES, ids=[name for name, _ in LEAVES])
def test_the_example_in_the_help_of_a_command_can_be_called(tppo, name, command):
    """Every command has help, with an example that its own options and arguments accept."""
    result = tppo(*name.split(), "--help")
    assert result.code == 0
    assert "--verbose" in result.out
    example = next(line for line in command.help.splitlines() if "tppo-watch" in line)
    words = shlex.split(example.split("Example:")[-1].strip().rstrip("."))
    assert words[: 1 + len(name.split())] == ["tppo-watch", *name.split()]
    command.make_context(name, words[1 + len(name.split()) :])


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InputError("bukan JSON", item="a.jsonl: line 3"), 1, "a.jsonl: line 3: bukan JSON"),
        (NotFoundError("alert", "7"), 1, "no alert with id '7'"),
        (FetchError("s1", "answered 503"), 1, "source 's1': answered 503"),
        (FileNotFoundError(2, "No such file or directory", "a.csv"), 1, "a.csv: No such file or directory"),
        (OSError("disk on fire"), 1, "disk on fire"),
        (KeyboardInterrupt(), 1, "stopped"),
        (typer.Abort(), 1, "stopped"),
        (typer.BadParameter("no"), 2, "no"),
        (
            RuntimeError("a\nb\x1b[31m"),
            1,
            "unexpected RuntimeError: a b\u241b[31m; -vv shows where; please report it",
        ),
    ],
)
def test_every_error_is_one_line_and_a_code(tppo, monkeypatch, error, code, line):
    """Whatever a command raises, the user reads one safe line."""

    def fail(argv):
        raise error

    monkeypatch.setattr(front, "_run", fail)
    result = tppo("score")
    assert result.code == code
    assert line in result.complaint


def test_partial_success_is_told_by_3(tppo, monkeypatch):
    """A command says that some of it failed by ending with 3."""
    result = tppo("score", stdin=b"[]\n")
    assert result.code == 3


@pytest.mark.parametrize(("flags", "levels"), [([], []), (["-v"], ["info"]), (["-vv"], ["debug", "info"])])
def test_logs_are_json_lines_on_standard_error(tppo, assessor, monkeypatch, flags, levels):
    """-v shows what happened and -vv everything, a JSON object a line, from any logger of the library."""
    log = logging.getLogger("tppo_watch.somewhere")

    def assess(text: str):
        log.debug("looked", extra={"rows": 3})
        log.info("found", extra={"rows": 4})
        return type(assessor).assess(assessor, text)

    monkeypatch.setattr(assessor, "assess", assess)
    result = tppo("score", *flags, stdin=b'{"text": "a"}\n')
    records = [json.loads(line) for line in result.err.splitlines()]
    assert [record["level"] for record in records] == levels
    if levels:
        assert records[-1]["event"] == "found"
        assert records[-1]["rows"] == 4
        assert records[-1]["logger"] == "tppo_watch.somewhere"
    assert len(result.rows) == 1


WARNING_ASSESSOR = """
import sys, warnings
import tppo_watch.assessor
from tests.unit.cli.fake import FakeAssessor
from tppo_watch.cli.main import main

class Warning_(FakeAssessor):
    def assess(self, text):
        warnings.warn("use the new one", UserWarning)
        return super().assess(text)

tppo_watch.assessor.load = lambda model=None, **more: Warning_()
sys.exit(main())
"""


@pytest.mark.parametrize(("flags", "count"), [([], 0), (["-v"], 1)])
def test_warnings_of_libraries_go_to_the_log(flags, count):
    """Whoever runs a command does not read what a library says to programmers."""
    result = subprocess.run(
        [sys.executable, "-c", WARNING_ASSESSOR, "score", *flags],
        input=b'{"text": "a"}\n',
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=True,
    )
    assert result.stderr.count(b"use the new one") == len(result.stderr.splitlines()) == count


def test_a_second_call_in_one_process_logs_once(tppo, assessor, monkeypatch):
    """Handlers do not pile up."""
    tppo("models", "verify", "-v")
    tppo("models", "verify", "-v")
    ours = [
        handler for handler in logging.getLogger("tppo_watch").handlers if type(handler).__name__ == "_Stderr"
    ]
    assert len(ours) == 1


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        """As it says."""
        return True


@pytest.mark.parametrize(("after", "shown"), [(-1.0, True), (3600.0, False)])
def test_long_work_shows_its_progress_on_a_terminal(monkeypatch, after, shown):
    """Only once the work has lasted, and every item passes through."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(output, "PROGRESS_AFTER_S", after)
    assert list(output.tracked(range(5), "posts.csv")) == [0, 1, 2, 3, 4]
    assert ("posts.csv" in terminal.getvalue()) == shown
    assert bool(re.search(r"5 rows in 0 s, [\d,]+ a second", terminal.getvalue())) == shown


def test_long_work_says_in_the_log_how_far_it_is(monkeypatch, caplog):
    """Rows, their rate and the time left, for whoever has no terminal."""
    monkeypatch.setattr(output, "LOGGED_EVERY_S", -1.0)
    with caplog.at_level("INFO", "tppo_watch"), output.Progress("posts.csv") as progress:
        progress.begin(50)
        time.sleep(0.02)
        progress.update(100, 100, 200)
    (record,) = caplog.records
    assert record.rows == 100 and record.rows_per_s > 0 and record.seconds_left == 0


def test_there_is_no_progress_bar_in_a_pipe(monkeypatch):
    """What is not a terminal gets nothing."""
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    monkeypatch.setattr(output, "PROGRESS_AFTER_S", -1.0)
    assert list(output.tracked(range(5), "posts.csv")) == [0, 1, 2, 3, 4]
    assert pipe.getvalue() == ""
