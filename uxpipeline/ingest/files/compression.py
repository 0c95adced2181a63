"""The bytes of a file, decompressed by what the file is rather than by what it is called."""

import gzip
import zlib
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from uxpipeline.errors import InputError

CHUNK_BYTES = 256 * 1024
MAX_RATIO = 200
UNSUSPECTED_BYTES = 64 * 1024 * 1024
"""Decompressed bytes up to which the ratio does not matter."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BROTLI_PEEK_BYTES = 4096
# Zstandard has no bound on what one call returns: one kibibyte of input can be 32 MiB of output.
_ZSTD_INPUT_BYTES = 1024
_ZSTD_MAX_WINDOW = 64 * 1024 * 1024


class DamagedError(Exception):
    """The bytes end too early or contradict themselves."""


def chunks(file: BinaryIO, magic: bytes) -> Iterator[bytes]:
    """Yield the content of `file`, whose first bytes are `magic`, in pieces of bounded size.

    Raises:
        DamagedError: the compressed data is cut off, corrupt, or expands beyond all proportion.
        InputError: the file needs an optional package that is not installed.
    """
    if magic.startswith(_GZIP):
        return _guarded(file, _gzip_chunks(file))
    if magic.startswith(_ZSTD):
        return _guarded(file, _zstd_chunks(file))
    if not magic.startswith(b"{") and _is_brotli(file):
        return _guarded(file, _brotli_chunks(file))
    return iter(partial(file.read, CHUNK_BYTES), b"")


def _guarded(file: BinaryIO, pieces: Iterator[bytes]) -> Iterator[bytes]:
    produced = 0
    for piece in pieces:
        produced += len(piece)
        if produced > UNSUSPECTED_BYTES and produced > MAX_RATIO * file.tell():
            raise DamagedError(f"it expands to more than {MAX_RATIO} times its size")
        yield piece


def _gzip_chunks(file: BinaryIO) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=file) as member:
            yield from iter(partial(member.read, CHUNK_BYTES), b"")
    except EOFError:
        raise DamagedError("its gzip data is cut off") from None
    except (gzip.BadGzipFile, zlib.error):
        raise DamagedError("its gzip data is corrupt") from None


def _zstd_chunks(file: BinaryIO) -> Iterator[bytes]:
    try:
        import zstandard  # noqa: PLC0415 - optional package
    except ImportError:
        raise InputError(
            "Zstandard files need the package `zstandard`", "Install it: pip install 'uxpipeline[zstd]'"
        ) from None
    frames = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW)
    frame = None
    try:
        while piece := file.read(_ZSTD_INPUT_BYTES):
            while piece:
                frame = frame or frames.decompressobj()
                data = frame.decompress(piece)
                yield from (data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES))
                piece, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    except zstandard.ZstdError:
        raise DamagedError("its Zstandard data is corrupt") from None
    if frame is not None:
        raise DamagedError("its Zstandard data is cut off")


def _is_brotli(file: BinaryIO) -> bool:
    """Tell whether the file begins with JSON compressed with Brotli, which has no mark of its own."""
    try:
        import brotli  # noqa: PLC0415 - optional package
    except ImportError:
        return False
    head = file.read(_BROTLI_PEEK_BYTES)
    file.seek(0)
    try:
        start: bytes = brotli.Decompressor().process(head, output_buffer_limit=1)
    except brotli.error:
        return False
    return start.startswith(b"{")


def _brotli_chunks(file: BinaryIO) -> Iterator[bytes]:
    import brotli  # noqa: PLC0415 - optional package

    decompressor = brotli.Decompressor()
    try:
        while not decompressor.is_finished():
            piece = file.read(CHUNK_BYTES) if decompressor.can_accept_more_data() else b""
            data = decompressor.process(piece, output_buffer_limit=CHUNK_BYTES)
            if not data and not piece and decompressor.can_accept_more_data():
                raise DamagedError("its Brotli data is cut off")
            yield data
    except brotli.error:
        raise DamagedError("its Brotli data is corrupt") from None
    if file.read(1):
        raise DamagedError("something follows its Brotli data")
