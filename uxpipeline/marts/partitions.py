"""Upkeep of the daily partitions of `behavior_events` while inserts go on: drain the default one, drop what is old."""

from collections.abc import Iterable
from datetime import date

from psycopg import errors, sql

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement

MOST_DAYS = 31
"""Days that one run drains, or drops; the next one goes on."""


def drain_default_partition(connection: Connection) -> int:
    """Give the newest days that lie in the default partition partitions of their own; returns how many events moved."""
    days = connection.execute(statement("marts/partitions/default_days"), {"most": MOST_DAYS}).fetchall()
    return _each(connection, statement("marts/partitions/drain"), (day for (day,) in days))


def drop_events_before(connection: Connection, first_kept: date) -> int:
    """Drop the partitions of days before that one, oldest first; returns how many events they held.

    The facts owe their sessions: the next refresh takes these events out of the marts. What lines remarked about those
    days is forgotten, whether or not a partition is left to drop: a file may have come late.
    """
    values = {"first_kept": first_kept, "most": MOST_DAYS}
    with transaction(connection):
        connection.execute(statement("marts/partitions/forget_remarks"), {"first_kept": first_kept})
    days = connection.execute(statement("marts/partitions/expired_days"), values).fetchall()
    return _each(connection, statement("marts/partitions/drop"), (day for (day,) in days))


def _each(connection: Connection, action: sql.SQL, days: Iterable[date]) -> int:
    """A transaction a day, so that writers wait for one day's rows only; whoever is in the way has the right of way."""
    events = 0
    for day in days:
        try:
            with transaction(connection):
                row = connection.execute(action, {"day": day}).fetchone()
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            break
        events += row[0] if row else 0
    return events
