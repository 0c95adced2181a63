"""Bringing the marts up to date: sessions that fell silent, then the materialized views."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from psycopg import sql

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import files_below, statement
from uxpipeline.ingest.publish import SILENCE

PARTITIONS_AHEAD = 7
"""Days of event partitions kept ready, so that direct inserts never meet a missing one."""
_LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Refresh:
    """How one materialized view was refreshed."""

    relation: str
    rows: int
    concurrently: bool
    seconds: float


def close_silent_sessions(connection: Connection, now: datetime) -> None:
    """Derive what only the end of a session tells (abandoned forms), for sessions no load touched since they ended."""
    values = {"since": now - _LOOK_BACK, "silent_before": now - SILENCE}
    with transaction(connection):
        connection.execute(statement("marts/touched_recently"), values)
        for step in files_below("sessions"):
            connection.execute(statement(step.name), values)


def ensure_partitions(connection: Connection, today: date) -> int:
    """Make the event partitions of the days around today; returns how many were new."""
    days = {"first_day": today - timedelta(days=1), "last_day": today + timedelta(days=PARTITIONS_AHEAD)}
    with transaction(connection):
        row = connection.execute(statement("ingest/ensure_partition"), days).fetchone()
    return row[0] if row else 0


def note_refresh(connection: Connection) -> None:
    """Remember what a refresh that starts now will have seen."""
    with transaction(connection):
        connection.execute(statement("marts/refresh_seen"))


def refresh_materialized_view(connection: Connection, relation: str) -> Refresh:
    """Refresh without blocking readers; the first time, when there is nothing to read yet, plainly."""
    started = time.monotonic()
    name = sql.Identifier("public", relation)
    with transaction(connection):
        found = connection.execute(statement("marts/is_populated"), {"relation": f"public.{relation}"}).fetchone()
        concurrently = bool(found and found[0])
        keyword = sql.SQL("concurrently" if concurrently else "")
        connection.execute(sql.SQL("refresh materialized view {} {}").format(keyword, name))
        rows = count_rows(connection, relation)
    return Refresh(relation, rows, concurrently, time.monotonic() - started)


def count_rows(connection: Connection, relation: str) -> int:
    """Rows of a relation in schema public."""
    row = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier("public", relation))).fetchone()
    return int(row[0]) if row else 0
