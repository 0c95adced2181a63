"""Guards that hold for a whole day: is there history, is the data complete and fresh."""

from datetime import date, datetime

from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.proposals.candidates import Candidate
from uxpipeline.proposals.guards import Block
from uxpipeline.proposals.parameters import FEWEST_DAYS, OLDEST_WATERMARK, Strictness


def day_block(
    connection: Connection, found: list[Candidate], as_of: date, now: datetime, strictness: Strictness
) -> Block | None:
    """Why nothing at all may be proposed for a day; None where something may."""
    if not found:
        return None
    oldest = min(candidate.input_watermark for candidate in found)
    if now - oldest > OLDEST_WATERMARK:
        hours = round((now - oldest).total_seconds() / 3600)
        return Block("stale_scores", f"scored {hours} hours ago, at most {OLDEST_WATERMARK.total_seconds() / 3600:.0f}")
    if (later := connection.execute(statement("proposals/later_day"), {"as_of": as_of}).fetchone()) and later[0]:
        return Block("stale_scores", f"a later day, {later[0]}, is scored")
    if owed := _owed(connection, as_of):
        return Block("facts_owed", f"{owed} sessions wait to be counted")
    return _warm_up(connection, found, as_of) if strictness.warm_up else None


def _warm_up(connection: Connection, found: list[Candidate], as_of: date) -> Block | None:
    days = max(candidate.observed_days for candidate in found)
    if days < FEWEST_DAYS:
        return Block("warm_up", f"{days} days of events, at least {FEWEST_DAYS}")
    if not _value(connection, statement("proposals/earlier_scores"), as_of):
        return Block("warm_up", "no earlier day was scored")
    return None


def _owed(connection: Connection, as_of: date) -> int:
    """Sessions whose facts are outdated; none where facts are made from events each time."""
    if not _value(connection, statement("proposals/has_stale_sessions"), as_of):
        return 0
    return int(_value(connection, statement("proposals/stale_sessions"), as_of))


def _value(connection: Connection, query: sql.SQL, as_of: date) -> int:
    row = connection.execute(query, {"as_of": as_of}).fetchone()
    return row[0] if row else 0
