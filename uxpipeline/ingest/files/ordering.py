"""Sorting the lines of a file in bounded memory: what does not fit waits in temporary files."""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, Any

from uxpipeline.ingest.files import strict_json
from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused

RUN_BYTES = 16 * 1024 * 1024
"""How much of a file is sorted in memory at once."""

_LINE_OVERHEAD = 300
Placed = tuple[tuple[Any, ...], bytes, int]


def in_order(
    lines: Iterable[RawLine], order: Callable[[JsonObject], Any], decode: Callable[[bytes], JsonObject]
) -> Iterator[RawLine]:
    """Yield lines by what `order` says of them, equal ones by their bytes; those that have no place come first.

    Lines of JSON are decoded by `decode`.
    """
    with ExitStack() as runs:
        spilled: list[Iterator[Placed]] = []
        pending: list[Placed] = []
        size = 0
        for read in lines:
            line = read._replace(decode=decode) if read.decode is strict_json.decode else read
            place = _place(line, order) if line.decode is decode else None
            if place is None:
                yield line
                continue
            pending.append((place, line.raw, line.number))
            size += len(line.raw) + _LINE_OVERHEAD
            if size > RUN_BYTES:
                spilled.append(_spilled(sorted(pending), runs.enter_context(TemporaryFile())))
                pending, size = [], 0
        for _, raw, number in heapq.merge(*spilled, sorted(pending)):
            yield RawLine(number, raw, decode=decode)


def _place(line: RawLine, order: Callable[[JsonObject], Any]) -> tuple[Any, ...] | None:
    if line.refusal is not None:
        return None
    try:
        place: tuple[Any, ...] | None = order(line.decode(line.raw))
    except LineRefused:
        return None
    return place


def _spilled(placed: list[Placed], file: IO[bytes]) -> Iterator[Placed]:
    for place, raw, number in placed:
        file.write(json.dumps([place, number]).encode() + b"\n" + raw + b"\n")
    file.seek(0)
    return _read_back(file)


def _read_back(file: IO[bytes]) -> Iterator[Placed]:
    while head := file.readline():
        place, number = json.loads(head)
        yield tuple(place), file.readline().removesuffix(b"\n"), number
