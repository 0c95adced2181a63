"""Reading the ledger of files back."""

from dataclasses import dataclass

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection
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


def ledger_totals(connection: Connection) -> LedgerTotals:
    """Totals over all loaded files."""
    with connection.cursor(row_factory=class_row(LedgerTotals)) as cursor:
        return cursor.execute(statement("ingest/ledger_totals")).fetchone() or LedgerTotals()
