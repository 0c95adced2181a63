"""Events that are dropped with their partition leave the marts at the next refresh, and nothing else does."""

from datetime import UTC, date, datetime

from uxpipeline.db.connect import Connection
from uxpipeline.marts.partitions import drop_events_before
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.rows import insert

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
TOTALS = "select component_id, total_interactions, unique_users from public.component_performance"
ANALYTICS = "select session_id, total_events from public.session_analytics order by 1"
DIGEST = "select md5(string_agg(t::text, '|' order by t::text)) from uxpipeline.component_totals t"


def stored(connection: Connection, *days: int) -> None:
    value(connection, "select uxpipeline.ensure_event_partitions('2026-11-10', '2026-11-22')")
    for day in days:
        at = datetime(2026, 11, day, 12, tzinfo=UTC)
        for session in ("whole", f"day {day}"):
            insert(connection, "user_sessions", session_id=session, created_at=at)
            for minute in (0, 1):
                insert(
                    connection, "behavior_events", session_id=session, timestamp=at.replace(minute=minute),
                    component_id="checkout", event_type="rage_click",
                )  # fmt: skip


def test_dropped_events_leave_the_marts_and_the_others_stay(connection: Connection) -> None:
    stored(connection, 10, 20)
    refresh_marts(connection, NOW)
    assert rows(connection, TOTALS) == [("checkout", 8, 3)]

    assert drop_events_before(connection, date(2026, 11, 11)) == 4
    refresh_marts(connection, NOW)

    assert rows(connection, TOTALS) == [("checkout", 4, 2)]
    assert rows(connection, ANALYTICS) == [("day 10", 0), ("day 20", 2), ("whole", 2)]


def test_the_marts_are_those_of_a_database_that_never_had_them(connection: Connection) -> None:
    stored(connection, 10, 20)
    refresh_marts(connection, NOW)
    drop_events_before(connection, date(2026, 11, 11))
    refresh_marts(connection, NOW)
    left = value(connection, DIGEST)
    connection.execute("delete from public.user_sessions")
    refresh_marts(connection, NOW)
    stored(connection, 20)
    refresh_marts(connection, NOW)
    assert value(connection, DIGEST) == left


def test_remarks_go_with_the_days_they_are_about_to_the_second(connection: Connection) -> None:
    connection.execute("set time zone 'Pacific/Auckland'")
    for at in (datetime(2026, 11, 10, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 11, tzinfo=UTC)):
        connection.execute(
            "insert into uxpipeline.remarks values ('visit', 'form_touch', 'order', %s, 'e-mail')", [at]
        )  # fmt: skip
    drop_events_before(connection, date(2026, 11, 11))
    assert rows(connection, "select at from uxpipeline.remarks") == [(datetime(2026, 11, 11, tzinfo=UTC),)]
