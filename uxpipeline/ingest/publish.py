"""From stage to tables: the audit's verdict, then one transaction with the ledger row."""

import random
import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import SqlFile, files_below, statement
from uxpipeline.errors import InputError, PublishRefusedError
from uxpipeline.ingest.audit import Auditor, Batch
from uxpipeline.ingest.new_days import NOTHING_APART, NewDaysInTheWayError, StoredApart
from uxpipeline.ingest.records import SILENCE
from uxpipeline.settings import Masking

MOST_TRIES = 5
WAIT_SECONDS = 2.0
_INSERT_EVENTS = "ingest/publish/30_insert_events"
_TOUCHED_EVENTS = "sessions/01_touched_events"
_ONLY_FOR: Final = {
    _INSERT_EVENTS: "other_days",
    "ingest/publish/31_insert_earliest_events": "earliest_events",
    "ingest/publish/32_sum_scroll_depths": "scroll_depths",
    "ingest/publish/33_withdraw_scroll_depths": "scroll_depths",
    "ingest/publish/34_insert_scroll_depths": "scroll_depths",
    "ingest/publish/36_mark_dead_clicks": "dead_clicks",
    "sessions/02_touched_events_of_new_days": "new_days",
    "sessions/05_expect_form_abandons": "derived_events",
    "sessions/07_expect_rage_clicks": "derived_events",
    "sessions/08_derive_events": "derived_events",
}
"""The statements that some files have no use for, and of what there must be any."""
_BESIDE_NEW_DAYS: Final = {None, "new_days", "other_days"}
_NOT_STORED_APART: Final = {"earliest_events": False, "scroll_depths": False}
"""What there is none of where events are stored apart."""
_IN_THE_WAY = (
    psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable, psycopg.errors.SerializationFailure,
    NewDaysInTheWayError,
)  # fmt: skip


@dataclass
class Tally:
    """What became of a file's lines; every line is counted once."""

    lines: int = 0
    inserted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    parked: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    rows_written: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadedFile:
    """Identity of a load, as its ledger row tells it; `replay_of` is the load whose lines it takes up again."""

    load_id: int
    path: str
    source: str
    sha256: str
    started_at: datetime
    replay_of: int | None = None
    masking: Masking = "strict"


class TooManyBadLinesError(InputError):
    """More lines of a file were quarantined than the caller tolerates; nothing was loaded."""

    def __init__(self, tally: Tally, limit: float) -> None:
        share = tally.quarantined / tally.lines
        super().__init__(
            f"{tally.quarantined} of {tally.lines} lines are bad ({share:.1%}, limit {limit:.1%})",
            "Correct the file, or raise --max-bad",
        )
        self.tally = tally


def audit(connection: Connection, auditor: Auditor, batch: Batch) -> list[str]:
    """Have a load's stage judged and store the verdict; returns the broken rules."""
    # Counted first: what changes while it is judged is refused by publish.
    with transaction(connection):
        connection.execute(statement("ingest/publish_settings"))
        rows_counted, digest = _digest(connection, batch.load_id)
        connection.execute(statement("ingest/summarise_stage"))
    broken = auditor.broken_rules(connection, batch) if batch.lines else []
    verdict = {
        "load_id": batch.load_id,
        "passed": not broken,
        "findings": Jsonb(broken),
        "rows_counted": rows_counted,
        "digest": digest,
    }
    with transaction(connection):
        connection.execute(statement("ingest/record_verdict"), verdict)
    return broken


def publish(
    connection: Connection, file: LoadedFile, now: datetime, max_bad: float, apart: StoredApart = NOTHING_APART
) -> Tally:
    """Move an audited stage into the tables together with its ledger row, all or nothing.

    Events that are stored apart are attached; where that does not go, they are stored like the others.

    Raises:
        PublishRefusedError: the verdict is missing, red, or not about what the stage holds now.
        TooManyBadLinesError: the share of quarantined lines exceeds `max_bad`.
    """
    values: dict[str, Any] = {
        "load_id": file.load_id, "silent_before": now - SILENCE, "replay_of": file.replay_of, "now": now
    }  # fmt: skip
    for left in reversed(range(MOST_TRIES)):
        try:
            new_days = apart.days
            days = {"new_days": new_days, "other_days": _ensure_partitions(connection, file.load_id, new_days)}
            return _publish_once(
                connection, file, {**values, **days, **(_NOT_STORED_APART if new_days else {})}, max_bad, apart
            )
        except _IN_THE_WAY:
            if not left:
                raise
            apart = NOTHING_APART
            time.sleep(random.uniform(0.1, 1) * WAIT_SECONDS)  # noqa: S311 - no secret
    raise AssertionError


def _publish_once(
    connection: Connection, file: LoadedFile, values: dict[str, Any], max_bad: float, apart: StoredApart
) -> Tally:
    with transaction(connection):
        connection.execute(statement("ingest/publish_settings"))
        _require_green(connection, file.load_id)
        _sessionise(connection, values)
        rows_written = run_steps(connection, (*files_below("ingest/publish"), *files_below("sessions")), values)
        tally = _tally(connection, file.load_id)
        if tally.lines and tally.quarantined / tally.lines > max_bad:
            raise TooManyBadLinesError(tally, max_bad)
        if values["new_days"]:
            rows_written["behavior_events"] += apart.attach(connection, values)
        tally.rows_written = {relation: rows for relation, rows in rows_written.items() if rows}
        record_file(connection, file, "replayed" if file.replay_of else "loaded", tally)
        connection.execute(statement("quarantine/settle" if file.replay_of else "ingest/keep_quarantine"), values)
        connection.execute(statement("ingest/keep_parked"), values)
        connection.execute(statement("ingest/clear_stage"), values)
    return tally


def run_steps(connection: Connection, steps: Iterable[SqlFile], values: dict[str, Any]) -> Counter[str]:
    """Run statements in order; returns how many rows of which relation they wrote.

    Those of `_ONLY_FOR` would be planned over every partition, also where they have nothing to do.
    """
    there_are = cache(lambda what: bool(values[what]) if what in values else _any(connection, what, values))
    rows_written: Counter[str] = Counter()
    for step in steps:
        if step.name == _TOUCHED_EVENTS:
            values = values | _all_spans(connection, values)
        what = _ONLY_FOR.get(step.name)
        if what is None or there_are(what):
            if what not in _BESIDE_NEW_DAYS and values["new_days"]:
                raise NewDaysInTheWayError
            rows_written.update(_step(connection, step.name, values))
    return rows_written


def _sessionise(connection: Connection, values: dict[str, Any]) -> None:
    """Name sessions where the tracker knows none."""
    connection.execute(statement("ingest/moved_sessions"))
    if _any(connection, "moments", values):
        run_steps(connection, files_below("ingest/sessionise"), values)
        if _any(connection, "moved_sessions", values):
            run_steps(connection, files_below("ingest/move_sessions"), values)


def _any(connection: Connection, what: str, values: dict[str, Any]) -> bool:
    row = connection.execute(statement(f"ingest/any/{what}"), values).fetchone()
    return bool(row and row[0])


def _all_spans(connection: Connection, values: dict[str, Any]) -> dict[str, datetime]:
    row = connection.execute(statement("ingest/all_spans"), values).fetchone()
    assert row is not None  # noqa: S101  # an aggregate always returns a row
    return dict(zip(("span_start", "span_end"), row, strict=True))


def _step(connection: Connection, name: str, values: dict[str, Any]) -> dict[str, int]:
    if name == _INSERT_EVENTS:
        return _insert_events(connection, values)
    cursor = connection.execute(statement(name), values)
    return dict(cursor.fetchall()) if cursor.description else {}


def _insert_events(connection: Connection, values: dict[str, Any]) -> dict[str, int]:
    try:
        with connection.transaction():
            return dict(connection.execute(statement(_INSERT_EVENTS), values).fetchall())
    except psycopg.errors.UniqueViolation:
        return dict(connection.execute(statement("ingest/insert_unstored_events"), values).fetchall())


def record_file(
    connection: Connection, file: LoadedFile, status: str, tally: Tally, problem: str | None = None
) -> None:
    """Write the ledger row of a file."""
    connection.execute(
        statement("ingest/record_file"),
        {
            **vars(file),
            **vars(tally),
            "status": status,
            "problem": problem,
            "ignored": Jsonb(tally.ignored),
            "rows_written": Jsonb(tally.rows_written),
        },
    )


def _require_green(connection: Connection, load_id: int) -> None:
    verdict = connection.execute(statement("ingest/verdict"), {"load_id": load_id}).fetchone()
    if verdict is None:
        raise PublishRefusedError("The stage has no verdict (the server may have restarted)", "Load the file again")
    passed, *audited = verdict
    if not passed:
        raise PublishRefusedError("The audit of the staged rows failed", "See `uxpipeline.stage_verdicts`")
    if tuple(audited) != _digest(connection, load_id):
        raise PublishRefusedError("The stage changed after its audit", "Load the file again")


def _digest(connection: Connection, load_id: int) -> tuple[Any, ...]:
    row = connection.execute(statement("ingest/digest_stage"), {"load_id": load_id}).fetchone()
    assert row is not None  # noqa: S101  # an aggregate always returns a row
    return row


def _ensure_partitions(connection: Connection, load_id: int, apart: Collection[date]) -> list[date]:
    """Make the partitions first, each on its own: it locks everybody out of the tables until it is committed.

    Returns:
        The load's days that are not stored apart.
    """
    found = connection.execute(statement("ingest/event_days"), {"load_id": load_id}).fetchall()
    days = [day for (day,) in found if day not in apart]
    for day in days:
        with transaction(connection):
            connection.execute(statement("ingest/ensure_partition"), {"first_day": day, "last_day": day})
    return days


def _tally(connection: Connection, load_id: int) -> Tally:
    tally = Tally()
    totals: Counter[str] = Counter()
    for outcome, kind, lines in connection.execute(statement("ingest/count_outcomes"), {"load_id": load_id}).fetchall():
        totals[outcome] += lines
        if outcome == "ignored":
            tally.ignored[kind] = lines
    tally.lines = totals.total()
    tally.inserted = totals["inserted"]
    tally.duplicates = totals["duplicate"]
    tally.quarantined = totals["quarantined"]
    tally.parked = totals["parked"]
    return tally
