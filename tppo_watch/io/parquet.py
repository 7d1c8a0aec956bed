"""Parquet in and out with bounded memory. Out goes by Arrow streams, which can be cut and gone on with."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from ..errors import InputError
from .rows import Row, Unreadable, Wanted

PARQUET_HINT = "Parquet needs pyarrow; install it with: pip install 'tppo-watch[parquet]'"

BATCH_ROWS = 1024
BATCH_BYTES = 32 * 2**20  # of a batch, as far as the file says how large its rows are
_ROW_GROUP = 32_768  # rows; some tens of megabytes of scored posts


def parquet_columns(file: BinaryIO) -> list[str]:
    """The columns of a Parquet file that can seek. Raises `InputError`."""
    return list(_opened(file, "table").schema_arrow.names)


def parquet_rows(file: BinaryIO, name: str, wanted: Wanted) -> Iterator[Row]:
    """The rows of a Parquet file; one from a pipe is first copied to a temporary file."""
    table = _opened(file, name)
    import pyarrow as pa

    wanted.check(table.schema_arrow.names, name)
    columns = {wanted.id, wanted.text, *wanted.others}.intersection(table.schema_arrow.names)
    number = 0
    try:
        for batch in table.iter_batches(batch_size=_batch_rows(table), columns=sorted(columns)):
            for i in range(batch.num_rows):
                number += 1
                yield wanted.row(number, _record(batch, i))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as exc:
        raise InputError(f"damaged after row {number}: {_one_line(exc)}", item=name) from exc


def _opened(file: BinaryIO, name: str) -> Any:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise InputError(PARQUET_HINT, item=name) from exc
    try:
        # Without `pre_buffer` and with a buffer, pages are read as they are wanted: otherwise memory holds a
        # whole row group, of which a file may have but one.
        source = file if file.seekable() else _copied(file)
        return pq.ParquetFile(source, buffer_size=2**20, pre_buffer=False)
    except (pa.ArrowException, OSError) as exc:
        raise InputError(f"not a Parquet file: {_one_line(exc)}", item=name) from exc


def _batch_rows(table: Any) -> int:
    """Rows of a batch: fewer where rows are so large that a batch of them would fill the memory."""
    groups = (table.metadata.row_group(i) for i in range(table.metadata.num_row_groups))
    largest = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=0)
    return max(1, min(BATCH_ROWS, int(BATCH_BYTES // max(largest, 1))))


def _record(batch: Any, i: int) -> dict[str, Any]:
    """One row; a cell that Python cannot hold, such as a text that is not UTF-8, costs that cell alone."""
    record: dict[str, Any] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            record[name] = column[i].as_py()
        except (ValueError, ArithmeticError, LookupError):  # not UTF-8, out of the calendar, no such zone
            record[name] = Unreadable()
    return record


def _copied(file: BinaryIO) -> BinaryIO:
    """A copy on disk, as Parquet is read from its end and a pipe has none yet."""
    copy = tempfile.TemporaryFile()
    shutil.copyfileobj(file, copy)
    copy.seek(0)
    return copy


def arrow_stream(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, type]) -> bytes:
    """Rows as one whole Arrow stream. Streams may follow each other in a file.

    Raises
    ------
    InputError
        Without pyarrow.
    """
    try:
        import pyarrow as pa
    except ImportError as exc:
        raise InputError(PARQUET_HINT) from exc
    types = {str: pa.string(), float: pa.float64(), bool: pa.bool_(), int: pa.int64()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    out = io.BytesIO()
    with pa.ipc.new_stream(out, schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        stream.write_batch(pa.RecordBatch.from_pylist(list(rows), schema=schema))
    return out.getvalue()


def streams_to_parquet(streams: BinaryIO, out: BinaryIO) -> None:
    """Write the Arrow streams that a file holds, of which there is one at least, as one Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    waiting: list[Any] = []
    writer: Any = None
    while streams.peek(1):  # type: ignore[attr-defined]
        with pa.ipc.open_stream(streams) as stream:
            if writer is None:
                writer = pq.ParquetWriter(out, stream.schema)
            waiting += list(stream)
        if sum(batch.num_rows for batch in waiting) >= _ROW_GROUP:
            writer.write_table(pa.Table.from_batches(waiting))
            waiting.clear()
    with writer:
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting))


def _one_line(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:200]
