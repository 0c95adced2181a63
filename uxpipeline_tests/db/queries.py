"""Reading a database in tests."""

from typing import Any

from uxpipeline.db.connect import Connection
from uxpipeline.embedded.waiting import wait_until

PATIENCE = 15.0


def rows(connection: Connection, query: str, *values: object) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return connection.execute(query, values or None).fetchall()


def column(connection: Connection, query: str, *values: object) -> list[Any]:
    """The first column of a query."""
    return [row[0] for row in rows(connection, query, *values)]


def value(connection: Connection, query: str, *values: object) -> Any:  # noqa: ANN401 - whatever the query returns
    """The one value a query returns."""
    [found] = column(connection, query, *values)
    return found


def exists(connection: Connection, relation: str) -> bool:
    return value(connection, "select to_regclass(%s) is not null", relation) is True


def waits_for_lock(connection: Connection, application: str = "uxpipeline") -> bool:
    """Whether some other session of this database waits for a lock."""
    waiting = """
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and application_name = %s
            and wait_event_type = 'Lock'
    """
    return bool(value(connection, waiting, application))


def eventually_waits_for_lock(connection: Connection) -> bool:
    return wait_until(lambda: waits_for_lock(connection), PATIENCE)


def eventually_alone(connection: Connection) -> bool:
    """Whether all other sessions of this database end."""
    others = """
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
    """
    return wait_until(lambda: value(connection, others) == 0, PATIENCE)
