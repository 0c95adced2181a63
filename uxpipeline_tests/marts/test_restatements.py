"""What changes for a day that had been complete is logged, never silent."""

from datetime import UTC, datetime, timedelta

from benchmarks.refresh_oracle import RELATIONS, differences
from uxpipeline.db.connect import Connection
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.marts.visits import act, configure, enter, visit

NOW = datetime.now(UTC)
THEN = NOW - timedelta(days=3)
LOGGED = "select day, relation, before ->> %s, after ->> %s, causes from uxpipeline.restatements order by id"


def test_late_events_of_a_complete_day_are_logged(connection: Connection) -> None:
    visit(connection, created_at=THEN)
    act(connection, 0, timestamp=THEN)
    assert refresh_marts(connection, NOW).restated == 0
    act(connection, 0, "rage_click", timestamp=THEN)
    assert refresh_marts(connection, NOW).restated == 1
    assert rows(connection, LOGGED, "events", "events") == [
        (THEN.date(), "daily_friction_summary", "1", "2", ["direct write"])
    ]


def test_a_change_that_leaves_all_sums_alike_is_logged_too(connection: Connection) -> None:
    visit(connection, created_at=THEN)
    act(connection, 0, timestamp=THEN, element_path="#a")
    refresh_marts(connection, NOW)
    connection.execute("update public.behavior_events set element_path = '#b'")
    assert refresh_marts(connection, NOW).restated == 1


def test_a_day_that_is_not_over_changes_without_a_word(connection: Connection) -> None:
    visit(connection, created_at=NOW)
    for _ in range(2):
        act(connection, 0, timestamp=NOW)
        assert refresh_marts(connection, NOW).restated == 0
    assert rows(connection, LOGGED, "events", "events") == []


def test_computing_the_same_again_is_no_restatement(connection: Connection) -> None:
    visit(connection, created_at=THEN)
    act(connection, 0, timestamp=THEN)
    refresh_marts(connection, NOW)
    connection.execute("update public.user_sessions set language = 'fr'")
    assert refresh_marts(connection, NOW).restated == 0


def test_a_late_step_changes_the_conversions_of_its_day(connection: Connection) -> None:
    configure(connection, "lead_capture", ["start", "lead"])
    visit(connection, created_at=THEN)
    enter(connection, 1, 0, "lead_capture", entered_at=THEN)
    refresh_marts(connection, NOW)
    enter(connection, 2, 0, "lead_capture", entered_at=THEN)
    refresh_marts(connection, NOW)
    assert rows(connection, LOGGED, "conversions", "conversions") == [
        (THEN.date(), "conversion_funnels", "0", "1", ["direct write"])
    ]


def test_another_conversion_goal_restates_every_day_it_changes(connection: Connection) -> None:
    visit(connection, created_at=THEN)
    act(connection, 0, timestamp=THEN, component_id="c")
    enter(connection, 1, 0, "purchase", entered_at=THEN)
    refresh_marts(connection, NOW)
    assert value(connection, "select conversions from public.component_performance") == 0
    connection.execute("update uxpipeline.conversion_goal set funnel_name = 'purchase'")
    refresh_marts(connection, NOW)
    assert value(connection, "select conversions from public.component_performance") == 1
    assert rows(connection, LOGGED, "conversions", "conversions") == [
        (THEN.date(), "conversion_funnels", "0", "1", ["conversion goal"])
    ]
    assert differences(connection) == dict.fromkeys(RELATIONS, 0)
