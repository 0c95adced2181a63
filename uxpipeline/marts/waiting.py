"""What waits for a test or an assignment that may never come."""

from datetime import datetime

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.ingest.parked import PATIENCE
from uxpipeline.marts.health import Health


def parked_waiting(connection: Connection, now: datetime) -> Health:
    """Whether nothing has been parked for longer than a week."""
    row = connection.execute(statement("parked/waiting"), {"before": now - PATIENCE}).fetchone()
    unknown, tests, unassigned, too_old, oldest = row or (0, 0, 0, 0, None)
    if oldest is None:
        return Health(passed=True, message="Nothing is parked.", numbers={"parked": 0})
    return Health(
        too_old == 0,
        f"{unknown} parked lines wait for {tests} tests that are not in a_b_tests, {unassigned} for an assignment; "
        f"{too_old} wait longer than {PATIENCE.days} days, the oldest since {oldest:%Y-%m-%d} UTC.",
        {"parked": unknown + unassigned, "unknown_tests": tests, "too_old": too_old, "oldest": oldest},
    )
