"""Reading scores back."""

from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.display import display_key


@dataclass(frozen=True)
class RankedSurface:
    """A surface by its rank within its level, with the counts and rate of signal `any`."""

    rank: int
    surface_key: str
    affected_sessions: int
    exposed_sessions: int
    rate: float
    rate_low: float
    rate_high: float
    evidence_grade: str

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """The row as people read it: rank, surface, affected, exposed, rate with its 90 % interval, grade."""
        return (
            str(self.rank),
            display_key(self.surface_key),
            str(self.affected_sessions),
            str(self.exposed_sessions),
            f"{self.rate:.1%} ({self.rate_low:.1%} – {self.rate_high:.1%})",
            self.evidence_grade,
        )


RANKING_HEADER = ("rank", "surface", "affected", "exposed", "rate (90 % interval)", "grade")


def ranked_surfaces(connection: Connection, as_of: date, level: str, most: int = 10) -> list[RankedSurface]:
    """The first ranks of a surface level on an as-of day."""
    values = {"as_of": as_of, "surface_level": level, "most": most}
    with connection.cursor(row_factory=class_row(RankedSurface)) as cursor:
        return cursor.execute(statement("friction/ranked_surfaces"), values).fetchall()
