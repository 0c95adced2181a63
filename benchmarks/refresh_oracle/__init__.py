"""The seed's five relations, as repaired, over raw tables only: what the pipeline's relations must equal, row for row.

Written from the seed and the list of its repairs, and never imported by the pipeline.
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


def read(name: str) -> sql.SQL:
    """The statement in `benchmarks/refresh_oracle/<name>.sql`."""
    return sql.SQL((_HERE / f"{name}.sql").read_text(encoding="utf-8"))  # a file of ours, not built from input


def differences(connection: Connection) -> dict[str, int]:
    """Rows by which each of the five relations differs from its definition over the raw tables, in either direction."""
    return {
        relation: count_unlike(connection, sql.Identifier("public", relation), read(relation)) for relation in RELATIONS
    }


def count_unlike(connection: Connection, relation: sql.Composable, definition: sql.Composable) -> int:
    """Rows that only `relation` or only the query `definition` has."""
    row = connection.execute(_UNLIKE.format(relation=relation, definition=definition)).fetchone()
    return int(row[0]) if row else 0
