"""Deleting sessions with everything of theirs; the facts owe their days from the same moment on."""

from collections.abc import Sequence

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import files_below, statement


def lock_sessions(connection: Connection, session_ids: Sequence[str]) -> None:
    """Let nobody add to these sessions until the caller's transaction ends."""
    connection.execute(statement("subjects/lock_sessions"), {"session_ids": list(session_ids)})


def delete_sessions(connection: Connection, session_ids: Sequence[str]) -> None:
    """Delete sessions that the caller has locked."""
    for step in files_below("subjects/delete"):
        connection.execute(statement(step.name), {"session_ids": list(session_ids)})
