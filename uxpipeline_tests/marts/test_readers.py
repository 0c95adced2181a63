"""Readers during refreshes: no error, no wait for a lock, and never half of what a refresh brings.

Every session does the same things around a midnight, so any mixture of old and new state breaks a proportion.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from uxpipeline.db.connect import connect
from uxpipeline.marts.refresh import MATERIALIZED_VIEWS
from uxpipeline_tests.db.queries import column, value
from uxpipeline_tests.marts.conftest import NewStage
from uxpipeline_tests.marts.inputs import SECOND, Events
from uxpipeline_tests.marts.stage import Row, Stage

BEFORE_MIDNIGHT, AFTER_MIDNIGHT = 2, 0
SESSIONS, ROUNDS, READERS = 20, 3, 2
LONGEST_WAIT = "1s"
# Each counts what cannot be: a session rages three times before midnight, clicks twice and hesitates once after it,
# always in the same component, and reaches the last step of a funnel.
VIOLATIONS = {
    "component_performance": """
        select count(*) from public.component_performance
        where (total_interactions, clicks, rage_clicks, hesitations, conversions)
            <> (6 * unique_users, 2 * unique_users, 3 * unique_users, unique_users, unique_users)
    """,
    "daily_friction_summary": """
        select count(*) - count(*) filter (where event_count = sessions * a_session and days = 1)
        from (
            select
                event_type, sum(event_count) as event_count, count(*) as days, max(everybody.n) as sessions,
                case event_type when 'rage_click' then 3 when 'click' then 2 else 1 end as a_session
            from public.daily_friction_summary
            cross join (select max(unique_sessions) as n from public.daily_friction_summary) everybody
            where element_path = '#pay'
            group by event_type
        ) per_type
    """,
    "friction_points": """
        select count(*) from public.friction_points
        where event_count <> affected_sessions * case event_type when 'rage_click' then 3 else 1 end
    """,
    "session_analytics": """
        select count(*) from public.session_analytics
        where session_id <> 'old'
            and (total_events, click_count, rage_click_count, hesitation_count, funnels_entered) not in (
                (6, 2, 3, 1, '{lead_capture}'::text[]), (0, 0, 0, 0, '{}')
            )
    """,
    "conversion_impact": """
        select count(*) from public.conversion_impact
        where component_id = 'basket' and total_conversions <> (
            select count(*) from public.session_analytics where session_id <> 'old' and total_events > 0
        )
    """,
    "the views together": """
        select ((select coalesce(sum(rage_click_count), 0) from public.session_analytics where session_id <> 'old')
            <> (select coalesce(sum(event_count), 0) from public.friction_points where event_type = 'rage_click'))::int
    """,
}

TEARS = {
    "component_performance": "update uxpipeline.component_totals set clicks = clicks - 1",
    "daily_friction_summary": "update uxpipeline.day_elements set event_count = event_count - 1",
    "friction_points": "update uxpipeline.friction_totals set events = events - 1",
    "session_analytics": "update uxpipeline.session_facts set click_count = 1 where session_id = 'visit 0'",
    "conversion_impact": "update uxpipeline.path_totals set sessions = sessions + 1 where component_id = 'basket'",
    "the views together": "update uxpipeline.friction_totals set sessions = sessions - 1, events = events - 3",
}


def visit(stage: Stage, session: str) -> list[Row]:
    events = [
        *Events(session, 0, BEFORE_MIDNIGHT, "rage_click", copies=3).rows(stage),
        *Events(session, 1, AFTER_MIDNIGHT, "click", copies=2).rows(stage),
        *Events(session, 2, AFTER_MIDNIGHT, "hesitation").rows(stage),
    ]
    steps = [
        {
            "kind": "funnel_step", "session_id": session, "funnel_name": "lead_capture", "step_name": f"step {order}",
            "step_order": order, "entered_at": (stage.midnight - 60 * SECOND).isoformat(),
        }
        for order in (1, 2)
    ]  # fmt: skip
    return [*events, *steps]


def read(url: str, over: threading.Event) -> int:
    """Read everything again and again, as the analyst's role; returns how often."""
    times = 0
    with connect(url) as connection:
        connection.execute("set role ai_analysis")
        connection.execute(f"set lock_timeout = '{LONGEST_WAIT}'")
        while not over.is_set():
            found = {name: value(connection, query) for name, query in VIOLATIONS.items()}
            assert found == dict.fromkeys(VIOLATIONS, 0)
            times += 1
    return times


@contextmanager
def readers(url: str) -> Iterator[list[Future[int]]]:
    over = threading.Event()
    with ThreadPoolExecutor(READERS) as threads:
        reading = [threads.submit(read, url, over) for _ in range(READERS)]
        try:
            yield reading
        finally:
            over.set()


def test_readers_see_whole_states_and_wait_for_nothing(new_stage: NewStage) -> None:
    with new_stage() as stage:
        stage.refresh()
        with readers(stage.url) as reading:
            for batch in range(ROUNDS):
                stage.load([line for n in range(SESSIONS) for line in visit(stage, f"{batch}-{n}")])
                stage.refresh()
        assert min(one.result() for one in reading) > ROUNDS
        assert column(stage.connection, "select unique_users from public.component_performance") == [ROUNDS * SESSIONS]


def test_a_torn_state_would_be_noticed(new_stage: NewStage) -> None:
    with new_stage() as stage:
        stage.load([line for n in range(SESSIONS) for line in visit(stage, f"visit {n}")])
        stage.refresh()
        assert column(stage.connection, "select unique_users from public.component_performance") == [SESSIONS]
        for name, tear in TEARS.items():
            with stage.connection.transaction(force_rollback=True):
                assert value(stage.connection, VIOLATIONS[name]) == 0
                stage.connection.execute(tear.encode())
                for relation in MATERIALIZED_VIEWS:
                    stage.connection.execute(f"refresh materialized view public.{relation}".encode())
                assert value(stage.connection, VIOLATIONS[name]) > 0, name
