"""Reading scores back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from psycopg.rows import class_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.display import FEWEST_SESSIONS, display_key
from uxpipeline.friction.words import loss_words, rate_words

TREND_DAYS = 28


@dataclass(frozen=True)
class RankedSurface:
    """A surface by its rank within its level, with what signal `any` says.

    `rate_low` and `rate_high` hold 90 %, `lost_low` and `lost_high` 95 %.
    """

    rank: int
    surface_level: str
    surface_key: str
    affected_sessions: int
    exposed_sessions: int
    rate: float
    rate_low: float
    rate_high: float
    lost_conversions: float | None
    lost_low: float | None
    lost_high: float | None
    evidence_grade: str

    def cells(self) -> tuple[str, str, str, str, str, str]:
        """The row as people read it: rank, surface, affected sessions, rate, lost conversions, grade."""
        return (
            str(self.rank),
            display_key(self.surface_key),
            f"{self.affected_sessions:,} of {self.exposed_sessions:,}",
            rate_words(self.rate, self.rate_low, self.rate_high),
            loss_words(self.lost_conversions, self.lost_low, self.lost_high),
            self.evidence_grade,
        )


RANKING_HEADER = ("rank", "surface", "affected", "rate (90 %)", "lost (95 %)", "grade")


@dataclass(frozen=True)
class DayScore:
    """A surface's score of signal `any` on one as-of day."""

    surface_level: str
    surface_key: str
    as_of: date
    rate: float
    rate_low: float
    rate_high: float
    lost_conversions: float | None
    lost_low: float | None
    lost_high: float | None


@dataclass(frozen=True)
class Trend:
    """A surface's scores of recent days, oldest first."""

    surface_level: str
    surface_key: str
    days: Sequence[DayScore]


def ranked_surfaces(connection: Connection, as_of: date, level: str, most: int = 10) -> list[RankedSurface]:
    """The first ranks of a surface level on an as-of day; of level `site` the site itself.

    Surfaces that too few sessions met are left out.
    """
    values = {"as_of": as_of, "surface_level": level, "most": most, "fewest": FEWEST_SESSIONS}
    with connection.cursor(row_factory=class_row(RankedSurface)) as cursor:
        return cursor.execute(statement("friction/ranked_surfaces"), values).fetchall()


def trends(connection: Connection, as_of: date, surfaces: Sequence[tuple[str, str]]) -> list[Trend]:
    """What was scored for some surfaces in the 28 days up to `as_of`, in the order of `surfaces`: levels and keys."""
    values = {
        "first_day": as_of - timedelta(days=TREND_DAYS - 1),
        "as_of": as_of,
        "levels": [level for level, _ in surfaces],
        "keys": [key for _, key in surfaces],
        "fewest": FEWEST_SESSIONS,
    }
    with connection.cursor(row_factory=class_row(DayScore)) as cursor:
        found = cursor.execute(statement("friction/trends"), values).fetchall()
    return [Trend(*key, list(days)) for key, days in groupby(found, lambda day: (day.surface_level, day.surface_key))]
