"""A tracker's export file as a stream of numbered lines, in bounded memory.

A file is JSON lines, CSV or Snowplow's enriched TSV, plain or compressed with gzip, Zstandard or Brotli, or Parquet;
its first bytes and lines say which. Blank lines are no lines: they are skipped and never counted, but line numbers stay
those of the decompressed file.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from uxpipeline.errors import InputError
from uxpipeline.ingest.files.compression import DamagedError
from uxpipeline.ingest.files.compression import chunks as decompressed
from uxpipeline.ingest.files.delimited import csv_rows, enriched_rows, header_of, is_enriched
from uxpipeline.ingest.files.enriched import ENRICHED_COLUMNS
from uxpipeline.ingest.files.lines import Chunk, RawLine, lines_of, whole_lines
from uxpipeline.ingest.files.parquet import parquet_rows
from uxpipeline.ingest.records import JsonObject
from uxpipeline.ingest.refusal import LineRefused

SAMPLE_LINES = 50

_PEEKED_LINES = 10
_PARQUET = b"PAR1"


class Sample(NamedTuple):
    """What a source is recognised by.

    Attributes:
        form: what kind of file it is, for people.
        objects: the objects among its first lines.
        texts: those of them that are none.
    """

    form: str
    objects: list[JsonObject]
    texts: list[bytes]


def read_chunks(path: Path) -> Iterator[Chunk]:
    """Yield the lines of `path`; those of JSON as they follow each other in the file.

    Damage may show only after many lines were yielded: whoever stores them must be able to take them back.

    Raises:
        InputError: the file is missing, unreadable, empty or damaged.
    """
    with _opened(path) as (_, chunks):
        yield from chunks


def read_lines(path: Path) -> Iterator[RawLine]:
    """Yield the lines of `path` one by one.

    Raises:
        InputError: as `read_chunks`.
    """
    return lines_of(read_chunks(path))


def sample(path: Path, limit: int = SAMPLE_LINES) -> Sample:
    """Look at the first `limit` lines of `path`.

    Raises:
        InputError: as `read_chunks`.
    """
    objects, texts = [], []
    with _opened(path) as (form, chunks):
        for line in islice(lines_of(chunks), limit):
            try:
                objects.append(line.decode(line.raw))
            except LineRefused:
                texts.append(line.raw)
    return Sample(form, objects, texts)


def sha256_of(path: Path) -> str:
    """Return the hexadecimal SHA-256 of the bytes of `path`, the identity of a file whatever its name.

    Raises:
        InputError: the file is missing or unreadable.
    """
    with _problems_named(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[str, Iterator[Chunk]]]:
    with _problems_named(path), path.open("rb") as file:
        magic = file.read(len(_PARQUET))
        file.seek(0)
        if not magic:
            raise DamagedError("it is empty")
        if magic == _PARQUET:
            yield "Parquet", _one_by_one(parquet_rows(file))
        else:
            yield _text(whole_lines(decompressed(file, magic)))


def _text(chunks: Iterator[Chunk]) -> tuple[str, Iterator[Chunk]]:
    """Tell JSON lines from tables by the first few lines."""
    peeked, first = _peeked(chunks)
    chunks = chain(peeked, chunks)
    if any(is_enriched(line.raw) for line in first):
        return f"enriched TSV of {len(ENRICHED_COLUMNS)} columns", _one_by_one(enriched_rows(lines_of(chunks)))
    objects = any(line.raw.lstrip().startswith(b"{") for line in first)
    header = header_of(first[0].raw) if first and not objects else None
    if header is None:
        return "JSON lines", chunks
    delimiter, names = header
    lines = lines_of(chunks)
    next(lines)
    rows = csv_rows(lines, delimiter, names)
    return f"{'CSV' if delimiter == ',' else 'TSV'} of {len(names)} columns", _one_by_one(rows)


def _peeked(chunks: Iterator[Chunk]) -> tuple[list[Chunk], list[RawLine]]:
    """Return the first lines, and the chunks that were taken for them; without chunks of blank lines only."""
    taken: list[Chunk] = []
    first: list[RawLine] = []
    while len(first) < _PEEKED_LINES and (chunk := next(chunks, None)) is not None:
        if lines := [*lines_of([chunk])]:
            taken.append(chunk)
            first += lines
    return taken, first[:_PEEKED_LINES]


def _one_by_one(lines: Iterable[RawLine]) -> Iterator[Chunk]:
    for line in lines:
        yield [line]


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
