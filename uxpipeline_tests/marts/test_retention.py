"""What is kept too long leaves the tables and, at the next refresh, the marts, and nothing else does."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.marts.partitions import drop_events_before
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.settings import Settings
from uxpipeline.subjects import retention
from uxpipeline.subjects.retention import Expired, expired, forget_expired
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.report.builders import add_file
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


LATER = NOW + timedelta(days=60)
"""When what happened until 23 November is older than 60 days."""
SESSIONS = "select session_id from public.user_sessions order by 1"


def kept_sixty_days(settings: Settings) -> Settings:
    return replace(settings, keep_events_days=60, keep_sessions_days=60)


def test_sessions_that_ended_too_long_ago_go_with_all_of_theirs(connection: Connection, settings: Settings) -> None:
    stored(connection, 10, 20)
    stored(connection, 22)
    insert(connection, "conversion_funnels", session_id="day 10", entered_at=datetime(2026, 11, 10, 12, tzinfo=UTC))
    connection.execute(
        "insert into uxpipeline.visitor_runs values ('a1', now(), now(), 'day 10'), ('a2', now(), now(), 'whole')"
    )
    refresh_marts(connection, NOW)
    settings, day = kept_sixty_days(settings), timedelta(days=1)

    found = expired(connection, settings, LATER - day)
    assert rows(connection, SESSIONS) == [("day 10",), ("day 20",), ("day 22",), ("whole",)]
    assert found == Expired(events=8, sessions=2, parked=0, quarantined=0)
    assert forget_expired(connection, settings, LATER - day) == found
    refresh_marts(connection, LATER - day)

    assert rows(connection, SESSIONS) == [("day 22",), ("whole",)]
    assert rows(connection, ANALYTICS) == [("day 22", 2), ("whole", 2)]
    assert rows(connection, "select session_id from public.conversion_funnels") == []
    assert rows(connection, "select visitor_key from uxpipeline.visitor_runs") == [("a2",)]
    assert expired(connection, settings, LATER - day) == Expired(0, 0, 0, 0)


def test_what_waits_too_long_goes_though_nothing_else_of_its_session_came(
    connection: Connection, settings: Settings
) -> None:
    stored(connection, 22)
    refresh_marts(connection, NOW)
    add_file(connection)
    for session, age in (("unknown", 62), ("unknown", 60), ("day 22", 62)):
        connection.execute(
            "insert into uxpipeline.parked (file_id, line_no, kind, test_id, session_id, payload, received_at)"
            " values (1, 1, 'assignment', 'not yet', %s, '{}', %s)", [session, LATER - timedelta(days=age)],
        )  # fmt: skip
    settings, day = kept_sixty_days(settings), timedelta(days=1)
    assert expired(connection, settings, LATER - day).parked == 1
    assert forget_expired(connection, settings, LATER - day) == Expired(events=0, sessions=0, parked=1, quarantined=0)
    waiting = "select session_id, received_at from uxpipeline.parked order by 1"
    assert rows(connection, waiting) == [
        ("day 22", LATER - timedelta(days=62)),
        ("unknown", LATER - timedelta(days=60)),
    ]


def test_a_running_test_keeps_the_sessions_it_counts(connection: Connection, settings: Settings) -> None:
    stored(connection, 10)
    for test_id, status, session in (("t-1", "active", "day 10"), ("t-2", "completed", "whole")):
        insert(connection, "a_b_tests", test_id=test_id, status=status)
        insert(connection, "variant_assignments", test_id=test_id, session_id=session)
    refresh_marts(connection, NOW)

    forget_expired(connection, kept_sixty_days(settings), LATER)

    assert rows(connection, SESSIONS) == [("day 10",)]


def test_a_session_that_somebody_still_writes_to_stays(connection: Connection, settings: Settings) -> None:
    stored(connection, 10)
    refresh_marts(connection, NOW)
    insert(connection, "behavior_events", session_id="day 10", timestamp=LATER - timedelta(days=1))

    assert forget_expired(connection, kept_sixty_days(settings), LATER).sessions == 1

    assert rows(connection, SESSIONS) == [("day 10",)]


def test_whoever_is_in_the_way_has_the_right_of_way(
    connection: Connection, settings: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    stored(connection, 10, 20)
    refresh_marts(connection, NOW)
    settings = replace(kept_sixty_days(settings), keep_events_days=None)
    with connect(database) as writer, writer.transaction():
        writer.execute("select from public.user_sessions where session_id = 'day 20' for key share")
        assert forget_expired(connection, settings, LATER).sessions == 1
    assert rows(connection, SESSIONS) == [("day 20",), ("whole",)]


def test_without_limits_everything_stays(connection: Connection, settings: Settings) -> None:
    stored(connection, 10)
    refresh_marts(connection, NOW)
    assert forget_expired(connection, settings, NOW + timedelta(days=4000)) == Expired(0, 0, 0, 0)
    assert len(rows(connection, SESSIONS)) == 2
