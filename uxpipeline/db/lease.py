"""Working alone: a lock row with an expiry, which unlike a session lock survives a transaction pooler."""

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import LeaseHeldError, UxPipelineError

LEASE_SECONDS = 60
WAIT_SECONDS = 600.0
_POLL_SECONDS = 0.25


@contextmanager
def lease(
    connection: Connection, url: str, name: str = "pipeline", wait_seconds: float = WAIT_SECONDS
) -> Iterator[None]:
    """Hold the lease `name` for the block, renewing it from a thread of its own; a killed holder's expires.

    Raises:
        LeaseHeldError: another process still holds it after `wait_seconds`.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4()}"
    _acquire(connection, name, holder, wait_seconds)
    done = threading.Event()
    renewal = threading.Thread(target=_renew, args=(url, name, holder, done), daemon=True)
    renewal.start()
    try:
        yield
    finally:
        done.set()
        renewal.join()
        _release(connection, url, {"name": name, "holder": holder})


def _acquire(connection: Connection, name: str, holder: str, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not _try(connection, name, holder):
        if time.monotonic() > deadline:
            raise LeaseHeldError("Another load or run is still working", "Wait for it to finish and try again")
        time.sleep(_POLL_SECONDS)


def _try(connection: Connection, name: str, holder: str) -> bool:
    values = {"name": name, "holder": holder, "seconds": LEASE_SECONDS}
    return connection.execute(statement("db/acquire_lease"), values).fetchone() is not None


def _release(connection: Connection, url: str, values: dict[str, str]) -> None:
    """Give the lease back, over a new connection where ours was lost; failing that, it expires."""
    with suppress(psycopg.Error):
        connection.execute(statement("db/release_lease"), values)
        return
    with suppress(psycopg.Error, UxPipelineError), connect(url) as other:
        other.execute(statement("db/release_lease"), values)


def _renew(url: str, name: str, holder: str, done: threading.Event) -> None:
    while not done.wait(LEASE_SECONDS / 3):
        try:
            with connect(url) as connection:
                _try(connection, name, holder)
        except (psycopg.Error, UxPipelineError):
            continue  # the server may be restarting; the next renewal comes before the lease ends
