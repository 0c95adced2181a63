"""Forgetting what is older than the settings keep it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg import errors, sql

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.ingest.ledger import forget_payloads
from uxpipeline.ingest.parked import empty_stage
from uxpipeline.marts.partitions import drop_events_before
from uxpipeline.settings import Settings
from uxpipeline.subjects.deletion import delete_sessions, lock_sessions

MOST_SESSIONS = 10_000
"""Sessions that one run forgets; the next one goes on."""
BATCH = 1_000
_IN_THE_WAY = (errors.LockNotAvailable, errors.DeadlockDetected)


@dataclass(frozen=True)
class Expired:
    """How much is older than it is kept.

    Attributes:
        events: events of days that are not kept.
        sessions: sessions that ended too long ago, whatever is left of them.
        parked: lines that have waited too long for a test, of sessions that nothing else is known of.
        quarantined: quarantined lines whose text is not kept.
    """

    events: int
    sessions: int
    parked: int
    quarantined: int


def expired(connection: Connection, settings: Settings, now: datetime) -> Expired:
    """Count what the next runs will forget, and forget nothing."""
    events = sessions = parked = 0
    if (first_kept := _first_day_kept(settings, now)) is not None:
        events = _count(connection, statement("subjects/expired/events"), {"first_kept": first_kept})
    if (before := _oldest_session_kept(settings, now)) is not None:
        _, sessions = _sessions(connection, before, most=1)
        parked = _count(connection, statement("subjects/expired/parked"), {"before": before})
    quarantined = _count(
        connection, statement("quarantine/expired_payloads"), {"before": _oldest_text_kept(settings, now)}
    )
    return Expired(events, sessions, parked, quarantined)


def forget_expired(connection: Connection, settings: Settings, now: datetime) -> Expired:
    """Forget what is due; the caller holds the lease, and refreshes the marts afterwards.

    Partitions go a day at a time, sessions by the thousand, oldest first: whoever is in the way has the right of way,
    and the next run goes on. What a killed load left in the stage is nobody's any more.

    Returns:
        How much was forgotten.
    """
    empty_stage(connection)
    events = sessions = parked = 0
    if (first_kept := _first_day_kept(settings, now)) is not None:
        events = drop_events_before(connection, first_kept)
    if (before := _oldest_session_kept(settings, now)) is not None:
        sessions = _forget_sessions(connection, before)
        parked = _forget_parked(connection, before)
    return Expired(events, sessions, parked, forget_payloads(connection, _oldest_text_kept(settings, now)))


def _forget_sessions(connection: Connection, before: datetime) -> int:
    session_ids, _ = _sessions(connection, before, MOST_SESSIONS)
    forgotten = 0
    for start in range(0, len(session_ids), BATCH):
        try:
            with transaction(connection):
                forgotten += _forget_batch(connection, session_ids[start : start + BATCH], before)
        except _IN_THE_WAY:
            break
    return forgotten


def _forget_parked(connection: Connection, before: datetime) -> int:
    with transaction(connection):
        return connection.execute(statement("subjects/expired/delete_parked"), {"before": before}).rowcount


def _forget_batch(connection: Connection, session_ids: list[str], before: datetime) -> int:
    lock_sessions(connection, session_ids)
    values: dict[str, Any] = {"session_ids": session_ids, "before": before}
    alive = {session_id for (session_id,) in connection.execute(statement("subjects/expired/seen_since"), values)}
    ended = [session_id for session_id in session_ids if session_id not in alive]
    delete_sessions(connection, ended)
    connection.execute(statement("subjects/expired/delete_visitor_runs"), {"session_ids": ended})
    return len(ended)


def _sessions(connection: Connection, before: datetime, most: int) -> tuple[list[str], int]:
    found = connection.execute(statement("subjects/expired/sessions"), {"before": before, "most": most}).fetchall()
    return [session_id for session_id, _ in found], found[0][1] if found else 0


def _count(connection: Connection, query: sql.SQL, values: dict[str, Any]) -> int:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else 0


def _first_day_kept(settings: Settings, now: datetime) -> date | None:
    days = settings.keep_events_days
    return None if days is None else now.date() - timedelta(days=days)


def _oldest_session_kept(settings: Settings, now: datetime) -> datetime | None:
    days = settings.keep_sessions_days
    return None if days is None else now - timedelta(days=days)


def _oldest_text_kept(settings: Settings, now: datetime) -> datetime:
    return now - timedelta(days=settings.keep_quarantine_days)
