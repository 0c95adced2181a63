"""Parquet rows as JSON lines, so that everything after the reader sees one kind of input."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

from uxpipeline.errors import InputError
from uxpipeline.ingest.files.compression import MAX_RATIO, UNSUSPECTED_BYTES, DamagedError
from uxpipeline.ingest.files.lines import RawLine, bounded
from uxpipeline.ingest.records import Rejected

_BATCH_ROWS = 256


def parquet_rows(file: BinaryIO) -> Iterator[RawLine]:
    """Yield every row of `file` as one JSON object; times become RFC 3339 text.

    Raises:
        DamagedError: the file cannot be read as Parquet.
        InputError: the optional package `pyarrow` is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional package
        import pyarrow.parquet as pq  # noqa: PLC0415 - optional package
    except ImportError:
        raise InputError(
            "Parquet files need the package `pyarrow`", "Install it: pip install 'uxpipeline[parquet]'"
        ) from None
    try:
        table = pq.ParquetFile(file, pre_buffer=False, buffer_size=1024 * 1024)
        _check_shape(table)
        number = 1
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            yield from _rows(batch, number)
            number += len(batch)
    except (pa.ArrowException, OSError):
        raise DamagedError("it is not readable as Parquet") from None


def _check_shape(table: Any) -> None:  # noqa: ANN401 - pyarrow has no type hints
    names = table.schema_arrow.names
    if len(set(names)) != len(names):
        raise DamagedError("two of its columns have the same name")
    groups = [table.metadata.row_group(index) for index in range(table.metadata.num_row_groups)]
    expanded = sum(group.total_byte_size for group in groups)
    stored = sum(group.column(index).total_compressed_size for group in groups for index in range(group.num_columns))
    if expanded > UNSUSPECTED_BYTES and expanded > MAX_RATIO * stored:
        raise DamagedError(f"it expands to more than {MAX_RATIO} times its size")


def _rows(batch: Any, number: int) -> Iterator[RawLine]:  # noqa: ANN401 - pyarrow has no type hints
    try:
        rows = batch.to_pylist()
    except (ValueError, OverflowError):
        # One value Python cannot hold refuses its whole batch: find its row, keep the others.
        if len(batch) > 1:
            for index in range(len(batch)):
                yield from _rows(batch.slice(index, 1), number + index)
            return
        yield RawLine(number, b"", Rejected("unreadable_value"))
    else:
        for index, row in enumerate(rows):
            yield bounded(number + index, json.dumps(row, default=_plain).encode())


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
