"""Friction that is not proposed, kept where people can see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.proposals.candidates import Candidate
from uxpipeline.proposals.guards import Block


@dataclass(frozen=True)
class StoredBlock:
    """A block as people see it; `total` counts all of the day, shown or not."""

    as_of: date
    surface_level: str
    surface_key: str
    signal: str
    rule: str
    reason: str
    detail: str
    affected_sessions: int
    exposed_sessions: int
    total: int


def keep_blocks(connection: Connection, as_of: date, blocks: Iterable[tuple[Candidate, Block]]) -> None:
    """Replace the day's blocks."""
    connection.execute(statement("proposals/new_blocks"))
    with connection.cursor() as cursor, cursor.copy(statement("proposals/copy_blocks")) as copy:
        for candidate, block in blocks:
            copy.write_row((as_of, *candidate.key, block.reason, block.detail))
    connection.execute(statement("proposals/drop_outdated_blocks"), {"as_of": as_of})
    connection.execute(statement("proposals/upsert_blocks"))


def list_blocks(connection: Connection, most: int) -> list[StoredBlock]:
    """Blocks of the newest day that has any, the most affected sessions first."""
    with connection.cursor(row_factory=class_row(StoredBlock)) as cursor:
        return cursor.execute(statement("proposals/blocked"), {"most": most}).fetchall()
