"""Acting as one of the service roles."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection

SERVICE_ROLES = ("beacon_ingest", "ai_analysis", "admin")


@contextmanager
def acting_as(connection: Connection, role: str) -> Iterator[Connection]:
    """Run the block as `role`; a failing statement undoes the block."""
    with connection.transaction():
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        yield connection
        connection.execute("reset role")


def assert_denied(connection: Connection, role: str, statement: str, *values: object) -> None:
    """The server refuses the statement for want of a privilege or of a policy."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(connection, role):
        connection.execute(statement, values or None)
