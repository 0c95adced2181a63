"""Cutting a stream of bytes into lines without ever holding a line that does not fit."""

import hashlib
from collections.abc import Iterable, Iterator

from uxpipeline.ingest.records import Rejected

MAX_LINE_BYTES = 1024 * 1024
PREFIX_BYTES = 256

Cut = tuple[bytes, Rejected | None]
"""A line's bytes, or the first bytes of a line that is too long and its verdict."""


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

    def cut(self) -> Cut:
        return self._prefix, Rejected("line_too_long", f"{self._size} bytes, sha256 {self._digest.hexdigest()}")


def bounded(line: bytes) -> Cut:
    """Return `line` itself, or its beginning and a verdict where it is too long."""
    return (line, None) if len(line) <= MAX_LINE_BYTES else _LongLine(line).cut()


def split_lines(pieces: Iterable[bytes]) -> Iterator[Cut]:
    """Yield the lines of a stream; what follows the last newline is a line too, if only an empty one."""
    pending = b""
    long_line: _LongLine | None = None
    for piece in pieces:
        rest = piece
        if long_line:
            part, newline, rest = piece.partition(b"\n")
            long_line.add(part)
            if not newline:
                continue
            yield long_line.cut()
            long_line = None
        *lines, pending = (pending + rest).split(b"\n")
        yield from map(bounded, lines)
        if len(pending) > MAX_LINE_BYTES:
            long_line, pending = _LongLine(pending), b""
    yield long_line.cut() if long_line else bounded(pending)
