"""Bringing the marts up to date: sessions that fell silent, then the facts, then the materialized views."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import sql

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import files_below, statement
from uxpipeline.ingest.publish import run_steps
from uxpipeline.ingest.records import SILENCE
from uxpipeline.marts.facts import (
    MOST_DAYS,
    FactsRefresh,
    note_received,
    note_unlike_days,
    received_before,
    refresh_facts,
)

PARTITIONS_AHEAD = 7
"""Days of event partitions kept ready, so that direct inserts never meet a missing one."""
MATERIALIZED_VIEWS = ("daily_friction_summary", "component_performance")


@dataclass(frozen=True)
class Refresh:
    """How one materialized view was refreshed; `how` is `concurrently`, `plainly` or, with nothing new, `unchanged`."""

    relation: str
    rows: int
    how: str
    seconds: float


def refresh_marts(connection: Connection, now: datetime, *, most_days: int = MOST_DAYS) -> FactsRefresh:
    """Everything between the raw tables and the scores; the caller holds the pipeline's lease."""
    close_silent_sessions(connection, now)
    refreshed = refresh_facts(connection, now, most_days)
    for relation in MATERIALIZED_VIEWS:
        refresh_materialized_view(connection, relation)
    return refreshed


def close_silent_sessions(connection: Connection, now: datetime) -> None:
    """End the sessions that fell silent, and derive again those that others wrote to or deleted from since.

    Its cost follows from how many sessions are open or touched, not from how many there are.
    """
    note_unlike_days(connection, now)
    with transaction(connection):
        closed_before, noted_before = received_before(connection)
        watermark, _ = note_received(connection, noted_before)
        values: dict[str, Any] = {
            "silent_before": now - SILENCE, "watermark": watermark,
            "closed_before": closed_before, "noted_before": noted_before, "new_days": [],
        }  # fmt: skip
        # Each of these statements is planned over every partition, also for no session.
        if find_closing_candidates(connection, values):
            connection.execute(statement("ingest/publish/12_index_touched_sessions"))
            connection.execute(statement("ingest/publish/13_analyze_touched_sessions"))
            connection.execute(statement("marts/closing/spans"))
            run_steps(connection, files_below("sessions"), values)
            connection.execute(statement("marts/closing/note_closed"))
        connection.execute(statement("marts/closing/note_closing"), values)


def find_closing_candidates(connection: Connection, values: dict[str, Any]) -> int:
    """Put the sessions that a closing is to look at into `touched_sessions`; returns how many they are."""
    connection.execute(statement("marts/closing/owed_sessions"))
    connection.execute(statement("marts/closing/analyze_owed_sessions"))
    return connection.execute(statement("marts/closing/candidates"), values).rowcount


def ensure_partitions(connection: Connection, today: date) -> int:
    """Make the event partitions of the days around today; returns how many were new."""
    days = {"first_day": today - timedelta(days=1), "last_day": today + timedelta(days=PARTITIONS_AHEAD)}
    with transaction(connection):
        row = connection.execute(statement("ingest/ensure_partition"), days).fetchone()
    return row[0] if row else 0


def refresh_materialized_view(connection: Connection, relation: str) -> Refresh:
    """Refresh without blocking readers; the first time, when there is nothing to read yet, plainly."""
    started = time.monotonic()
    values = {"relation": relation}
    with transaction(connection):
        connection.execute(statement("marts/matview_settings"))
        found = connection.execute(statement("marts/matview_state"), values).fetchone()
        populated, current = found or (False, False)
        if not (populated and current):
            keyword = sql.SQL("concurrently" if populated else "")
            name = sql.Identifier("public", relation)
            # The version is read before the rows: facts that come in between make the next refresh do it again.
            connection.execute(statement("marts/keep_matview_state"), values)
            connection.execute(sql.SQL("refresh materialized view {} {}").format(keyword, name))
        rows = count_rows(connection, relation)
    how = "unchanged" if populated and current else "concurrently" if populated else "plainly"
    return Refresh(relation, rows, how, time.monotonic() - started)


def count_rows(connection: Connection, relation: str) -> int:
    """Rows of a relation in schema public."""
    row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier("public", relation))).fetchone()
    return int(row[0]) if row else 0
