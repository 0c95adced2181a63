"""Assignments that came before their test: taken up once the test is there, and said to wait until then."""

from datetime import datetime, timedelta

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement
from uxpipeline.ingest.audit import Batch, OneStatement
from uxpipeline.ingest.publish import LoadedFile, Tally, audit, publish

PATIENCE = timedelta(days=7)
"""What waits longer was probably sent under a wrong name."""


def empty_stage(connection: Connection) -> None:
    """Take away what a killed load left; the caller holds the lease."""
    next_load_id(connection)


def next_load_id(connection: Connection) -> int:
    """A number for a load, with an empty stage."""
    with transaction(connection):
        row = connection.execute(statement("ingest/next_load_id")).fetchone()
        load_id = int(row[0]) if row else 0
        connection.execute(statement("ingest/clear_stage"), {"load_id": load_id})
        connection.execute(statement("ingest/new_days/drop"))
    return load_id


def release_parked(connection: Connection, earliest: datetime, now: datetime) -> list[Tally]:
    """Take up parked assignments whose test is known by now, as if their file came today; the caller holds the lease.

    Each file they came in gets a ledger row of its own, `replayed`. Conversions that waited for them follow.
    """
    found = connection.execute(statement("parked/files")).fetchall()
    return [
        _release(connection, LoadedFile(next_load_id(connection), path, source, sha256, now, file_id), lines, earliest)
        for file_id, path, source, sha256, lines in found
    ]


def _release(connection: Connection, file: LoadedFile, lines: int, earliest: datetime) -> Tally:
    values = {"load_id": file.load_id, "replay_of": file.replay_of}
    with transaction(connection):
        connection.execute(statement("parked/stage_lines"), values)
        connection.execute(statement("parked/stage_assignments"), values)
    audit(connection, OneStatement(), Batch(file.load_id, lines, earliest, file.started_at))
    return publish(connection, file, file.started_at, max_bad=1.0)
