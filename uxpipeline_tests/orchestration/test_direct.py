"""What a beacon inserts directly is picked up, audited, and counted exactly."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.lines import an_id
from uxpipeline_tests.orchestration.runs import failed_checks, run_refresh
from uxpipeline_tests.sql.roles import acting_as

SESSIONS = 6
PERFORMANCE = (
    "select total_interactions, clicks, rage_clicks from public.component_performance where component_id = 'buy'"
)


def visits(connection: Connection, day: datetime, *, again: timedelta = timedelta(0)) -> None:
    """Sessions of three clicks and a rage click each, sent as a beacon sends them."""
    for number in range(SESSIONS):
        session = f"direct-{number}"
        events = [
            {
                "id": an_id(session, second), "event_type": "rage_click" if second == 3 else "click",
                "timestamp": (day + timedelta(seconds=second) + again).isoformat(), "page_url": "/cart",
                "element_path": "main > button#buy", "component_id": "buy",
            }
            for second in range(4)
        ]  # fmt: skip
        with acting_as(connection, "beacon_ingest"):
            connection.execute(
                "select public.record_visit(%s, %s)",
                [Jsonb({"session_id": session, "landing_page": "/", "created_at": day.isoformat()}), Jsonb(events)],
            )


@pytest.mark.usefixtures("pipeline")
def test_each_row_counts_once_and_every_check_looked_at_it(
    connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    noon = datetime.fromisoformat(f"{yesterday}T12:00:00+00:00")
    visits(connection, noon)
    result = run_refresh(instance, yesterday)
    assert result.success
    looked_at = {check.asset_key.to_user_string() for check in result.get_asset_check_evaluations()}
    assert {"behavior_events", "user_sessions", "session_facts"} <= looked_at
    assert failed_checks(result) == set()
    assert rows(connection, PERFORMANCE) == [(4 * SESSIONS, 3 * SESSIONS, SESSIONS)]

    # The same ids under other times, as a retry with another clock sends them: stored, and counted once.
    visits(connection, noon, again=timedelta(milliseconds=7))
    assert value(connection, "select count(*) from public.behavior_events") == 8 * SESSIONS
    assert run_refresh(instance, yesterday).success
    assert rows(connection, PERFORMANCE) == [(4 * SESSIONS, 3 * SESSIONS, SESSIONS)]


@pytest.mark.usefixtures("pipeline")
def test_poison_is_named_by_the_audit_and_costs_no_other_figure(
    connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    visits(connection, datetime.now(UTC) - timedelta(days=1))
    connection.execute("""update public.behavior_events set event_data = '{"hesitation_ms": "abc"}'""")
    result = run_refresh(instance, yesterday)
    assert result.success
    assert ("behavior_events", "hesitations_are_numbers") in failed_checks(result)
    assert rows(connection, PERFORMANCE) == [(4 * SESSIONS, 3 * SESSIONS, SESSIONS)]
