"""What the materialized views hold, and how they are refreshed beside their readers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection, connect
from uxpipeline.marts.refresh import MATERIALIZED_VIEWS, refresh_materialized_view
from uxpipeline_tests.conftest import fresh_database
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.sql.rows import insert, insert_sample, refresh

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAILY = "select date, element_path, event_type, event_count from public.daily_friction_summary order by 1, 2, 3"


def event(connection: Connection, session_id: str = "s", kind: str = "click", **values: object) -> None:
    insert(connection, "user_sessions", session_id=session_id)
    place = {"component_id": "checkout"} | values
    insert(connection, "behavior_events", session_id=session_id, event_type=kind, **place)


def forget(connection: Connection) -> None:
    """Forget what the materialized views show, so that the next refresh has something to do."""
    connection.execute("delete from uxpipeline.matview_state")


@pytest.fixture
def committed(server_url: str, template_database: str) -> Iterator[str]:
    """URL of a database of its own with rows in both materialized views."""
    with fresh_database(server_url, template_database) as url:
        with connect(url) as connection:
            insert_sample(connection)
        yield url


class TestComponentPerformance:
    COUNTS = "select total_interactions, clicks, unique_users, conversions from public.component_performance"

    def test_interactions_are_not_multiplied_by_funnel_steps(self, db: Connection) -> None:
        for _ in range(10):
            event(db)
        for order in range(1, 4):
            insert(db, "conversion_funnels", step_order=order)
        refresh(db)
        assert rows(db, self.COUNTS) == [(10, 10, 1, 1)]

    def test_a_session_that_only_entered_the_funnel_is_no_conversion(self, db: Connection) -> None:
        db.execute(
            "insert into uxpipeline.funnel_steps values ('lead_capture', 1, 'start'), ('lead_capture', 2, 'lead')"
        )
        event(db)
        insert(db, "conversion_funnels", step_order=1)
        refresh(db)
        assert rows(db, self.COUNTS) == [(1, 1, 1, 0)]

    def test_sessions_are_counted_not_their_events(self, db: Connection) -> None:
        event(db, "one")
        event(db, "two")
        event(db, "two")
        refresh(db)
        assert rows(db, self.COUNTS) == [(3, 3, 2, 0)]

    def test_events_without_a_component_are_left_out(self, db: Connection) -> None:
        event(db, component_id=None)
        refresh(db)
        assert rows(db, self.COUNTS) == []

    def test_hesitation_is_averaged_over_the_events_that_have_it(self, db: Connection) -> None:
        for milliseconds in (1000, 2000.4, "3000"):
            event(db, kind="hesitation", event_data={"hesitation_ms": milliseconds})
        event(db)
        refresh(db)
        assert value(db, "select avg_hesitation_ms from public.component_performance") == 2000


class TestDailyFrictionSummary:
    @pytest.mark.parametrize("timezone", ["UTC", "America/New_York", "Pacific/Auckland"])
    def test_days_are_those_of_utc_whatever_the_session_thinks(self, db: Connection, timezone: str) -> None:
        db.execute("select set_config('timezone', %s, true)", [timezone])
        yesterday = TODAY - timedelta(days=1)
        event(db, timestamp=yesterday)
        event(db, timestamp=TODAY - timedelta(microseconds=1))
        refresh(db)
        assert rows(db, DAILY) == [(yesterday.date(), "", "click", 2)]

    @pytest.mark.parametrize("timezone", ["UTC", "America/New_York", "Pacific/Auckland"])
    def test_it_holds_thirty_days_of_utc(self, db: Connection, timezone: str) -> None:
        db.execute("select set_config('timezone', %s, true)", [timezone])
        first = TODAY - timedelta(days=30)
        event(db, timestamp=first)
        event(db, timestamp=first - timedelta(microseconds=1))
        refresh(db)
        assert rows(db, DAILY) == [(first.date(), "", "click", 1)]

    def test_events_without_an_element_have_one_row_that_stays_when_nothing_changed(self, db: Connection) -> None:
        for _ in range(2):
            event(db)
        refresh(db)
        before = rows(db, "select ctid::text, element_path from public.daily_friction_summary")
        refresh(db)
        assert rows(db, "select ctid::text, element_path from public.daily_friction_summary") == before
        assert [path for _, path in before] == [""]


@pytest.mark.parametrize("relation", MATERIALIZED_VIEWS)
def test_a_refresh_brings_what_came_since(sample: Connection, relation: str) -> None:
    count = f"select count(*) from public.{relation}"  # noqa: S608 - a name of ours
    event(sample, component_id="another", element_path="#another")
    refresh(sample)
    before = value(sample, count)
    event(sample, component_id="third", element_path="#third")
    refresh(sample)
    assert value(sample, count) == before + 1


@pytest.mark.parametrize("relation", MATERIALIZED_VIEWS)
def test_nothing_new_is_nothing_to_do(sample: Connection, relation: str) -> None:
    refresh(sample)
    assert refresh_materialized_view(sample, relation).how == "unchanged"


def test_a_new_day_is_something_to_do(sample: Connection) -> None:
    sample.execute("update uxpipeline.matview_state set refreshed_on = refreshed_on - 1")
    assert refresh_materialized_view(sample, "daily_friction_summary").how == "concurrently"


@pytest.mark.parametrize("relation", MATERIALIZED_VIEWS)
def test_an_unpopulated_view_is_filled_plainly_and_then_concurrently(sample: Connection, relation: str) -> None:
    empty = sql.SQL("refresh materialized view {} with no data").format(sql.Identifier("public", relation))
    sample.execute(empty)
    first = refresh_materialized_view(sample, relation)
    forget(sample)
    second = refresh_materialized_view(sample, relation)
    assert (first.how, second.how) == ("plainly", "concurrently")
    assert first.rows == second.rows > 0


@pytest.mark.parametrize("relation", MATERIALIZED_VIEWS)
def test_readers_do_not_wait_for_a_refresh(committed: str, relation: str) -> None:
    with connect(committed) as writer, connect(committed) as reader:
        reader.execute("set lock_timeout = '1s'")
        with writer.transaction():
            forget(writer)
            assert refresh_materialized_view(writer, relation).how == "concurrently"
            assert value(reader, f"select count(*) from public.{relation}") > 0  # noqa: S608 - a name of ours


@pytest.mark.parametrize("relation", MATERIALIZED_VIEWS)
def test_a_refresh_does_not_wait_for_readers(committed: str, relation: str) -> None:
    with connect(committed) as writer, connect(committed) as reader, reader.transaction():
        assert column(reader, f"select 1 from public.{relation}")  # noqa: S608 - a name of ours
        forget(writer)
        assert refresh_materialized_view(writer, relation).how == "concurrently"
