"""Reading back the ledger of files, and what they left in quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection, transaction
from uxpipeline.db.sqlfiles import statement


@dataclass(frozen=True)
class LedgerTotals:
    """Loaded files and what became of their lines; lines are the sum of the other counts but files."""

    files: int = 0
    lines: int = 0
    inserted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    parked: int = 0
    ignored: int = 0


@dataclass(frozen=True)
class QuarantinedLine:
    """A line that could not be taken; `payload` is its text, masked and cut to 8,192 characters."""

    id: int
    path: str
    source: str
    line_no: int
    reason: str
    detail: str
    received_at: datetime
    replayed_at: datetime | None
    payload: str | None

    @property
    def place(self) -> str:
        """File and line, short."""
        return f"{Path(self.path).name}:{self.line_no}"


@dataclass(frozen=True)
class QuarantinedFile:
    """The lines of one file that are in quarantine still, or those that were asked for."""

    file_id: int
    path: str
    source: str
    sha256: str
    lines: list[int]

    @property
    def line_nos(self) -> frozenset[int]:
        """Their numbers, for looking up."""
        return frozenset(self.lines)


def ledger_totals(connection: Connection) -> LedgerTotals:
    """Totals over all loaded files."""
    with connection.cursor(row_factory=class_row(LedgerTotals)) as cursor:
        return cursor.execute(statement("ingest/ledger_totals")).fetchone() or LedgerTotals()


def quarantine_reasons(connection: Connection) -> list[tuple[str, int]]:
    """How many lines are in quarantine for each reason, most first."""
    return connection.execute(statement("quarantine/reasons")).fetchall()


def quarantined_lines(
    connection: Connection, *, reason: str | None = None, most: int | None = None, with_replayed: bool = False
) -> list[QuarantinedLine]:
    """Lines in quarantine, newest file first; all reasons, and however many, unless told otherwise."""
    values = {"reason": reason, "most": most, "with_replayed": with_replayed, "id": None}
    with connection.cursor(row_factory=class_row(QuarantinedLine)) as cursor:
        return cursor.execute(statement("quarantine/lines"), values).fetchall()


def quarantined_line(connection: Connection, line_id: int) -> QuarantinedLine | None:
    """One line in quarantine, replayed or not."""
    values = {"reason": None, "most": None, "with_replayed": True, "id": line_id}
    with connection.cursor(row_factory=class_row(QuarantinedLine)) as cursor:
        return cursor.execute(statement("quarantine/lines"), values).fetchone()


def quarantined_files(
    connection: Connection, ids: Sequence[int] = (), reason: str | None = None
) -> list[QuarantinedFile]:
    """Files with lines in quarantine: these lines, or all that are there for a reason, or all."""
    values = {"ids": list(ids) or None, "reason": reason}
    with connection.cursor(row_factory=class_row(QuarantinedFile)) as cursor:
        return cursor.execute(statement("quarantine/files"), values).fetchall()


def forget_payloads(connection: Connection, before: datetime) -> int:
    """Forget what lines said that were quarantined before a moment; a replay reads them from their file.

    Returns:
        How many lines that were.
    """
    with transaction(connection):
        return connection.execute(statement("quarantine/forget_payloads"), {"before": before}).rowcount
