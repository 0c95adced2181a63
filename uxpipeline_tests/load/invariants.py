"""What must hold in a database whatever happened to it: asserted after every test of this folder and in the soak."""

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows

NONE_OF = {
    "I1 a file whose lines are not accounted for": """
        select f.id from uxpipeline.ingest_files f
        where f.status <> 'aborted' and f.lines <> f.inserted + f.duplicates + f.quarantined + f.parked
            + coalesce((select sum(kind.value::bigint) from jsonb_each_text(f.ignored) kind), 0)
    """,
    "I2 a row of a file that is not loaded": """
        select be.load_id from public.behavior_events be
        where be.load_id is not null and not exists (
            select from uxpipeline.ingest_files f where f.id = be.load_id and f.status <> 'aborted'
        )
    """,
    "I3 a file loaded twice": """
        select sha256 from uxpipeline.ingest_files
        where status = 'loaded' group by sha256 having count(*) > 1
    """,
    "I3 a line stored twice": """
        select session_id, id from public.behavior_events
        where load_id is not null group by session_id, id having count(*) > 1
    """,
}
READ = (
    "component_performance", "daily_friction_summary", "session_analytics", "friction_points", "conversion_impact",
)  # fmt: skip


def assert_invariants(connection: Connection) -> None:
    """I1 to I4, of which the tables themselves can tell; the others need a second run, a process or its output.

    Raises:
        AssertionError: one does not hold.
    """
    for name, broken in NONE_OF.items():
        assert len(rows(connection, broken)) == 0, name
    for name in ("component_performance", "daily_friction_summary"):
        connection.execute(f"refresh materialized view public.{name}".encode())
    for name in READ:
        rows(connection, f"select * from public.{name}")  # noqa: S608 - names of this file
