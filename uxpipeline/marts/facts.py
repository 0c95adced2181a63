"""Keeping the facts exact: whatever came or changed since the last refresh is computed again, and nothing else.

What is owed lies in `uxpipeline.stale_sessions`: noted by the loader with its rows, by our own deletions with theirs,
and here for rows that others wrote. A day's entries go in the transaction that computes the day, so a refresh that dies
owes afterwards what it owed before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from psycopg import IsolationLevel, sql

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import files_below, statement

MOST_DAYS = 62
"""UTC days that one refresh computes at most; older ones wait for the next."""
VERIFIED_AT_ONCE = 2
"""Days counted again per refresh, to notice rows that others deleted."""
VERIFY_EVERY = timedelta(hours=6)


@dataclass(frozen=True)
class FactsRefresh:
    """What a refresh of the facts did.

    Attributes:
        days: UTC days computed again, in that order.
        sessions: sessions computed again, once for each of their days.
        backlog_days: days still owed, left for the next refresh.
        restated: log entries made for days that had been complete.
        unlike_days: days among those owed that had lost or gained rows nobody had noted.
        watermark: every row received before this moment was considered.
        hidden: the server hides others' transactions, so the watermark lags behind (docs/marts.md).
    """

    days: tuple[date, ...]
    sessions: int
    backlog_days: int
    restated: int
    unlike_days: int
    watermark: datetime
    hidden: bool


def refresh_facts(connection: Connection, now: datetime, most_days: int = MOST_DAYS) -> FactsRefresh:
    """Bring the facts up to date, newest day first; the caller holds the pipeline's lease.

    Args:
        connection: open connection to a migrated database.
        now: the caller's clock: a day before it is complete.
        most_days: UTC days to compute at most.
    """
    watermark, hidden = note_touched(connection)
    unlike = _value(connection, statement("marts/stale/unlike_days"))
    with transaction(connection):
        connection.execute(statement("marts/stale/analyze_stale_sessions"))
    with _facts_transaction(connection):
        follow_goal(connection, now)
    days: list[date] = []
    sessions = restated = 0
    while len(days) < most_days and (day := newest_day_owed(connection)):
        with _facts_transaction(connection):
            recomputed, logged = compute_day(connection, day, now)
        days.append(day)
        sessions += recomputed
        restated += logged
    return FactsRefresh(
        tuple(days), sessions, _value(connection, statement("marts/days_owed")), restated, unlike, watermark, hidden
    )


def note_touched(connection: Connection) -> tuple[datetime, bool]:
    """Note the sessions whose rows others wrote since the last refresh.

    Returns:
        The watermark before which every row has been noted now, and whether others' transactions are hidden from us.
    """
    with transaction(connection):
        _, noted_before = received_before(connection)
        return note_received(connection, noted_before)


def note_received(connection: Connection, noted_before: datetime) -> tuple[datetime, bool]:
    """As `note_touched`, in a transaction of the caller's, who says before which moment all is noted already.

    To the planner that is a value, not a lookup, of which it would expect a third of all rows, and read them all.
    """
    watermark, hidden = safe_watermark(connection)
    if hidden:
        connection.execute(statement("marts/stale/mark"))
        connection.execute(statement("marts/stale/forget_marks"))
    noted = _value(connection, statement("marts/stale/note_touched"), {"received_before": noted_before})
    connection.execute(statement("marts/stale/advance_watermark"), {"watermark": watermark, "noted": noted})
    return watermark, hidden


def received_before(connection: Connection) -> tuple[datetime, datetime]:
    """Every row received before these moments was there when the last closing looked, and has been noted."""
    found = connection.execute(statement("marts/stale/received_before")).fetchone()
    assert found is not None  # noqa: S101  # the state has one row
    closed_before, noted_before = found
    return closed_before, noted_before


def safe_watermark(connection: Connection) -> tuple[datetime, bool]:
    """The moment before which no row can appear any more, and whether others' transactions are hidden from us."""
    found = connection.execute(statement("marts/stale/safe_watermark")).fetchone()
    assert found is not None  # noqa: S101  # an aggregate always returns a row
    watermark, hidden = found
    return watermark, hidden


def note_unlike_days(connection: Connection, now: datetime) -> None:
    """Count some days again, and note the sessions of those that lost or gained rows without anybody's note."""
    due = {"now": now, "verified_before": now - VERIFY_EVERY, "most": VERIFIED_AT_ONCE}
    with transaction(connection):
        # Asked first, because noting is planned over every partition, also for no day.
        if _value(connection, statement("marts/stale/days_due"), due):
            connection.execute(statement("marts/stale/note_unlike_days"), due)


def follow_goal(connection: Connection, now: datetime) -> None:
    """Judge all sessions anew when the conversion goal, or its last step, is another one."""
    if _value(connection, statement("marts/goal_changed")):
        for step in files_below("marts/goal"):
            connection.execute(statement(step.name))
        connection.execute(statement("marts/next_facts_version"), {"now": now})


def newest_day_owed(connection: Connection) -> date | None:
    """The next day to compute; None when the facts owe nothing."""
    day: date | None = _value(connection, statement("marts/newest_day_owed"))
    return day


def compute_day(connection: Connection, day: date, now: datetime) -> tuple[int, int]:
    """Compute the sessions and the day that are owed for `day`, in one transaction of the caller's.

    Returns:
        How many sessions were computed, and how many restatements logged.
    """
    start = datetime.combine(day, time(), UTC)
    values: dict[str, Any] = {"day": day, "day_start": start, "day_end": start + timedelta(days=1), "now": now}
    for step in files_below("marts/owed"):
        connection.execute(statement(step.name), values)
    values |= _day_state(connection, values)
    for step in files_below("marts/sessions"):
        connection.execute(statement(step.name), values)
    touched = connection.execute(statement("marts/events_touched")).fetchone()
    events_touched, sessions = touched or (False, 0)
    if events_touched:
        connection.execute(statement("marts/forget_day_elements"), values)
        connection.execute(statement("marts/day_elements"), values)
    connection.execute(statement("marts/day_counts"), values)
    restated = _value(connection, statement("marts/log_restatement"), values)
    connection.execute(statement("marts/keep_day_counts"), values)
    connection.execute(statement("marts/next_facts_version"), values)
    return sessions, restated


def _day_state(connection: Connection, values: dict[str, Any]) -> dict[str, Any]:
    row = connection.execute(statement("marts/day_state"), values).fetchone()
    assert row is not None  # noqa: S101  # an aggregate always returns a row
    return dict(zip(("span_start", "span_end", "counted"), row, strict=True))


@contextmanager
def _facts_transaction(connection: Connection) -> Iterator[None]:
    """A transaction with one view of the data, taken once no other refresh is writing facts."""
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            connection.execute(statement("marts/facts_settings"))
            connection.execute(statement("marts/lock_facts"))
            with transaction(connection):
                yield
    finally:
        connection.isolation_level = before


def _value(connection: Connection, query: sql.SQL, values: dict[str, Any] | None = None) -> Any:  # noqa: ANN401
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
