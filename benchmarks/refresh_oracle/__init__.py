"""The seed's five relations, as repaired, over raw tables only: what the pipeline's relations must equal, row for row.

Written from the seed and the list of its repairs, and never imported by the pipeline. Each file reads `events`: what is
stored, where no row repeats an event, else the earliest row of each.
"""

from pathlib import Path

from psycopg import sql

from uxpipeline.db.connect import Connection

RELATIONS = (
    "daily_friction_summary",
    "component_performance",
    "friction_points",
    "session_analytics",
    "conversion_impact",
)
AS_STORED = sql.SQL("not materialized (select * from public.behavior_events)")
ONCE = sql.SQL(
    """(
        select distinct on (session_id, id) *
        from public.behavior_events
        order by session_id, id, "timestamp"
    )"""
)
_HERE = Path(__file__).parent
# `except all` counts repeated rows and takes two NULLs for equal; numbers and arrays are compared exactly.
_UNLIKE = sql.SQL(
    """
    with ours as materialized (select * from {relation}),
    expected as materialized ({definition})
    select
        (select count(*) from (table ours except all table expected) more)
        + (select count(*) from (table expected except all table ours) fewer)
    """
)


def definition(relation: str, events: sql.SQL = ONCE) -> sql.Composed:
    """The query in `benchmarks/refresh_oracle/<relation>.sql` over the given `events`."""
    query = sql.SQL((_HERE / f"{relation}.sql").read_text(encoding="utf-8"))  # a file of ours, not built from input
    return sql.SQL("with events as {} select * from (\n{}\n) definition").format(events, query)


def differences(connection: Connection) -> dict[str, int]:
    """Rows by which each of the five relations differs from its definition over the raw tables, in either direction."""
    return {
        relation: count_unlike(connection, sql.Identifier("public", relation), definition(relation))
        for relation in RELATIONS
    }


def count_unlike(connection: Connection, relation: sql.Composable, expected: sql.Composable) -> int:
    """Rows that only `relation` or only the query `expected` has."""
    row = connection.execute(_UNLIKE.format(relation=relation, definition=expected)).fetchone()
    return int(row[0]) if row else 0
