"""The role and the databases of the embedded server."""

from contextlib import suppress
from typing import Any

from psycopg import Connection, errors, sql

ROLE = "uxpipeline"
DEFAULT_DATABASE = "uxpipeline"


def provision(superuser: Connection[Any], password: str) -> None:
    """Create the application's role, which is no superuser, and its database where they are missing."""
    if not _exists(superuser, "SELECT FROM pg_roles WHERE rolname = %s", ROLE):
        verifier = superuser.pgconn.encrypt_password(password.encode(), ROLE.encode(), b"scram-sha-256").decode()
        superuser.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(sql.Identifier(ROLE), verifier)
        )
    create_database(superuser, DEFAULT_DATABASE)


def create_database(connection: Connection[Any], name: str) -> None:
    """Create database `name`, owned by the application's role, unless it exists."""
    if _exists(connection, "SELECT FROM pg_database WHERE datname = %s", name):
        return
    command = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(ROLE))
    with suppress(errors.DuplicateDatabase, errors.UniqueViolation):  # another process was faster
        connection.execute(command)


def drop_database(connection: Connection[Any], name: str) -> None:
    """Drop database `name`, if it exists, with all its sessions."""
    command = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        connection.execute(command + sql.SQL(" WITH (FORCE)"))
    except errors.InsufficientPrivilege:
        # Autovacuum is at it, which is not ours to end by force; without force the server sends it away.
        connection.execute(command)


def _exists(connection: Connection[Any], query: str, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None
