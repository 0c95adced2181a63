"""Partitions for a load: made before it publishes, or, for many events of new days, with them.

Events of days that no partition is there for are stored apart, keys and indexes are built once they are all there, and
the partitions are attached when everything else is done: half the work of storing them one by one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement

FEWEST_EVENTS = 30_000
"""A day's partition costs as much to make and attach as storing 9,000 events apart saves."""
MOST_DAYS = 31
"""Days stored apart at once: each holds a dozen locks until the load is published."""
_TAKEN = (psycopg.errors.DuplicateTable, psycopg.errors.InvalidObjectDefinition, psycopg.IntegrityError)


class NewDaysInTheWayError(Exception):
    """Events cannot be stored apart: somebody made their partition meanwhile, or other rows are derived from them."""


def ensure_days(connection: Connection, load_id: int, *, apart: bool) -> list[date]:
    """Make the partitions that a load needs, and return the days that it is to store apart, without one."""
    values = {"load_id": load_id, "fewest": FEWEST_EVENTS if apart else None}
    days: list[tuple[date, bool | None]] = connection.execute(statement("ingest/event_days"), values).fetchall()
    new_days = [day for day, worth in days if worth][:MOST_DAYS]
    for day, _ in days:
        if day not in new_days:
            # Each on its own: it locks everybody out of the tables until it is committed.
            with transaction(connection):
                connection.execute(statement("ingest/ensure_partition"), {"first_day": day, "last_day": day})
    return new_days


@contextmanager
def attached(connection: Connection, values: dict[str, Any]) -> Iterator[None]:
    """Make what is stored apart inside part of the table in the end."""
    if not values["new_days"]:
        yield
        return
    try:
        connection.execute(statement("ingest/new_days/begin"), values)
        yield
        connection.execute(statement("ingest/new_days/attach"), values)
    except _TAKEN as error:
        raise NewDaysInTheWayError from error


def insert_apart(connection: Connection, values: dict[str, Any]) -> dict[str, int]:
    """Insert the events of days that are stored apart; returns how many rows of which relation were written."""
    if not values["new_days"]:
        return {}
    return dict(connection.execute(statement("ingest/new_days/insert_events"), values).fetchall())
