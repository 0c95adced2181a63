"""Tables as text: each record one object, so that an adapter sees what it would see in JSON lines.

CSV begins with a line of column names; Snowplow's enriched TSV has none. Empty cells are left out, columns of JSON hold
objects. A record of CSV may span lines; its number is that of its first. The line of names is not counted.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any

from uxpipeline.ingest.files.enriched import ENRICHED_COLUMNS
from uxpipeline.ingest.files.lines import MAX_LINE_BYTES, RawLine
from uxpipeline.ingest.files.strict_json import decode
from uxpipeline.ingest.records import JsonObject, Rejected
from uxpipeline.ingest.refusal import LineRefused

MAX_RECORD_LINES = 1_000

_TABS = len(ENRICHED_COLUMNS) - 1
_DELIMITERS = (",", "\t")
_NAME = re.compile(r"[A-Za-z_][\w.$]*")
_NULL = r"\N"
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
    """Yield enriched events."""
    to_object = _Decoder.of(ENRICHED_COLUMNS, "\t", quoted=False)
    for line in lines:
        yield line._replace(decode=to_object)


def csv_rows(lines: Iterable[RawLine], delimiter: str, names: Sequence[str]) -> Iterator[RawLine]:
    """Yield the records of a table."""
    to_object = _Decoder.of(names, delimiter, quoted=True)
    for record in _records(lines):
        yield record._replace(decode=to_object)


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
            yield line._replace(refusal=Rejected("unclosed_quote"))
            put_back.extendleft(reversed(parts[1:]))


def _taken(lines: deque[RawLine]) -> Iterator[RawLine]:
    while lines:
        yield lines.popleft()


@dataclass(frozen=True)
class _Decoder:
    """Makes an object of a record; one that parsing processes can be sent."""

    names: tuple[str, ...]
    delimiter: str
    quoted: bool
    json_columns: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, names: Sequence[str], delimiter: str, *, quoted: bool) -> "_Decoder":
        columns = ((index, name) for index, name in enumerate(names) if _JSON_COLUMN.fullmatch(name))
        return cls(tuple(names), delimiter, quoted, tuple(columns))

    def __call__(self, raw: bytes) -> JsonObject:
        """Return what a record holds.

        Raises:
            LineRefused: `wrong_columns`, `not_utf8`, `nul_character`, or where a column is no JSON what `decode` says.
        """
        try:
            cells = self._cells(raw.decode().rstrip("\r"))
        except UnicodeError:
            raise LineRefused("not_utf8") from None
        except csv.Error:
            raise LineRefused("wrong_columns") from None
        if len(cells) != len(self.names):
            raise LineRefused("wrong_columns")
        if b"\0" in raw:
            raise LineRefused("nul_character")
        for index, name in self.json_columns:
            if cells[index][:1] in {"{", "["}:
                cells[index] = decode(f'{{"{name}":{cells[index]}}}')[name]
        row = dict(compress(zip(self.names, cells, strict=True), cells))
        return row if _NULL not in cells else {name: cell for name, cell in row.items() if cell != _NULL}

    def _cells(self, text: str) -> list[Any]:
        if not (self.quoted and '"' in text):
            return text.split(self.delimiter)
        csv.field_size_limit(MAX_LINE_BYTES)
        return next(csv.reader([text], delimiter=self.delimiter, strict=True))
