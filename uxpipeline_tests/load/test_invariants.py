"""Each invariant that tests of this folder end with notices when it is broken."""

import pytest

from uxpipeline_tests.load.invariants import assert_in_database
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import event

BREAKAGES = {
    "I1": "update uxpipeline.ingest_files set inserted = inserted + 1",
    "I2 a row": "delete from uxpipeline.ingest_files",
    "I3 a line": """
        insert into public.behavior_events (session_id, id, event_type, "timestamp", page_url, load_id)
        select session_id, id, event_type, "timestamp" + interval '1 ms', page_url, load_id
        from public.behavior_events limit 1
    """,
}


@pytest.mark.parametrize("invariant", BREAKAGES)
def test_a_broken_one_is_noticed(landing: Landing, invariant: str) -> None:
    landing.load(event("s", 0), event("s", 1))
    assert_in_database(landing.connection)
    landing.connection.execute(BREAKAGES[invariant].encode())
    with pytest.raises(AssertionError, match=invariant):
        assert_in_database(landing.connection)
    landing.clean()


def test_a_view_that_cannot_be_read_is_noticed(landing: Landing) -> None:
    with landing.connection.transaction(force_rollback=True):
        landing.connection.execute(b"alter view public.friction_points rename to gone")
        with pytest.raises(Exception, match="friction_points"):
            assert_in_database(landing.connection)
