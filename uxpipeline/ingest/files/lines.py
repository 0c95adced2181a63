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


class Block(NamedTuple):
    """Whole lines as they follow each other in a file.

    Attributes:
        first: position of the first one in the file, from 1.
        lines: how many there are.
        data: their bytes, with a line feed between them.
    """

    first: int
    lines: int
    data: bytes

    def numbered(self) -> Iterator[tuple[int, bytes]]:
        """Yield every line with its position."""
        return enumerate(self.data.split(b"\n"), self.first)


Chunk = Block | list[RawLine]
"""Lines that follow each other."""


def lines_of(chunks: Iterable[Chunk]) -> Iterator[RawLine]:
    """Yield the lines that are not blank."""
    for chunk in chunks:
        yield from contents(chunk.numbered()) if isinstance(chunk, Block) else chunk


def size_of(chunk: Chunk) -> int:
    """How many bytes of the file lines are."""
    return len(chunk.data) + 1 if isinstance(chunk, Block) else sum(len(line.raw) + 1 for line in chunk)


def contents(numbered: Iterable[tuple[int, bytes]]) -> Iterator[RawLine]:
    """Yield lines without the blank ones; one that is too long is refused."""
    for number, line in numbered:
        if line and not line.isspace():
            yield bounded(number, line)


def split_lines(pieces: Iterable[bytes]) -> Iterator[RawLine]:
    """Yield the lines of a stream that are not blank, without the byte order mark that may begin it."""
    return lines_of(whole_lines(pieces))


def whole_lines(pieces: Iterable[bytes]) -> Iterator[Chunk]:
    """Cut a stream where a line ends, once in a piece, and leave out the byte order mark that may begin it."""
    number = 1
    pending = b""
    long_line: _LongLine | None = None
    for piece in pieces:
        rest = piece
        if long_line:
            part, newline, rest = piece.partition(b"\n")
            long_line.add(part)
            if not newline:
                continue
            yield [long_line.refused(number)]
            number += 1
            long_line = None
        lines, newline, pending = (pending + rest).rpartition(b"\n")
        if newline:
            block = _block(number, lines)
            yield block
            number += block.lines
        if len(pending) > MAX_LINE_BYTES:
            long_line, pending = _LongLine(pending), b""
    yield [long_line.refused(number)] if long_line else _block(number, pending)


def _block(first: int, data: bytes) -> Block:
    return Block(first, data.count(b"\n") + 1, data.removeprefix(_BYTE_ORDER_MARK) if first == 1 else data)
