"""Reading tests and their counts back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from psycopg.rows import class_row, dict_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import InputError
from uxpipeline.experiments.counts import DayCounts
from uxpipeline.experiments.design import Design


@dataclass(frozen=True)
class StoredTest:
    """A test as people see it, with the last decision about it."""

    test_id: str
    test_name: str
    component_id: str
    page: str | None
    status: str
    winner_variant: str | None
    start_date: datetime
    end_date: datetime | None
    design: dict[str, Any]
    proposal_id: str | None
    outcome: dict[str, Any]
    as_of: date | None
    decision: str | None
    reason: str | None
    look: int | None
    information: float | None
    z: float | None
    boundary: float | None
    harm_e: float | None
    srm_p: float | None
    units: int
    days: int


@dataclass(frozen=True)
class TestDays:
    """Counts of a test's complete cohort days without gaps, and of its guardrails.

    Attributes:
        days: the cohort days, oldest first.
        counts: units and conversions.
        guardrails: the same units with other events counted, by name.
        excluded: units left out because they saw both variants.
    """

    __test__ = False  # a name pytest takes for a test's

    days: tuple[date, ...]
    counts: DayCounts
    guardrails: Mapping[str, DayCounts]
    excluded: int

    def first(self, days: int) -> DayCounts:
        """Counts of the first days only."""
        counts = self.counts
        return DayCounts(counts.n_a[:days], counts.c_a[:days], counts.n_b[:days], counts.c_b[:days])


def list_tests(connection: Connection) -> list[StoredTest]:
    """All tests of ours, running ones first."""
    return _select(connection, None)


def find_test(connection: Connection, test_id: str) -> StoredTest:
    """One test.

    Raises:
        InputError: there is no such test, or it has no design of ours.
    """
    found = _select(connection, test_id)
    if not found:
        raise InputError("There is no such test", "See `uxpipeline experiments list`")
    return found[0]


def read_days(connection: Connection, test_id: str, design: Design, as_of: date) -> TestDays:
    """Counts of the cohorts that were complete by the end of a day."""
    last_day = as_of - timedelta(days=-(-design.window_hours // 24))
    with connection.cursor(row_factory=dict_row) as cursor:
        rows: list[dict[str, Any]] = cursor.execute(
            statement("experiments/days"), {"test_id": test_id, "last_day": last_day}
        ).fetchall()
    counts = DayCounts.of(*([row[name] for row in rows] for name in ("n_a", "c_a", "n_b", "c_b")))
    guardrails = {}
    for name in design.guardrails:
        events = [row["guardrails"].get(name, (0, 0)) for row in rows]
        guardrails[name] = DayCounts.of(counts.n_a, [a for a, _ in events], counts.n_b, [b for _, b in events])
    return TestDays(tuple(row["cohort_day"] for row in rows), counts, guardrails, sum(row["excluded"] for row in rows))


def _select(connection: Connection, test_id: str | None) -> list[StoredTest]:
    with connection.cursor(row_factory=class_row(StoredTest)) as cursor:
        return cursor.execute(statement("experiments/list"), {"test_id": test_id}).fetchall()
