"""A copy of what is stored about a session, and its erasure for good."""

from collections import Counter
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import files_below, statement
from uxpipeline.ingest.parked import empty_stage
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.subjects.deletion import delete_sessions, lock_sessions
from uxpipeline.subjects.tombstones import read_tombstones, tombstone


def export_session(connection: Connection, session_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything stored about a session: relation → rows, in the order of time; empty when nothing is known."""
    found: dict[str, list[dict[str, Any]]] = {}
    for relation, content in _stored_rows(connection, session_id):
        found.setdefault(relation, []).append(content)
    return found


def erase_session(connection: Connection, session_id: str, key: bytes, now: datetime) -> dict[str, int]:
    """Erase a session, refuse it from now on, and compute all figures without it; the caller holds the lease.

    Killed on the way, it leaves the session whole, or gone with its days noted for the next refresh.

    Returns:
        Erased rows by relation. A session of which nothing is stored is refused from now on all the same.
    """
    empty_stage(connection)
    rows_erased = _erase(connection, session_id, key)
    refresh_marts(connection, now)
    return rows_erased


def erase_returned(connection: Connection, key: bytes) -> int:
    """Erase again those erased sessions that a beacon wrote anew; returns how many."""
    erased = read_tombstones(connection, key)
    if not erased.known:
        return 0
    written = connection.execute(statement("subjects/returned_sessions")).fetchall()
    returned = [session_id for (session_id,) in written if session_id in erased]
    for session_id in returned:
        _erase(connection, session_id, key)
    return len(returned)


def _erase(connection: Connection, session_id: str, key: bytes) -> dict[str, int]:
    with transaction(connection):
        lock_sessions(connection, [session_id])
        rows_erased = dict(Counter(relation for relation, _ in _stored_rows(connection, session_id)))
        delete_sessions(connection, [session_id])
        values = {"session_id": session_id, "tombstone": tombstone(key, session_id), "rows_erased": Jsonb(rows_erased)}
        for step in files_below("subjects/erase"):
            connection.execute(statement(step.name), values)
    return rows_erased


def _stored_rows(connection: Connection, session_id: str) -> list[tuple[str, dict[str, Any]]]:
    return connection.execute(statement("subjects/stored_rows"), {"session_id": session_id}).fetchall()
