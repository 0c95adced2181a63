"""Lines in, rows of the stage out: the part of a load that takes Python's time, for any number of processes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from uxpipeline.ingest.files.lines import Block, Chunk, RawLine, lines_of, size_of
from uxpipeline.ingest.parsing.plain_events import PlainEvents
from uxpipeline.ingest.parsing.rows import Rows, Staged
from uxpipeline.ingest.parsing.transform import ERASED, LineTransformer, quarantine_payload
from uxpipeline.ingest.records import Rejected
from uxpipeline.ingest.sources.base import source_named
from uxpipeline.ingest.sources.context import Context
from uxpipeline.ingest.sources.native import Native
from uxpipeline.settings import Masking
from uxpipeline.subjects.tombstones import Tombstones

CHUNK_LINES = 5_000
CHUNK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Parsing:
    """Everything that decides what becomes of a line, besides the line itself; `only` names the lines to stage."""

    load_id: int
    source: str
    context: Context
    earliest: datetime
    now: datetime
    erased: Tombstones
    masking: Masking = "strict"
    only: frozenset[int] | None = None


class Parser:
    """Parses chunks of lines; only a source that has them sorted may keep something between them."""

    def __init__(self, parsing: Parsing) -> None:
        source = source_named(parsing.source, parsing.context)
        self._load_id = parsing.load_id
        self._only = parsing.only
        self._erased = parsing.erased
        self._transformer = LineTransformer(
            source, earliest=parsing.earliest, now=parsing.now, erased=parsing.erased, masking=parsing.masking
        )
        self._plain: PlainEvents | None = None
        if isinstance(source, Native) and parsing.only is None:
            self._plain = PlainEvents(
                source, earliest=parsing.earliest, now=parsing.now, erased=parsing.erased, masking=parsing.masking
            )
        self.sorts = source.reading.order is not None

    def chunks(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Bring lines to chunks as the source needs them: sorted, or without those not asked for."""
        only = self._only
        # Lines that explain each other are all needed, whichever are asked for.
        if self.sorts:
            return chunked(self._transformer.ordered(lines_of(chunks)))
        if only is not None:
            return chunked(line for line in lines_of(chunks) if line.number in only)
        return sized(chunks)

    def staged(self, chunk: Chunk) -> Staged:
        """Return what the stage is to hold of these lines."""
        rows = Rows(self._load_id)
        lines = self._plain.take(chunk, rows) if self._plain and isinstance(chunk, Block) else lines_of([chunk])
        for line in lines:
            outcome = self._transformer.outcome(line)
            if self._only is not None and line.number not in self._only:
                continue
            payload = quarantine_payload(line) if isinstance(outcome, Rejected) else ""
            if payload and self._erased.named_in(payload):
                outcome, payload = ERASED, ""
            rows.add(line.number, outcome, payload)
        return rows.staged()


def sized(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Bring chunks to a bounded length and size that is worth a COPY."""
    for kind, some in groupby(chunks, type):
        if kind is Block:
            yield from _joined(_cut(chunk for chunk in some if isinstance(chunk, Block)))
        else:
            yield from chunked(lines_of(some))


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    pending: list[Block] = []
    lines = size = 0
    for block in blocks:
        if pending and (lines + block.lines > CHUNK_LINES or size + size_of(block) > CHUNK_BYTES):
            yield _one_of(pending)
            pending, lines, size = [], 0, 0
        pending.append(block)
        lines += block.lines
        size += size_of(block)
    if pending:
        yield _one_of(pending)


def _one_of(blocks: list[Block]) -> Block:
    return Block(blocks[0].first, sum(block.lines for block in blocks), b"\n".join(block.data for block in blocks))


def _cut(blocks: Iterable[Block]) -> Iterator[Block]:
    """Cut blocks that are too large into their lines."""
    for block in blocks:
        if block.lines > CHUNK_LINES or size_of(block) > CHUNK_BYTES:
            yield from (Block(number, 1, line) for number, line in block.numbered())
        else:
            yield block


def chunked(lines: Iterable[RawLine]) -> Iterator[list[RawLine]]:
    """Cut a stream of lines into chunks of bounded length and size."""
    chunk: list[RawLine] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line.raw)
        if len(chunk) >= CHUNK_LINES or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
