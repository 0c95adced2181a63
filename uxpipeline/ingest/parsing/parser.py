"""Lines in, rows of the stage out: the part of a load that takes Python's time, for any number of processes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from uxpipeline.ingest.files.lines import RawLine
from uxpipeline.ingest.parsing.rows import Rows
from uxpipeline.ingest.parsing.transform import ERASED, LineTransformer, quarantine_payload
from uxpipeline.ingest.records import Rejected
from uxpipeline.ingest.sources.base import source_named
from uxpipeline.ingest.sources.context import Context
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
        self.sorts = source.reading.order is not None

    def chunks(self, lines: Iterable[RawLine]) -> Iterator[list[RawLine]]:
        """Cut a stream of lines into chunks as the source needs them: sorted, or without those not asked for."""
        only = self._only
        # Lines that explain each other are all needed, whichever are asked for.
        wanted = lines if only is None or self.sorts else (line for line in lines if line.number in only)
        return chunked(self._transformer.ordered(wanted))

    def blocks(self, lines: Iterable[RawLine]) -> dict[str, bytes]:
        """Return the rows of the stage tables that these lines make, as COPY reads them."""
        rows = Rows(self._load_id)
        for line in lines:
            outcome = self._transformer.outcome(line)
            if self._only is not None and line.number not in self._only:
                continue
            payload = quarantine_payload(line) if isinstance(outcome, Rejected) else ""
            if payload and self._erased.named_in(payload):
                outcome, payload = ERASED, ""
            rows.add(line.number, outcome, payload)
        return rows.blocks()


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
