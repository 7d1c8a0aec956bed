"""Write result records as JSON Lines, CSV or Parquet; a file appears whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, BinaryIO, Literal

from ..errors import InputError
from .reading import PARQUET_BATCH_ROWS, PARQUET_HINT

OutputFormat = Literal["jsonl", "csv", "parquet"]
Write = Callable[[Mapping[str, Any]], None]

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

_SURROGATE = re.compile("[\ud800-\udfff]")
_FORMULA = re.compile(r"[=+\-@\t\r](?!\d[\d.,]*$)")


def format_for(name: str) -> OutputFormat | None:
    """The output format that the ending of a file name stands for; None where it stands for none."""
    return OUTPUT_ENDINGS.get(PurePath(name).suffix.lower())


def dumps(value: Any, **options: Any) -> str:
    """JSON as people read it, escaped only where half a surrogate pair could not be written as UTF-8."""
    text = json.dumps(value, ensure_ascii=False, **options)
    return json.dumps(value, **options) if _SURROGATE.search(text) else text


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the place of `path` when the block ends well, and leaves no trace otherwise.

    A pipe or device is written directly: there is nothing to replace.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    if path.is_dir():
        raise IsADirectoryError(21, "is a folder, not a file", str(path))
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".part", dir=path.parent)
    except OSError as exc:
        raise OSError(exc.errno, f"cannot be written: {exc.strerror}", str(path)) from exc
    try:
        with open(handle, "wb") as file:
            os.fchmod(handle, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
            yield file
            file.flush()
            os.fsync(handle)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


@contextmanager
def score_writer(file: BinaryIO, format: OutputFormat) -> Iterator[Write]:
    """A function that writes one scored post (the contract's JSON form, or a row with an `error`) to `file`.

    Raises
    ------
    InputError
        For Parquet without pyarrow.
    """
    if format == "jsonl":
        yield lambda record: _write_line(file, record)
    elif format == "csv":
        text = io.TextIOWrapper(file, "utf-8", newline="")
        try:
            table = csv.DictWriter(text, list(SCORE_COLUMNS), restval="", lineterminator="\n")
            table.writeheader()
            yield lambda record: table.writerow(_csv_cells(record))
        finally:
            text.detach()  # flushes; the file belongs to the caller
    else:
        yield from _parquet_writer(file)


def _write_line(file: BinaryIO, record: Mapping[str, Any]) -> None:
    file.write(dumps(record).encode() + b"\n")


def _cells(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record in `SCORE_COLUMNS`; what it does not have stays absent."""
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
    """As `_cells`, with no cell that a spreadsheet would run as a formula: ids are foreign text."""
    cells = _cells(record)
    for name, value in cells.items():
        if isinstance(value, bool):
            cells[name] = "true" if value else "false"
        elif isinstance(value, str):
            cells[name] = spreadsheet_safe(value)
    return cells


def spreadsheet_safe(cell: str) -> str:
    """`cell` as it may stand in a table of foreign text: a spreadsheet would run what begins as a formula."""
    return "'" + cell if _FORMULA.match(cell) else cell


def _parquet_writer(file: BinaryIO) -> Iterator[Write]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise InputError(PARQUET_HINT) from exc
    types = {str: pa.string(), float: pa.float64(), bool: pa.bool_(), int: pa.int64()}
    schema = pa.schema([(name, types[kind]) for name, kind in SCORE_COLUMNS.items()])
    rows: list[dict[str, Any]] = []
    with pq.ParquetWriter(file, schema) as table:

        def flush() -> None:
            table.write_table(pa.Table.from_pylist(rows, schema=schema))
            rows.clear()

        def write(record: Mapping[str, Any]) -> None:
            rows.append(_cells(record))
            if len(rows) == PARQUET_BATCH_ROWS:
                flush()

        yield write
        flush()
