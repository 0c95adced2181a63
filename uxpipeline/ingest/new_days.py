"""Many events of days that no partition is there for yet, as files of history bring them, are stored apart.

A second connection writes them to partitions that nobody sees, builds keys and indexes once they are all there, and
commits, beside the audit and most of publishing. These are attached when all else is done, in the transaction of the
load. Otherwise they are dropped, by the next load if this one is killed.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from typing import Any

import psycopg

from uxpipeline.db.connect import Connection, another, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import UxPipelineError

FEWEST_EVENTS = 15_000
"""A day's partition costs as much to make and attach as storing 9,000 events apart saves."""
MOST_DAYS = 31
"""Days stored apart at once: each holds a dozen locks until the load is published."""


class NewDaysInTheWayError(Exception):
    """Events cannot be stored apart: somebody made their partition meanwhile, or other rows are derived from them."""


class StoredApart:
    """The events of a load's new days, while they are written and until they are attached."""

    def __init__(self, chosen: "Future[list[date]]", written: "Future[int]") -> None:
        self._chosen = chosen
        self._written = written

    @property
    def days(self) -> list[date]:
        """The days, once they are chosen; to be asked outside of a transaction.

        A pooler gave the second connection a server by then, and it waits for nobody who might wait for it.
        """
        return self._chosen.result()

    def attach(self, connection: Connection, values: dict[str, Any]) -> int:
        """Make them part of the table, as the last thing of a publishing transaction; returns how many they are.

        Raises:
            NewDaysInTheWayError: that is not possible.
        """
        if error := self._written.exception():
            raise NewDaysInTheWayError from error
        try:
            refused = _rows(connection, "delete_refused", values)
            repeated = _rows(connection, "insert_repeated", values)
            connection.execute(statement("ingest/new_days/attach"), values)
        except (psycopg.ProgrammingError, psycopg.IntegrityError) as error:
            raise NewDaysInTheWayError from error
        return self._written.result() - refused + repeated


def _nothing_apart() -> StoredApart:
    chosen: Future[list[date]] = Future()
    chosen.set_result([])
    return StoredApart(chosen, Future())


NOTHING_APART = _nothing_apart()


@contextmanager
def stored_apart(connection: Connection, load_id: int, lines: int) -> Iterator[StoredApart]:
    """Store the events of new days that are worth it, from a complete stage, beside what the block does."""
    with ExitStack() as stack:
        second: Connection | None = None
        if lines >= FEWEST_EVENTS:
            # A server that has no connection left has one for the load.
            with suppress(UxPipelineError):
                second = stack.enter_context(another(connection))
        if second is None:
            yield NOTHING_APART
            return
        thread = stack.enter_context(ThreadPoolExecutor(1))
        chosen: Future[list[date]] = Future()
        written = thread.submit(_store, second, load_id, chosen)
        try:
            yield StoredApart(chosen, written)
        finally:
            second.cancel_safe()
            written.exception()
            # Either may be lost.
            for one in (connection, second):
                with suppress(psycopg.Error):
                    drop_apart(one)


def drop_apart(connection: Connection) -> None:
    """Take away what was stored apart and not attached; what was attached is no more apart."""
    with transaction(connection):
        connection.execute(statement("ingest/new_days/drop"))


def _store(connection: Connection, load_id: int, chosen: "Future[list[date]]") -> int:
    try:
        days = _days(connection, load_id)
        if not days:
            return 0
        values = {"load_id": load_id, "new_days": days}
        with transaction(connection):
            # By itself: what it looks at stays locked against whoever makes the partitions of other days.
            connection.execute(statement("ingest/new_days/begin"), values)
        with transaction(connection):
            connection.execute(statement("ingest/publish_settings"))
            chosen.set_result(days)
            events = _rows(connection, "insert_events", values)
            connection.execute(statement("ingest/new_days/index"), values)
    finally:
        if not chosen.done():
            chosen.set_result([])
    return events


def _days(connection: Connection, load_id: int) -> list[date]:
    """Choose the days; of a load that has some, note which ids it repeats."""
    asked = {"load_id": load_id, "fewest": FEWEST_EVENTS, "most": MOST_DAYS}
    with transaction(connection):
        connection.execute(statement("ingest/publish_settings"))
        days = [day for (day,) in connection.execute(statement("ingest/new_days/days"), asked).fetchall()]
        if days:
            connection.execute(statement("ingest/new_days/keep_repeated_ids"), asked)
    return days


def _rows(connection: Connection, name: str, values: dict[str, Any]) -> int:
    return connection.execute(statement(f"ingest/new_days/{name}"), values).rowcount
