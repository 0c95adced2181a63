"""What is left of the stage once a load is done, or the next one begins."""

from uxpipeline.db.connect import connect
from uxpipeline.ingest.parked import empty_stage, next_load_id
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.load.landing import Landing

ROWS = "select count(*) from uxpipeline.stage_events where load_id = %s"
SIZE = "select pg_relation_size('uxpipeline.stage_events')"
LARGE = """
    insert into uxpipeline.stage_events (
        load_id, line_no, id, session_id, event_type, "timestamp", page_url, event_data, metadata, earliest_only,
        deepest_only
    )
    select %s, n, gen_random_uuid(), 's', 'click', now(), repeat('x', 900), '{}', '{}', false, false
    from generate_series(1, 20000) n
"""


def test_a_large_one_is_cut_off(landing: Landing) -> None:
    db = landing.connection
    db.execute(LARGE, [next_load_id(db)])
    empty_stage(db)
    assert value(db, SIZE) == 0


def test_whoever_reads_it_is_not_waited_for(landing: Landing, database: str) -> None:
    db = landing.connection
    load_id = next_load_id(db)
    db.execute(LARGE, [load_id])
    with connect(database) as backup, backup.transaction(), db.transaction():
        assert value(backup, ROWS, load_id) == 20_000
        db.execute("set local statement_timeout = '3s'")
        db.execute("select uxpipeline.clear_stage(%s)", [load_id])
    assert value(db, ROWS, load_id) == 0
    empty_stage(db)
    assert value(db, SIZE) == 0


def test_what_a_later_load_staged_stays(landing: Landing) -> None:
    db = landing.connection
    ours, later = next_load_id(db), next_load_id(db)
    db.execute(LARGE, [ours])
    db.execute(LARGE, [later])
    db.execute("select uxpipeline.clear_stage(%s)", [ours])
    assert (value(db, ROWS, ours), value(db, ROWS, later)) == (0, 20_000)
    empty_stage(db)
