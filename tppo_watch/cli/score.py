"""``tppo-watch score``: posts in, one line of assessment out for each, in the same order."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from .. import __version__
from ..errors import InputError
from ..io.compression import compression_of
from ..io.growing import GrowingFile, growing
from ..io.reading import InputFormat, read_rows
from ..io.rows import Row
from ..io.writing import OUTPUT_ENDINGS, OutputFormat, ScoreEncoder, format_for
from ..parallel import map_in_order
from ..types import LEVELS, Level
from .files import Files, check_readable, input_format, shown_name
from .output import Progress, say

if TYPE_CHECKING:
    from ..bulk import BatchScorer

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
        Path | None,
        typer.Option(help="File to write, whole or not at all: .jsonl, .csv, .parquet, .jsonl.gz and such."),
    ] = None,
    to: Annotated[
        OutputFormat | None, typer.Option(help="Format of the output, where --out does not say.")
    ] = None,
    min_level: Annotated[Level, typer.Option(help="Leave out posts below this level.")] = "none",
    on_error: Annotated[
        OnError, typer.Option(help="A bad line: leave it out, keep a row with an error field, or stop.")
    ] = OnError.keep,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that work at once.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a run into the same --out stopped, if one did.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="Folder of another model than the default.")] = None,
    rules: Annotated[Path | None, typer.Option(help="Folder with indicators of your own.")] = None,
) -> None:
    """Score posts: one assessment for each post, in the order of the input.

    Files may be compressed (gzip, bzip2, xz, zstd). A run that was stopped goes on with --resume. Exits 3
    when some lines could not be read; each is named on standard error.

    Example: tppo-watch score posts.csv --text-field isi --out scores.jsonl
    """
    names = files or ["-"]
    formats = [input_format(name, format) for name in names]
    encoder = _encoder(out, to)
    _check_encoding(encoding)
    if resume and (out is None or not _is_replaced(out)):
        raise typer.BadParameter("--resume goes on with a file; name it with --out")
    for name in names:
        check_readable(name)
    from ..assessor import load
    from ..bulk import BatchScorer

    assessor = load(model, rules=rules)
    shown = [shown_name(name) for name in names]
    asked = {
        "files": shown,
        "--format": formats,
        "--text-field": text_field,
        "--id-field": id_field,
        "--encoding": encoding,
        "--to": [encoder.format, encoder.compression],
        "--min-level": min_level,
        "--on-error": on_error,
        "the model, or its rules,": assessor.digest,
        "the version": __version__,
    }
    reading = Files(names)
    rows = (
        (name, row)
        for number, name, file in reading
        for row in read_rows(
            file, formats[number], name=name, text_field=text_field, id_field=id_field, encoding=encoding
        )
    )
    levels = frozenset(LEVELS[LEVELS.index(min_level) :])
    scorer = BatchScorer(assessor, encoder, levels, keeps_bad=on_error is OnError.keep)
    label = shown[0] if len(shown) == 1 else f"{len(shown)} files"
    with _output(out, asked, encoder, is_resumed=resume) as output, Progress(label) as progress:
        tally = _run(scorer, reading, rows, output, progress, is_stopping=on_error is OnError.stop, jobs=jobs)
    if tally["bad"]:
        say(f"{tally['bad']} of {tally['rows']} lines could not be read")
        raise typer.Exit(3)


def _run(
    scorer: BatchScorer,
    reading: Files,
    rows: Iterator[tuple[str, Row]],
    output: GrowingFile | _Stream,
    progress: Progress,
    *,
    is_stopping: bool,
    jobs: int,
) -> dict[str, Any]:
    """Score what an earlier run has not; the counts of both."""
    from ..bulk import Trail, batches, passed_over

    tally = {"rows": 0, "bad": 0, "trail": Trail().mark()} | output.state
    try:
        if not output.state:
            output.append(scorer.encoder.header(), tally)
        trail = passed_over(rows, tally["rows"], tally["trail"])
        progress.begin(reading.position())
        work = batches(rows, trail=trail, are_several=len(reading) > 1, position=reading.position)
        for scored in map_in_order(scorer, work, jobs):
            for line, error in scored.bad:
                where = f"{scored.name}: line {line}"
                if is_stopping:
                    raise InputError(f"{error}; nothing after it was scored", item=where)
                say(f"{where}: {error}")
            tally["rows"] += scored.rows
            tally["bad"] += len(scored.bad)
            tally["trail"] = scored.trail
            output.append(scored.data, tally)
            progress.update(scored.rows, scored.position, reading.size)
    except BaseException as exc:
        if output.is_kept:
            exc.add_note(f"--resume goes on after the {tally['rows']:,} rows that are done")
        raise
    return tally


class _Stream:
    """Standard output, or a device: written as it comes, and nothing to go on with."""

    is_kept = False

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.state = file, {}

    def append(self, data: bytes, state: Mapping[str, Any]) -> None:
        """Write `data`."""
        self._file.write(data)
        self._file.flush()


@contextmanager
def _output(
    out: Path | None, asked: Mapping[str, Any], encoder: ScoreEncoder, *, is_resumed: bool
) -> Iterator[GrowingFile | _Stream]:
    if out is None:
        yield _Stream(sys.stdout.buffer)
    elif not _is_replaced(out):
        with out.open("wb") as file:
            yield _Stream(file)
    else:
        complete = encoder.complete if encoder.format == "parquet" else None
        with growing(out, asked, is_resumed=is_resumed, complete=complete) as file:
            yield file


def _is_replaced(out: Path) -> bool:
    """Whether it is a file, or will be one; not a pipe or device."""
    return out.is_dir() or out.is_file() or not out.exists()


def _encoder(out: Path | None, to: OutputFormat | None) -> ScoreEncoder:
    compression = compression_of(out.name)[1] if out is not None else None
    kind = to or ("jsonl" if out is None else format_for(out.name))
    if kind is None:
        endings = " ".join(OUTPUT_ENDINGS)
        raise typer.BadParameter(f"{out}: its ending is none of {endings}; name the format with --to")
    if kind == "parquet" and (out is None or not _is_replaced(out)):
        raise typer.BadParameter("Parquet needs a file: add --out scores.parquet")
    if kind == "parquet" and compression:
        raise typer.BadParameter(f"{out}: Parquet is compressed by itself; leave the last ending out")
    return ScoreEncoder(kind, compression)


def _check_encoding(encoding: str | None) -> None:
    try:
        "a".encode(encoding or "utf-8").decode(encoding or "utf-8")
        if codecs.lookup(encoding or "utf-8").name in _NAMES_ONLY:
            raise LookupError
    except (LookupError, ValueError):  # what is no encoding, and what is one of something else than text
        raise typer.BadParameter(f"no text encoding is called {encoding!r}; try utf-16 or cp1252") from None
