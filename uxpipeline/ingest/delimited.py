"""Tables as text as JSON lines, so that everything after the reader sees one kind of input.

CSV begins with a line of column names; Snowplow's enriched TSV has none. Empty cells are left out. A record of CSV may
span lines; its number is that of its first. The line of names is no line: it is not counted.
"""

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from uxpipeline.ingest.enriched import ENRICHED_COLUMNS
from uxpipeline.ingest.lines import MAX_LINE_BYTES, RawLine, bounded
from uxpipeline.ingest.records import Rejected

MAX_RECORD_LINES = 1_000

_TABS = len(ENRICHED_COLUMNS) - 1
_DELIMITERS = (",", "\t")
_NAME = re.compile(r"[A-Za-z_][\w.$]*")
_NULL = r"\N"
_encode = json.JSONEncoder(ensure_ascii=False).encode
_JSON_COLUMN = re.compile(r"(?:contexts|unstruct_event)(?:_.*)?|derived_contexts")


def is_enriched(raw: bytes) -> bool:
    """Tell whether a line has as many cells as an enriched event."""
    return raw.count(b"\t") == _TABS and not raw.startswith(b"{")


def header_of(raw: bytes) -> tuple[str, Sequence[str]] | None:
    """Return the delimiter and the column names of a line that holds nothing but names, in lower case."""
    text = raw.decode(errors="replace").strip()
    for delimiter in _DELIMITERS:
        names = [name.strip().strip('"').lower() for name in text.split(delimiter)]
        if len(names) > 1 and len(set(names)) == len(names) and all(map(_NAME.fullmatch, names)):
            return delimiter, names
    return None


def enriched_rows(lines: Iterable[RawLine]) -> Iterator[RawLine]:
    """Yield every enriched event as one JSON object."""
    to_object = _encoder(ENRICHED_COLUMNS)
    for line in lines:
        yield line if line.refusal else _row(line, lambda text: text.split("\t"), to_object)


def csv_rows(lines: Iterable[RawLine], delimiter: str, names: Sequence[str]) -> Iterator[RawLine]:
    """Yield every record as one JSON object."""
    csv.field_size_limit(MAX_LINE_BYTES)
    to_object = _encoder(names)

    def cells(text: str) -> list[str]:
        return next(csv.reader([text], delimiter=delimiter, strict=True)) if '"' in text else text.split(delimiter)

    for record in _records(lines):
        yield record if record.refusal else _row(record, cells, to_object)


def _records(lines: Iterable[RawLine]) -> Iterator[RawLine]:
    """Join the lines of records whose quoted cells hold line breaks; a quote that never closes costs its own line."""
    coming = iter(lines)
    put_back: deque[RawLine] = deque()
    while (line := put_back.popleft() if put_back else next(coming, None)) is not None:
        if line.refusal or line.raw.count(b'"') % 2 == 0:
            yield line
            continue
        parts, size = [line], len(line.raw)
        for part in chain(_taken(put_back), coming):
            parts.append(part)
            size += len(part.raw) + 1
            if part.refusal or size > MAX_LINE_BYTES or len(parts) > MAX_RECORD_LINES:
                break
            if part.raw.count(b'"') % 2:
                yield RawLine(line.number, b"\n".join(each.raw for each in parts))
                parts = []
                break
        if parts:
            yield _refused(line, "unclosed_quote")
            put_back.extendleft(reversed(parts[1:]))


def _taken(lines: deque[RawLine]) -> Iterator[RawLine]:
    while lines:
        yield lines.popleft()


def _row(line: RawLine, cells_of: Callable[[str], list[str]], to_object: Callable[[list[str]], str]) -> RawLine:
    try:
        return bounded(line.number, to_object(cells_of(line.raw.decode().rstrip("\r"))).encode())
    except UnicodeError:
        return _refused(line, "not_utf8")
    except (csv.Error, ValueError):
        return _refused(line, "wrong_columns")


def _refused(line: RawLine, reason: str) -> RawLine:
    """Keep what comes before the first JSON: that may hold what people typed, and here nobody can tell."""
    return RawLine(line.number, line.raw.partition(b"{")[0], Rejected(reason))


def _encoder(names: Sequence[str]) -> Callable[[list[str]], str]:
    json_columns = [(index, name) for index, name in enumerate(names) if _JSON_COLUMN.fullmatch(name)]

    def to_object(cells: list[str]) -> str:
        if len(cells) != len(names):
            raise ValueError("another number of cells")
        nested = ""
        for index, name in json_columns:
            if cells[index][:1] in {"{", "["}:
                # As it is: its text is what the line would hold, were it JSON.
                nested += f', "{name}": {cells[index]}'
                cells[index] = ""
        flat = {name: cell for name, cell in zip(names, cells, strict=True) if cell and cell != _NULL}
        return f"{_encode(flat)[:-1]}{nested}}}"

    return to_object
