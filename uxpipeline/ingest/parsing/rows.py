"""From outcomes of lines to rows of the stage tables, as text that COPY reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, repeat
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import to_builtins
from msgspec.json import Encoder
from msgspec.structs import replace

from uxpipeline.ingest.records import (
    SILENCE,
    Accepted,
    Assignment,
    Conversion,
    Event,
    FunnelStep,
    Moment,
    Outcome,
    Record,
    Rejected,
    Remark,
    Session,
)

NULL = "\x02"
"""What COPY takes for NULL; a value that holds it is escaped."""
LINES: Final = "stage_lines"
EVENTS: Final = "stage_events"
_TABLES: Final[dict[type, tuple[str, tuple[str, ...]]]] = {
    Event: (
        EVENTS,
        (
            "id", "session_id", "event_type", "timestamp", "page_url", "element_path", "element_type", "element_text",
            "coordinates", "viewport_size", "event_data", "component_id", "metadata", "received_at", "earliest_only",
            "deepest_only",
        ),
    ),
    Session: (
        "stage_sessions",
        (
            "session_id", "at", "landing_page", "exit_page", "exit_reason", "user_agent", "referrer", "device_type",
            "screen_resolution", "language", "country_code", "created_at", "duration_seconds", "page_count", "visitor",
            "received_at",
        ),
    ),
    FunnelStep: (
        "stage_funnel_steps",
        (
            "id", "session_id", "funnel_name", "step_name", "step_order", "entered_at", "exited_at",
            "duration_seconds", "dropoff_reason", "metadata", "received_at", "derived",
        ),
    ),
    Assignment: (
        "stage_assignments",
        ("id", "test_id", "session_id", "variant", "assigned_at", "metadata", "received_at", "park"),
    ),
    Conversion: ("stage_conversions", ("session_id", "name", "at", "test_id")),
    Moment: ("stage_moments", ("session_id", "visitor", "at")),
    Remark: ("stage_remarks", ("session_id", "kind", "subject", "at", "value")),
}  # fmt: skip
_RENAMED = {"visitor": "visitor_key"}  # hashed by the time it is staged
_MORE_COLUMNS = {EVENTS: ("plain",)}  # what a record does not know of itself
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    LINES: ("load_id", "line_no", "source_id", "session_id", "kind", "outcome", "reason", "detail", "payload")
} | {
    table: ("load_id", "line_no", *(_RENAMED.get(column, column) for column in columns), *_MORE_COLUMNS.get(table, ()))
    for table, columns in _TABLES.values()
}
"""The stage tables, in the order they are filled, with the columns of their rows."""
_VALUES: Final[dict[type, tuple[str, Callable[[Any], tuple[Any, ...]]]]] = {
    record: (table, attrgetter(*columns)) for record, (table, columns) in _TABLES.items()
}
_EVENT_VALUES: Final = _VALUES[Event][1]
_NONE = type(None)
_ENCODER: Final = Encoder()
_MARKS = "\\\t\n\r"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", NULL: f"\\{NULL}"})


class Staged(NamedTuple):
    """The rows of each stage table that has any, as COPY reads them, and how many lines they tell of."""

    lines: int
    blocks: dict[str, bytes]


class Rows:
    """The rows of some lines of a load; what an event repeats of its session is staged once."""

    def __init__(self, load_id: int) -> None:
        self._load_id = load_id
        self._lines = 0
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        self._line_nos: dict[str, list[int]] = {table: [] for table in COLUMNS}
        self._written: dict[str, list[bytes]] = {table: [] for table in COLUMNS}
        self._hints: dict[str, Session] = {}

    def add(self, line_no: int, outcome: Outcome, payload: str) -> None:
        """Add one line; `payload` (masked, capped) is kept only for a rejected one."""
        self._lines += 1
        records = _with_landing_hint(outcome.records) if type(outcome) is Accepted else ()
        plain = type(outcome) is Accepted and _is_plain(outcome, records)
        if not plain:
            self._add(LINES, line_no, _line(outcome, payload))
        for record in records:
            if type(record) is Event:
                self._add(EVENTS, line_no, (*_EVENT_VALUES(record), plain))
            elif type(record) is not Session or record.at is None or self._is_news(record):
                table, values = _VALUES[type(record)]
                self._add(table, line_no, values(record))

    def add_plain(
        self, line_nos: Sequence[str], columns: Mapping[str, Iterable[str]], constants: Mapping[str, str]
    ) -> None:
        """Add plain lines: the columns of their events, as COPY reads them."""
        self._lines += len(line_nos)
        self.add_columns(EVENTS, line_nos, columns, {**constants, "plain": "True"})

    def add_columns(
        self, table: str, line_nos: Iterable[str], columns: Mapping[str, Iterable[str]], constants: Mapping[str, str]
    ) -> None:
        """Add rows of a table by column, as COPY reads their values; the other columns are NULL."""
        given = {column: columns.get(column, constants.get(column, NULL)) for column in COLUMNS[table][2:]}
        if written := self._copied(line_nos, _merged(given.values())):
            self._written[table].append(written)

    def _add(self, table: str, line_no: int, values: tuple[Any, ...]) -> None:
        self._line_nos[table].append(line_no)
        self._rows[table].append(values)

    def staged(self) -> Staged:
        """What was added."""
        found = {table: [*self._written[table], *self._blocks(table, rows)] for table, rows in self._rows.items()}
        return Staged(self._lines, {table: b"\n".join([*some, b""]) for table, some in found.items() if some})

    def _blocks(self, table: str, rows: list[tuple[Any, ...]]) -> Iterator[bytes]:
        if rows:
            # By column, not by row: the values of a column are alike, so each step is one pass in C over all of them.
            yield self._copied(map(str, self._line_nos[table]), map(_column, zip(*rows, strict=True)))

    def _copied(self, line_nos: Iterable[str], columns: Iterable[Iterable[str]]) -> bytes:
        lines = map("\t".join, zip(repeat(str(self._load_id)), line_nos, *columns, strict=False))
        return "\n".join(lines).encode()

    def _is_news(self, hint: Session) -> bool:
        """Whether an event says something of its session that the last hint did not; most repeat it.

        After a silence it may be another session: where sessions have yet to be cut, the name is the visitor's.
        """
        last = self._hints.get(hint.session_id)
        if last is not None and last.at is not None and hint.at is not None and last.at <= hint.at < last.at + SILENCE:
            # Where the session was later says nothing of where it began.
            landing_page = last.landing_page if hint.at > last.at and last.landing_page else hint.landing_page
            if replace(hint, at=last.at, received_at=last.received_at, landing_page=landing_page) == last:
                return False
        self._hints[hint.session_id] = hint
        return True


def copied(text: str | None) -> str:
    """Return a text as COPY reads it."""
    return NULL if text is None else text.translate(_ESCAPES)


def _merged(columns: Iterable[Iterable[str]]) -> Iterator[Iterable[str]]:
    """Make one column of constants that stand side by side."""
    for is_constant, some in groupby(columns, lambda column: isinstance(column, str)):
        if is_constant:
            yield repeat("\t".join(map(str, some)))
        else:
            yield from some


def _column(values: tuple[Any, ...]) -> Sequence[str]:
    """Return the values of a column as COPY reads them."""
    types = {*map(type, values)}
    nulls = values.count(None) if _NONE in types else 0
    if nulls == len(values):
        return [NULL] * nulls
    texts = _texts(values, types - {_NONE})
    if nulls:
        texts = [NULL if value is None else text for text, value in zip(texts, values, strict=True)]
    everything = "".join(texts)
    if any(mark in everything for mark in _MARKS) or everything.count(NULL) > nulls:
        texts = [text if value is None else copied(text) for text, value in zip(texts, values, strict=True)]
    return texts


def _texts(values: tuple[Any, ...], types: set[type]) -> Sequence[Any]:
    if types == {str}:
        return values
    if types == {dict}:
        return _ENCODER.encode_lines(values).decode().split("\n")[:-1]
    if types <= {UUID, datetime}:
        written: Sequence[Any] = to_builtins(values)
        return written
    return [*map(str, values)]


def _line(outcome: Outcome, payload: str) -> tuple[str | None, ...]:
    if isinstance(outcome, Rejected):
        return None, None, "", "quarantined", outcome.reason, outcome.detail, payload
    became = "pending" if type(outcome) is Accepted else "ignored"
    return outcome.source_id, outcome.session_id, outcome.kind, became, None, None, None


def _is_plain(line: Accepted, records: tuple[Record, ...]) -> bool:
    """Whether a line is its event and nothing else, besides what that says of its session."""
    event, *others = records
    return (
        type(event) is Event
        and not event.earliest_only
        and not event.deepest_only
        and event.session_id == line.session_id
        and str(event.id) == line.source_id
        and all(type(record) is Session and record.at is not None for record in others)
    )


def _with_landing_hint(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """An event tells where its session was at that time, unless the line says where the session began."""
    event = said = None
    for record in records:
        if event is None and type(record) is Event:
            event = record
        elif said is None and type(record) is Session:
            said = record
    if event is None:
        return records
    if said is None:
        return (*records, Session(session_id=event.session_id, at=event.timestamp, landing_page=event.page_url))
    if said.landing_page:
        return records
    return tuple(replace(said, landing_page=event.page_url) if record is said else record for record in records)
