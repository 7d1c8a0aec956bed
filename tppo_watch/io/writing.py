"""Write result records as JSON Lines, CSV or Parquet; a file appears whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal

from .compression import Compression, compressed, compression_of
from .parquet import arrow_stream, streams_to_parquet

OutputFormat = Literal["jsonl", "csv", "parquet"]

OUTPUT_ENDINGS: dict[str, OutputFormat] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}

#: Columns of a scored post in CSV and Parquet, with their type there. Nested fields are JSON in one cell.
SCORE_COLUMNS: dict[str, type] = {
    "id": str,
    "risk": float,
    "interval_low": float,
    "interval_high": float,
    "level": str,
    "label": str,
    "stance": str,
    "lang": str,
    "assistance": bool,
    "exploitation": str,
    "indicators": str,
    "counter": str,
    "entities": str,
    "reasons": str,
    "missing": str,
    "model": str,
    "line": int,
    "error": str,
}

_JSON = json.JSONEncoder(ensure_ascii=False)  # made once: a third of the time of a short record
_SURROGATE = re.compile("[\ud800-\udfff]")
_FORMULA = re.compile(r"[=+\-@\t\r](?!\d[\d.,]*$)")


def format_for(name: str) -> OutputFormat | None:
    """The output format that an ending stands for, before that of a compression; None where for none."""
    return OUTPUT_ENDINGS.get(PurePath(compression_of(name)[0]).suffix.lower())


def dumps(value: Any, *, indent: int | None = None) -> str:
    """JSON as people read it, escaped only where half a surrogate pair could not be written as UTF-8."""
    encoder = _JSON if indent is None else json.JSONEncoder(ensure_ascii=False, indent=indent)
    text = encoder.encode(value)
    return json.dumps(value, indent=indent) if _SURROGATE.search(text) else text


@contextmanager
def replacing(path: Path, *, through: Path | None = None) -> Iterator[BinaryIO]:
    """A binary file that takes the place of `path` when the block ends well, and leaves no trace otherwise.

    A pipe or device is written directly: there is nothing to replace. Who holds a lock names the file
    `through` which it is written, and can then clear away what a killed process left of it.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    if path.is_dir():
        raise IsADirectoryError(21, "is a folder, not a file", str(path))
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    try:
        if through is None:
            handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
            through = Path(name)
        else:
            through.unlink(missing_ok=True)
            handle = os.open(through, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise OSError(exc.errno, f"cannot be written: {exc.strerror}", str(path)) from exc
    try:
        with open(handle, "wb") as file:
            os.fchmod(handle, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            yield file
            file.flush()
            os.fsync(handle)
        os.replace(through, path)
    except BaseException:
        through.unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


@dataclass(frozen=True)
class ScoreEncoder:
    """Turns scored posts (the contract's JSON form, or rows with an `error`) into bytes of a file.

    The bytes of several calls, one after the other, are one file; of Parquet, what `complete` makes one of.

    Parameters
    ----------
    compression : optional
        For JSON Lines and CSV. Each call gives a whole member; readers take members one after the other.
    """

    format: OutputFormat
    compression: Compression | None = None

    def header(self) -> bytes:
        """What stands before the first post. Raises `InputError` for Parquet without pyarrow."""
        if self.format == "parquet":
            return arrow_stream([], SCORE_COLUMNS)
        return compressed(_csv([], with_header=True) if self.format == "csv" else b"", self.compression)

    def encode(self, records: Sequence[Mapping[str, Any]]) -> bytes:
        """The posts, in their order."""
        if self.format == "parquet":
            return arrow_stream(list(map(table_cells, records)), SCORE_COLUMNS) if records else b""
        if self.format == "csv":
            return compressed(_csv(records), self.compression)
        return compressed(_lines(records), self.compression)

    def complete(self, parts: BinaryIO, out: BinaryIO) -> None:
        """Write the Parquet file of all the bytes that were made, which `parts` reads."""
        streams_to_parquet(parts, out)


def _lines(records: Sequence[Mapping[str, Any]]) -> bytes:
    try:
        return "".join([_JSON.encode(record) + "\n" for record in records]).encode()
    except UnicodeEncodeError:  # half a surrogate pair somewhere: find out where
        return "".join([dumps(record) + "\n" for record in records]).encode()


def _csv(records: Iterable[Mapping[str, Any]], *, with_header: bool = False) -> bytes:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(SCORE_COLUMNS), restval="", lineterminator="\n")
    if with_header:
        table.writeheader()
    table.writerows(map(_csv_cells, records))
    return text.getvalue().encode()


def table_cells(record: Mapping[str, Any]) -> dict[str, Any]:
    """A scored post in `SCORE_COLUMNS`; what it does not have stays absent."""
    cells = dict(record)
    if "interval" in cells:
        cells["interval_low"], cells["interval_high"] = cells.pop("interval")
        cells.setdefault("assistance", False)
    for name, value in cells.items():
        if isinstance(value, (dict, list)):
            cells[name] = dumps(value)
        elif SCORE_COLUMNS[name] is str:
            cells[name] = _SURROGATE.sub("\ufffd", str(value))
    return cells


def _csv_cells(record: Mapping[str, Any]) -> dict[str, Any]:
    """As `table_cells`, with no cell that a spreadsheet would run as a formula: ids are foreign text."""
    cells = table_cells(record)
    for name, value in cells.items():
        if isinstance(value, bool):
            cells[name] = "true" if value else "false"
        elif isinstance(value, str):
            cells[name] = spreadsheet_safe(value)
    return cells


def spreadsheet_safe(cell: str) -> str:
    """`cell` as it may stand in a table of foreign text: a spreadsheet would run what begins as a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell
