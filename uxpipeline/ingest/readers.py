"""A tracker's export file as a stream of numbered lines, in bounded memory.

A file is JSON lines, plain or compressed with gzip or Zstandard, or Parquet; its first bytes say which. Blank lines are
no lines: they are skipped and never counted, but line numbers stay those of the decompressed file.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from uxpipeline.errors import InputError
from uxpipeline.ingest.compression import DamagedError, chunks
from uxpipeline.ingest.lines import RawLine, split_lines
from uxpipeline.ingest.parquet import parquet_rows
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused
from uxpipeline.ingest.strict_json import decode

SAMPLE_LINES = 50

_PARQUET = b"PAR1"


def read_lines(path: Path) -> Iterator[RawLine]:
    """Yield the lines of `path`.

    Damage may show only after many lines were yielded: whoever stores them must be able to take them back.

    Raises:
        InputError: the file is missing, unreadable, empty or damaged.
    """
    with _problems_named(path), path.open("rb") as file:
        magic = file.read(len(_PARQUET))
        file.seek(0)
        if not magic:
            raise DamagedError("it is empty")
        yield from parquet_rows(file) if magic == _PARQUET else split_lines(chunks(file, magic))


def sample(path: Path, limit: int = SAMPLE_LINES) -> list[JsonObject]:
    """Return the objects among the first `limit` lines of `path`: what a source is recognised by.

    Raises:
        InputError: as `read_lines`.
    """
    objects = []
    for line in islice(read_lines(path), limit):
        try:
            objects.append(decode(line.raw))
        except LineRefused:
            continue
    return objects


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of the bytes of `path`, the identity of a file whatever its name.

    Raises:
        InputError: the file is missing or unreadable.
    """
    with _problems_named(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _problems_named(path: Path) -> Iterator[None]:
    try:
        yield
    except DamagedError as damage:
        raise InputError(f"`{path}` cannot be loaded: {damage}", "Fetch or export the file again") from None
    except FileNotFoundError:
        raise InputError(f"`{path}` does not exist", "Check the name") from None
    except OSError as error:
        raise InputError(f"`{path}` cannot be read: {error.strerror}", "Check that it is a readable file") from None
