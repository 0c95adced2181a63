"""Connections and transactions that also work through a transaction pooler.

No session state is used anywhere: settings are `SET LOCAL`, locks are transaction-scoped or rows, statements are not
prepared on the server.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import AccessError, ServerFullError, ServerTooOldError, ServerUnreachableError, TransientError

Connection = psycopg.Connection[TupleRow]
OLDEST_SERVER = 150000


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    """Open a connection for the block; transactions are opened with `transaction`.

    Raises:
        ServerUnreachableError: no server answers there, or the connection was lost during the block.
        AccessError: the login, the database or its password is refused.
        ServerTooOldError: the server is older than PostgreSQL 15.
        TransientError: the block met a lock, a deadlock or a timeout.
        ServerFullError: the server has no room for what the block wrote, or takes no rows.
    """
    try:
        connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=None, application_name="uxpipeline", connect_timeout=10
        )
    except (psycopg.ProgrammingError, UnicodeError):
        raise AccessError("`UXPIPELINE_DATABASE_URL` is not a PostgreSQL URL", _URL_FORM) from None
    except psycopg.OperationalError as error:
        raise _explained(error, url) from None
    with connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise ServerTooOldError(
                f"The server is PostgreSQL {connection.info.server_version // 10000}",
                "Use PostgreSQL 15 or newer",
            )
        try:
            yield connection
        except psycopg.Error as error:
            if known := _transient(error) or _stopped(error):
                raise known from error
            raise


@contextmanager
def another(connection: Connection) -> Iterator[Connection]:
    """Open one more connection to the same database, as the same user, for the block."""
    info = connection.info
    with connect(make_conninfo(**info.get_parameters(), password=info.password)) as opened:
        yield opened


@contextmanager
def transaction(connection: Connection, *, statement_timeout: str = "0") -> Iterator[Connection]:
    """One transaction with UTC dates, a short lock timeout and the given statement timeout (`0`: none)."""
    with connection.transaction():
        connection.execute(statement("db/transaction_settings"), {"statement_timeout": statement_timeout})
        yield connection


_URL_FORM = "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
# A failed connection attempt carries no SQLSTATE, only the server's words.
_NO_DATABASE = re.compile(r'database ".*" does not exist')
_REFUSED = re.compile(
    r'password|authentication|pg_hba\.conf|role ".*" (does not exist|is not permitted)|user not found|permission denied'
)
_AGAIN = "Then do the same again: an unfinished file left nothing"
_LOST = ("08", "57P01", "57P02", "57P03", "57P05")
_IN_THE_WAY = ("40", "53300", "55P03", "57014")


def _explained(error: psycopg.OperationalError, url: str) -> AccessError | ServerUnreachableError:
    parts = conninfo_to_dict(url)
    # A password with an unquoted @ ends up before the host's name.
    place = f"{str(parts.get('host', 'localhost')).rpartition('@')[2]}:{parts.get('port', 5432)}"
    _, failed, words = str(error).rpartition(" failed: ")
    reason = words.splitlines()[0].strip() if failed else ""
    if _NO_DATABASE.search(reason):
        return AccessError(
            f"There is no database `{parts.get('dbname', '')}` at {place}", "Create it or correct the URL"
        )
    if _REFUSED.search(reason):
        return AccessError(
            f"The server at {place} refuses user `{parts.get('user', '')}`", "Check user and password in the URL"
        )
    if reason.startswith("FATAL:"):
        return ServerUnreachableError(
            f"The server at {place} lets nobody in: {reason.removeprefix('FATAL:').strip()}", "Try again later"
        )
    why = f" ({reason})" if reason else ""
    return ServerUnreachableError(f"No PostgreSQL answers at {place}{why}", "Start it, or correct the URL")


def _transient(error: psycopg.Error) -> TransientError | None:
    if not isinstance(error, psycopg.OperationalError):
        return None
    code = error.sqlstate
    if code is None or code.startswith(_LOST):
        return ServerUnreachableError("The connection to PostgreSQL was lost", "Try again once the server is up")
    if code.startswith(_IN_THE_WAY):
        return TransientError(f"Other work on the database was in the way ({code})", "Try again later")
    return None


def _stopped(error: psycopg.Error) -> ServerFullError | None:
    if error.sqlstate == "53100":
        return ServerFullError("The disk of the database server is full (53100)", f"Make room there. {_AGAIN}")
    if error.sqlstate == "25006":
        return ServerFullError(
            "The database is read-only (25006)", f"Hosted ones become so when their disk is full: make room. {_AGAIN}"
        )
    return None


def told(error: psycopg.Error) -> str:
    """What may be said of an error of the server: names and its code. Its text and details repeat rows."""
    names = [name for name in (error.diag.table_name, error.diag.constraint_name) if name]
    return ", ".join([*names, error.sqlstate or "connection lost"])
