"""Connections and transactions that also work through a transaction pooler.

No session state is used anywhere: settings are `SET LOCAL`, locks are transaction-scoped or rows, statements are not
prepared on the server.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import AccessError, ServerTooOldError, ServerUnreachableError

Connection = psycopg.Connection[TupleRow]
OLDEST_SERVER = 150000


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    """Open a connection for the block; transactions are opened with `transaction`.

    Raises:
        ServerUnreachableError: no server answers there.
        AccessError: the login, the database or its password is refused.
        ServerTooOldError: the server is older than PostgreSQL 15.
    """
    try:
        connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=None, application_name="uxpipeline", connect_timeout=10
        )
    except psycopg.ProgrammingError:
        raise AccessError("`UXPIPELINE_DATABASE_URL` is not a PostgreSQL URL", _URL_FORM) from None
    except psycopg.OperationalError as error:
        raise _explained(error, url) from None
    with connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise ServerTooOldError(
                f"The server is PostgreSQL {connection.info.server_version // 10000}",
                "Use PostgreSQL 15 or newer",
            )
        yield connection


@contextmanager
def transaction(connection: Connection, *, statement_timeout: str = "0") -> Iterator[Connection]:
    """One transaction with UTC dates, a short lock timeout and the given statement timeout (`0`: none)."""
    with connection.transaction():
        connection.execute(statement("db/transaction_settings"), {"statement_timeout": statement_timeout})
        yield connection


_URL_FORM = "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE"


def _explained(error: psycopg.OperationalError, url: str) -> AccessError | ServerUnreachableError:
    parts = conninfo_to_dict(url)
    place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
    text = str(error)
    # A failed connection attempt carries no SQLSTATE, only the server's words.
    if "password" in text or "authentication" in text or "role" in text or "pg_hba" in text:
        return AccessError(
            f"The server at {place} refuses user `{parts.get('user', '')}`", "Check user and password in the URL"
        )
    if "database" in text and "does not exist" in text:
        return AccessError(
            f"There is no database `{parts.get('dbname', '')}` at {place}", "Create it or correct the URL"
        )
    return ServerUnreachableError(f"No PostgreSQL answers at {place}", "Start it, or correct the URL")
