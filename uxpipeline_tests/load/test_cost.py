"""What a load reads follows from the size of its file."""

from uxpipeline_tests.db.queries import value
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import event, record

SESSIONS, EVENTS = 100, 10
READS = """
    select pg_stat_force_next_flush()::text || (
        select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables where relname like 'stage_%'
    )
"""


def test_lines_are_not_compared_with_every_other_line(landing: Landing) -> None:
    landing.load(record("first"))
    landing.connection.execute("vacuum analyze uxpipeline.stage_lines, uxpipeline.stage_events")
    lines = [event(f"s{session}", second) for session in range(SESSIONS) for second in range(EVENTS)]
    path = landing.write(lines)
    before = int(value(landing.connection, READS))
    assert landing.load_file(path).inserted == len(lines)
    # Each statement reads the lines once; about thirty do.
    assert int(value(landing.connection, READS)) - before < 100 * len(lines)
