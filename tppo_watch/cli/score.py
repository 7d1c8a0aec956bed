"""``tppo-watch score``: posts in, one line of assessment out for each, in the same order."""

from __future__ import annotations

import codecs
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..io.reading import InputFormat, Row, read_rows
from ..io.writing import OUTPUT_ENDINGS, OutputFormat, Write, format_for, replacing, score_writer
from ..types import LEVELS, Level
from .files import check_readable, input_format, opened, position, shown_name
from .output import say, tracked

if TYPE_CHECKING:
    from ..assessor import Assessor


_NAMES_ONLY = frozenset(("idna", "punycode"))  # encodings of host names, not of files


class OnError(StrEnum):
    """What becomes of a line that cannot be read."""

    skip = "skip"
    keep = "keep"
    stop = "stop"


def score(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="JSONL, CSV, Parquet or plain text; - is standard input."),
    ] = None,
    format: Annotated[
        InputFormat | None,
        typer.Option(help="Format of the input, where the ending does not say. Standard input: jsonl."),
    ] = None,
    text_field: Annotated[str, typer.Option(help="Field or column with the text.")] = "text",
    id_field: Annotated[str, typer.Option(help="Field or column with the id; else the line number.")] = "id",
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the input, such as cp1252. Else UTF-8, or as a BOM says.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write, whole or not at all: .jsonl, .csv or .parquet.")
    ] = None,
    to: Annotated[
        OutputFormat | None, typer.Option(help="Format of the output, where --out does not say.")
    ] = None,
    min_level: Annotated[Level, typer.Option(help="Leave out posts below this level.")] = "none",
    on_error: Annotated[
        OnError, typer.Option(help="A bad line: leave it out, keep a row with an error field, or stop.")
    ] = OnError.keep,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that work at once.")] = 1,
    model: Annotated[str | None, typer.Option(help="Folder of another model than the default.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Folder with indicators of your own.")] = None,
) -> None:
    """Score posts: one assessment for each post, in the order of the input.

    Exits 3 when some lines could not be read; each is named on standard error.

    Example: tppo-watch score posts.csv --text-field isi --out scores.jsonl
    """
    names = files or ["-"]
    formats = [input_format(name, format) for name in names]
    wanted = _output_format(out, to)
    _check_encoding(encoding)
    for name in names:
        check_readable(name)
    from .. import assessor

    with ExitStack() as stack:
        target = sys.stdout.buffer if out is None else stack.enter_context(replacing(out))
        write = stack.enter_context(score_writer(target, wanted))
        levels = LEVELS[LEVELS.index(min_level) :]
        judge = assessor.load(model, rules=rules)
        scorer = _Scorer(judge, write, levels, on_error, jobs, assessor.MAX_CHARACTERS)
        for name, kind in zip(names, formats, strict=True):
            with opened(name) as file:
                name = shown_name(name)
                rows = read_rows(
                    file, kind, name=name, text_field=text_field, id_field=id_field, encoding=encoding
                )
                scorer.run(tracked(rows, name, partial(position, file)), name, len(names) > 1)
    if scorer.bad:
        say(f"{scorer.bad} of {scorer.seen} lines could not be read")
        raise typer.Exit(3)


@dataclass
class _Scorer:
    """Assesses rows and writes what comes out, counting as it goes."""

    assessor: Assessor
    write: Write
    levels: tuple[Level, ...]
    on_error: OnError
    jobs: int
    max_characters: int
    seen: int = 0
    bad: int = 0

    def run(self, rows: Iterator[Row], name: str, several: bool) -> None:
        waiting: deque[Row] = deque()
        broken: list[Exception] = []

        def texts() -> Iterator[str]:
            try:
                for row in map(self._bounded, rows):
                    waiting.append(row)
                    # A bad row takes its turn as an empty text, which costs little: so each row has one
                    # assessment, and a file of nothing but bad rows does not pile up in `waiting`.
                    yield row.text or ""
            except Exception as exc:  # with several jobs a thread of the pool reads here, and would lose it
                broken.append(exc)

        for assessment in self.assessor.assess_many(texts(), jobs=self.jobs):
            row = waiting.popleft()
            self.seen += 1
            id = row.id
            if id is None:
                id = f"{name}:{row.line}" if several else str(row.line)
            if row.text is None:
                self._refuse(row, id, name)
            elif assessment.level in self.levels:
                self.write({"id": id, **assessment.to_dict()})

        if broken:
            raise broken[0]

    def _bounded(self, row: Row) -> Row:
        if row.text is None or len(row.text) <= self.max_characters:
            return row
        return replace(row, text=None, error=f"a text of more than {self.max_characters:,} characters")

    def _refuse(self, row: Row, id: str | int, name: str) -> None:
        self.bad += 1
        where = f"{name}: line {row.line}"
        if self.on_error is OnError.stop:
            raise InputError(f"{row.error}; nothing after it was scored", item=where)
        say(f"{where}: {row.error}")
        if self.on_error is OnError.keep:
            self.write({"id": id, "line": row.line, "error": row.error})


def _output_format(out: Path | None, to: OutputFormat | None) -> OutputFormat:
    kind = to or ("jsonl" if out is None else format_for(out.name))
    if kind is None:
        endings = " ".join(OUTPUT_ENDINGS)
        raise typer.BadParameter(f"{out}: its ending is none of {endings}; name the format with --to")
    if kind == "parquet" and out is None:
        raise typer.BadParameter("Parquet needs a file: add --out scores.parquet")
    return kind


def _check_encoding(encoding: str | None) -> None:
    try:
        "a".encode(encoding or "utf-8").decode(encoding or "utf-8")
        if codecs.lookup(encoding or "utf-8").name in _NAMES_ONLY:
            raise LookupError
    except (LookupError, ValueError):  # what is no encoding, and what is one of something else than text
        raise typer.BadParameter(f"no text encoding is called {encoding!r}; try utf-16 or cp1252") from None
