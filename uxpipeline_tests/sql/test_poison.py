"""A row that somebody inserts directly can spoil neither a refresh nor a view nor a reader."""

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.rows import insert, refresh

RELATIONS = [
    "user_sessions", "behavior_events", "conversion_funnels", "friction_points", "conversion_impact",
    "session_analytics", "daily_friction_summary", "component_performance",
]  # fmt: skip
NO_NUMBERS = [
    '"abc"', '""', '" 12"', "true", "null", "[1]", "{}", '"NaN"', '"Infinity"', '"1e400"', "1e400", "-1", '"85%"',
    '"1,5"', '"0x10"', "123456789012", "3000000000",
]  # fmt: skip
NUMBERS = {"1200": 1200, "1200.0": 1200, "1200.5": 1201, '"12.5"': 13, "0": 0}


def poison(connection: Connection, field: str, content: str, kind: str) -> None:
    insert(connection, "user_sessions")
    data = f'{{"{field}": {content}}}'
    insert(connection, "behavior_events", event_type=kind, component_id="checkout", event_data=data)


def assert_readable(connection: Connection) -> None:
    refresh(connection)
    for relation in RELATIONS:
        rows(connection, f"select * from public.{relation}")  # noqa: S608 - a name of this file
    rows(connection, "select * from uxpipeline.recent_events")


@pytest.mark.parametrize("kind", ["click", "hesitation"])
@pytest.mark.parametrize("content", NO_NUMBERS)
def test_a_hesitation_that_is_no_number_counts_as_none(db: Connection, kind: str, content: str) -> None:
    poison(db, "hesitation_ms", content, kind)
    assert_readable(db)
    assert value(db, "select avg_hesitation_ms from public.component_performance") is None
    assert value(db, "select avg_hesitation_ms from public.daily_friction_summary") is None


@pytest.mark.parametrize("content", NUMBERS)
def test_a_hesitation_that_is_a_number_counts_however_it_is_written(db: Connection, content: str) -> None:
    poison(db, "hesitation_ms", content, "hesitation")
    assert_readable(db)
    assert value(db, "select avg_hesitation_ms from public.component_performance") == NUMBERS[content]


@pytest.mark.parametrize("content", NO_NUMBERS)
def test_a_percentage_that_is_no_number_counts_as_none(db: Connection, content: str) -> None:
    poison(db, "percentage", content, "scroll_depth")
    assert_readable(db)
    assert value(db, "select max_scroll_depth from public.session_analytics") is None


def test_the_longest_texts_there_can_be_fit_every_index(db: Connection) -> None:
    insert(db, "user_sessions")
    # Random characters, because an index stores what compresses well in less space.
    for _ in range(12):
        db.execute(
            """
            insert into public.behavior_events (session_id, event_type, page_url, element_path, component_id)
            select 's', 'rage_click', left(noise, 1000), left(noise, 1000), left(noise, 200)
            from (select string_agg(md5(random()::text), '') as noise from generate_series(1, 32)) random
            """
        )
    assert_readable(db)


def test_the_earliest_and_latest_times_there_can_be_are_read(db: Connection) -> None:
    insert(db, "user_sessions", created_at="2000-01-01 00:00:00+00")
    for moment in ("2000-01-01 00:00:00+00", "2099-12-31 23:59:59+00"):
        insert(db, "behavior_events", event_type="error", component_id="checkout", timestamp=moment)
    assert_readable(db)
