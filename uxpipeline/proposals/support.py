"""Evidence for what others proposed: without it nobody could approve it."""

from datetime import date

from psycopg.rows import dict_row

from uxpipeline.db.connect import Connection
from uxpipeline.db.sqlfiles import statement
from uxpipeline.display import FEWEST_SESSIONS
from uxpipeline.proposals.evidence import record
from uxpipeline.settings import Profile

MOST = 100
"""Proposals of others that a run looks at, the oldest first."""


def support(connection: Connection, as_of: date, profile: Profile) -> None:
    """Add what the day's scores say to proposals of others that name a scored surface; claims count nothing."""
    with connection.cursor(row_factory=dict_row) as cursor:
        values = {"as_of": as_of, "most": MOST, "fewest": FEWEST_SESSIONS}
        found = cursor.execute(statement("proposals/supported"), values).fetchall()
    for score in found:
        record(connection, score["proposal_id"], score, profile)
