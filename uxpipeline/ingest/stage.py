"""Writing a file's outcomes to the stage tables, in chunks, with COPY."""

from collections import OrderedDict
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from psycopg import sql
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection
from uxpipeline.ingest.records import (
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

CHUNK_LINES = 5_000
REMEMBERED_SESSIONS = 50_000
SILENCE = timedelta(minutes=30)
"""A session without events for this long is over."""

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
_LINE_COLUMNS = ("source_id", "session_id", "kind", "outcome", "reason", "detail", "payload")
_RENAMED = {"visitor": "visitor_key"}  # hashed by the time it is staged


class StageWriter:
    """Collects outcomes and copies them to the stage of one load; call `flush` after the last line."""

    def __init__(self, connection: Connection, load_id: int) -> None:
        self._connection = connection
        self._load_id = load_id
        self._lines: list[tuple[Any, ...]] = []
        self._rows: dict[type, list[tuple[Any, ...]]] = {kind: [] for kind in _TABLES}
        self._hints: OrderedDict[str, Session] = OrderedDict()

    def add(self, line_no: int, outcome: Outcome, payload: str) -> None:
        """Stage one line; `payload` (masked, capped) is kept only for a rejected one."""
        self._lines.append((self._load_id, line_no, *_line(outcome, payload)))
        if isinstance(outcome, Accepted):
            for record in _with_landing_hint(outcome.records):
                self._add_record(line_no, record)
        if len(self._lines) >= CHUNK_LINES:
            self.flush()

    def flush(self) -> None:
        """Copy what is collected; each call commits on its own, publish decides what becomes of it."""
        self._copy("stage_lines", _LINE_COLUMNS, self._lines)
        for kind, (table, columns) in _TABLES.items():
            self._copy(table, columns, self._rows[kind])

    def _add_record(self, line_no: int, record: Record) -> None:
        if isinstance(record, Session) and record.at is not None and not self._is_news(record):
            return
        columns = _TABLES[type(record)][1]
        values = (_adapted(getattr(record, column)) for column in columns)
        self._rows[type(record)].append((self._load_id, line_no, *values))

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
        self._hints.move_to_end(hint.session_id)
        if len(self._hints) > REMEMBERED_SESSIONS:
            self._hints.popitem(last=False)
        return True

    def _copy(self, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        names = ("load_id", "line_no", *(_RENAMED.get(column, column) for column in columns))
        command = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier("uxpipeline", table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)
        rows.clear()


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
    event = next((record for record in records if isinstance(record, Event)), None)
    if event is None:
        return records
    said = next((record for record in records if isinstance(record, Session)), None)
    if said is None:
        return (*records, Session(session_id=event.session_id, at=event.timestamp, landing_page=event.page_url))
    if said.landing_page:
        return records
    return tuple(replace(said, landing_page=event.page_url) if record is said else record for record in records)


def _adapted(value: Any) -> Any:  # noqa: ANN401  # whatever a record holds
    return Jsonb(value) if isinstance(value, dict) else value
