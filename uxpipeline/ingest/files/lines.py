"""Cutting a stream of bytes into lines without ever holding a line that does not fit."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from uxpipeline.ingest.files import strict_json
from uxpipeline.ingest.records import JsonObject, Rejected

MAX_LINE_BYTES = 1024 * 1024
PREFIX_BYTES = 256

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class RawLine(NamedTuple):
    """One line before it is decoded.

    Attributes:
        number: position in the file, from 1.
        raw: its bytes; of a line that is too long only the first ones.
        refusal: why the reader itself could not take the line.
        decode: what makes an object of the bytes, or raises `LineRefused`.
    """

    number: int
    raw: bytes
    refusal: Rejected | None = None
    decode: Callable[[bytes], JsonObject] = strict_json.decode


class _LongLine:
    """What is kept of a line that is too long to keep."""

    def __init__(self, start: bytes) -> None:
        self._prefix = start[:PREFIX_BYTES]
        self._size = 0
        self._digest = hashlib.sha256()
        self.add(start)

    def add(self, part: bytes) -> None:
        self._size += len(part)
        self._digest.update(part)

    def refused(self, number: int) -> RawLine:
        detail = f"{self._size} bytes, sha256 {self._digest.hexdigest()}"
        return RawLine(number, self._prefix, Rejected("line_too_long", detail))


def bounded(number: int, line: bytes) -> RawLine:
    """Return a line, refused where it is too long."""
    return RawLine(number, line) if len(line) <= MAX_LINE_BYTES else _LongLine(line).refused(number)


def split_lines(pieces: Iterable[bytes]) -> Iterator[RawLine]:
    """Yield the lines of a stream that are not blank, without the byte order mark that may begin it."""
    number = 0
    pending = b""
    long_line: _LongLine | None = None
    for piece in pieces:
        rest = piece
        if long_line:
            part, newline, rest = piece.partition(b"\n")
            long_line.add(part)
            if not newline:
                continue
            number += 1
            yield long_line.refused(number)
            long_line = None
        *lines, pending = (pending + rest).split(b"\n")
        yield from _contents(lines, number + 1)
        number += len(lines)
        if len(pending) > MAX_LINE_BYTES:
            long_line, pending = _LongLine(pending), b""
    if long_line:
        yield long_line.refused(number + 1)
    else:
        yield from _contents([pending], number + 1)


def _contents(lines: list[bytes], first: int) -> Iterator[RawLine]:
    if first == 1:
        lines[:1] = [line.removeprefix(_BYTE_ORDER_MARK) for line in lines[:1]]
    for number, line in enumerate(lines, first):
        if line and not line.isspace():
            yield bounded(number, line)
