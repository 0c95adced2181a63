"""From outcomes of lines to rows of the stage tables, as text that COPY reads."""

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from msgspec.json import encode
from msgspec.structs import replace

from uxpipeline.ingest.records import (
    SILENCE,
    Accepted,
    Assignment,
    Conversion,
    Event,
    FunnelStep,
    Ignored,
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
_TABLES: Final[dict[type, tuple[str, tuple[str, ...]]]] = {
    Event: (
        "stage_events",
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
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    LINES: ("load_id", "line_no", "source_id", "session_id", "kind", "outcome", "reason", "detail", "payload")
} | {
    table: ("load_id", "line_no", *(_RENAMED.get(column, column) for column in columns))
    for table, columns in _TABLES.values()
}
"""The stage tables, in the order they are filled, with the columns of their rows."""
_VALUES: Final[dict[type, tuple[str, Callable[[Any], tuple[Any, ...]]]]] = {
    record: (table, attrgetter(*columns)) for record, (table, columns) in _TABLES.items()
}
_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    UUID: str,
    datetime: str,
    dict: lambda value: encode(value).decode(),
}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", NULL: f"\\{NULL}"})


class Rows:
    """The rows of some lines of a load; what an event repeats of its session is staged once."""

    def __init__(self, load_id: int) -> None:
        self._load_id = load_id
        self._rows: dict[str, list[str]] = {table: [] for table in COLUMNS}
        self._hints: dict[str, Session] = {}

    def add(self, line_no: int, outcome: Outcome, payload: str) -> None:
        """Add one line; `payload` (masked, capped) is kept only for a rejected one."""
        start = f"{self._load_id}\t{line_no}"
        self._rows[LINES].append(_row(start, _line(outcome, payload)))
        if type(outcome) is Accepted:
            for record in _with_landing_hint(outcome.records):
                if type(record) is not Session or record.at is None or self._is_news(record):
                    table, values = _VALUES[type(record)]
                    self._rows[table].append(_row(start, values(record)))

    def blocks(self) -> dict[str, bytes]:
        """The rows of each table that has any."""
        return {table: "".join(rows).encode() for table, rows in self._rows.items() if rows}

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


def lines_in(blocks: Mapping[str, bytes]) -> int:
    """How many lines were added to make these blocks."""
    return blocks.get(LINES, b"").count(b"\n")


def _row(start: str, values: tuple[Any, ...]) -> str:
    texts = [
        value if type(value) is str else NULL if value is None else _TEXTS.get(type(value), str)(value)
        for value in values
    ]
    row = "\t".join((start, *texts))
    if (
        "\\" in row
        or "\n" in row
        or "\r" in row
        or row.count("\t") > len(values) + 1
        or row.count(NULL) > values.count(None)
    ):
        row = "\t".join((start, *map(_escaped, texts, values)))
    return row + "\n"


def _escaped(text: str, value: object) -> str:
    return text if value is None else text.translate(_ESCAPES)


def _line(outcome: Outcome, payload: str) -> tuple[str | None, ...]:
    match outcome:
        case Accepted(source_id, session_id, kind, _):
            return source_id, session_id, kind, "pending", None, None, None
        case Ignored(source_id, session_id, kind):
            return source_id, session_id, kind, "ignored", None, None, None
        case Rejected(reason, detail):
            return None, None, "", "quarantined", reason, detail, payload


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
