"""What a refresh finds: rows of anybody, whenever their transaction ends, however old they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from benchmarks.refresh_oracle import RELATIONS, differences
from uxpipeline.db.connect import Connection, connect
from uxpipeline.marts.facts import MOST_DAYS, note_touched, refresh_facts
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.load.lines import event
from uxpipeline_tests.marts.visits import act, visit
from uxpipeline_tests.sql.rows import insert

EXACT = dict.fromkeys(RELATIONS, 0)
NOW = datetime.now(UTC)
EVENTS = "select total_events from public.session_analytics where session_id = %s"
INSERT = """
    insert into public.behavior_events (session_id, event_type, page_url, "timestamp", received_at)
    values ('s', 'click', '/', %s, clock_timestamp())
"""
NOTED = 1000
NOTE = """
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select 's' || n, %s, 'behavior_events', 'load' from generate_series(1, %s) n
"""
OWED = "select count(*) from uxpipeline.stale_sessions"


@pytest.fixture
def landing(connection: Connection, settings: Settings, tmp_path: Path) -> Landing:
    folder = tmp_path / "files"
    folder.mkdir()
    return Landing(connection, settings, folder)


@contextmanager
def unseen(database: str, stranger: str) -> Iterator[Connection]:
    """A beacon whose transactions the owner cannot see: another login, or one that reports nothing of itself."""
    with psycopg.connect(database, autocommit=True) as writer:
        try:
            writer.execute("set track_activities = off")
        except psycopg.errors.InsufficientPrivilege:
            parts = urlsplit(database)
            url = urlunsplit(parts._replace(netloc=f"{stranger}@{parts.netloc.rpartition('@')[2]}"))
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("set role beacon_ingest")
                yield other
        else:
            yield writer


def test_a_writer_that_stays_open_across_two_refreshes_is_not_lost(connection: Connection, database: str) -> None:
    visit(connection, created_at=NOW)
    with psycopg.connect(database) as writer:
        writer.execute(INSERT, [NOW])
        for _ in range(2):
            act(connection, 0, timestamp=NOW)
            refresh_marts(connection, NOW)
        assert value(connection, EVENTS, "s") == 2
    refresh_marts(connection, NOW)
    assert value(connection, EVENTS, "s") == 3
    assert differences(connection) == EXACT


def test_nor_is_one_whose_transactions_are_hidden(connection: Connection, database: str, stranger: str) -> None:
    visit(connection, created_at=NOW)
    refresh_marts(connection, NOW)
    with unseen(database, stranger) as writer:
        with writer.transaction():
            writer.execute(INSERT.replace(", received_at", "").replace(", clock_timestamp()", ""), [NOW])
            for _ in range(2):
                act(connection, 0, timestamp=NOW)
                assert refresh_marts(connection, NOW).hidden
            assert value(connection, EVENTS, "s") == 2
        refresh_marts(connection, NOW)
    assert value(connection, EVENTS, "s") == 3


def test_the_watermark_never_passes_the_oldest_open_transaction(connection: Connection, database: str) -> None:
    with psycopg.connect(database) as writer:
        began = writer.execute("select now()").fetchone()
        watermark, hidden = note_touched(connection)
        assert began is not None
        assert (watermark, hidden) == (began[0], False)
    after_it, _ = note_touched(connection)
    assert after_it > began[0]


def test_nothing_new_owes_nothing_and_moves_nothing(connection: Connection) -> None:
    visit(connection)
    act(connection, 1)
    refresh_marts(connection, NOW)
    refresh_marts(connection, NOW)
    before = rows(connection, "select * from uxpipeline.mart_state")
    again = refresh_marts(connection, NOW)
    assert (again.days, again.sessions, again.backlog_days) == ((), 0, 0)
    assert rows(connection, "select * from uxpipeline.mart_state") == before


def test_rows_of_very_many_old_days_do_not_stall_a_refresh(connection: Connection) -> None:
    days = MOST_DAYS + 20
    for age in range(days):
        session = f"s{age}"
        visit(connection, session, created_at=NOW - timedelta(days=10 * age))
        act(connection, 0, session_id=session, timestamp=NOW - timedelta(days=10 * age))
    first = refresh_marts(connection, NOW)
    assert (len(first.days), first.backlog_days) == (MOST_DAYS, 20)
    assert first.days == tuple(sorted(first.days, reverse=True))
    assert refresh_marts(connection, NOW).backlog_days == 0
    assert differences(connection) == EXACT


def test_the_planner_knows_what_is_owed_although_the_queue_was_empty(connection: Connection) -> None:
    connection.execute(NOTE, ["2020-01-01", NOTED])
    connection.execute("delete from uxpipeline.stale_sessions")
    connection.execute("vacuum (analyze, truncate false) uxpipeline.stale_sessions")
    connection.execute(NOTE, [NOW.date(), NOTED])
    refresh_facts(connection, NOW, most_days=0)
    query = "explain (format json) select from uxpipeline.stale_sessions where day = %s"
    assert value(connection, query, NOW.date())[0]["Plan"]["Plan Rows"] == NOTED


def test_a_vacuum_of_the_queue_is_not_waited_for(connection: Connection, database: str) -> None:
    visit(connection, created_at=NOW)
    connection.execute("set lock_timeout = '2s'")
    with connect(database) as vacuum, vacuum.transaction():
        vacuum.execute("lock table uxpipeline.stale_sessions in share update exclusive mode")
        assert refresh_facts(connection, NOW).days == (NOW.date(),)


def test_a_session_is_computed_whole_from_all_its_days(connection: Connection) -> None:
    visit(connection, created_at=NOW - timedelta(days=40))
    act(connection, 0, timestamp=NOW - timedelta(days=40))
    refresh_marts(connection, NOW)
    act(connection, 0, timestamp=NOW)
    refresh_marts(connection, NOW)
    assert value(connection, EVENTS, "s") == 2


def test_an_event_changed_by_hand_is_counted_as_it_is_now(landing: Landing) -> None:
    landing.load(event("s", 1, component_id="before"))
    refresh_marts(landing.connection, NOW)
    landing.connection.execute("update public.behavior_events set component_id = 'after'")
    refresh_marts(landing.connection, NOW)
    assert column(landing.connection, "select component_id from public.component_performance") == ["after"]


class TestRepeats:
    SAME = "5f2c1c1e-0000-4000-8000-000000000001"

    @pytest.mark.parametrize("later", [timedelta(milliseconds=5), timedelta(days=1)])
    @pytest.mark.parametrize("earliest_first", [True, False])
    def test_the_earliest_row_of_an_event_counts_whichever_came_first(
        self, connection: Connection, later: timedelta, *, earliest_first: bool
    ) -> None:
        visit(connection, created_at=NOW - timedelta(days=3))
        moments = [NOW - timedelta(days=3), NOW - timedelta(days=3) + later]
        for moment in moments if earliest_first else reversed(moments):
            act(connection, 0, id=self.SAME, timestamp=moment)
            refresh_marts(connection, NOW)
        assert value(connection, EVENTS, "s") == 1
        assert rows(connection, "select date, event_count from public.daily_friction_summary") == [
            (moments[0].date(), 1)
        ]
        assert differences(connection) == EXACT

    def test_a_repeat_becomes_the_event_when_the_earlier_row_goes(self, connection: Connection) -> None:
        visit(connection, created_at=NOW - timedelta(days=3))
        for age in (3, 2):
            act(connection, 0, id=self.SAME, timestamp=NOW - timedelta(days=age))
        refresh_marts(connection, NOW)
        connection.execute('delete from public.behavior_events where "timestamp" = %s', [NOW - timedelta(days=3)])
        refresh_marts(connection, NOW + timedelta(hours=7))
        assert differences(connection) == EXACT
        assert value(connection, EVENTS, "s") == 1


class TestDeletedByOthers:
    def test_the_count_of_a_day_tells_within_a_round(self, connection: Connection) -> None:
        for age in range(5):
            visit(connection, f"s{age}", created_at=NOW - timedelta(days=age))
            for _ in range(2):
                act(connection, 0, session_id=f"s{age}", timestamp=NOW - timedelta(days=age), component_id="c")
        refresh_marts(connection, NOW)
        connection.execute("delete from public.user_sessions where session_id = 's3'")
        connection.execute(
            """
            delete from public.behavior_events
            where session_id = 's4' and id = (
                select min(id::text)::uuid from public.behavior_events where session_id = 's4'
            )
            """
        )
        found = [refresh_marts(connection, NOW + timedelta(hours=7 + hour)).unlike_days for hour in range(3)]
        assert sum(found) == 2
        assert differences(connection) == EXACT
        assert column(connection, "select session_id from uxpipeline.session_facts where session_id = 's3'") == []

    def test_a_funnel_step_too(self, connection: Connection) -> None:
        visit(connection, created_at=NOW)
        insert(connection, "conversion_funnels", entered_at=NOW)
        refresh_marts(connection, NOW)
        connection.execute("delete from public.conversion_funnels")
        refresh_marts(connection, NOW + timedelta(hours=7))
        assert differences(connection) == EXACT


def test_a_refresh_that_dies_owes_what_it_owed(connection: Connection) -> None:
    visit(connection, created_at=NOW)
    act(connection, 0, timestamp=NOW)
    connection.execute(
        "create function pg_temp.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$"
    )
    connection.execute(
        "create trigger refuse before insert on uxpipeline.fact_days for each row execute function pg_temp.refuse()"
    )
    with pytest.raises(psycopg.errors.RaiseException):
        refresh_marts(connection, NOW)
    assert value(connection, OWED) > 0
    assert value(connection, "select count(*) from uxpipeline.session_facts") == 0
    connection.execute("drop trigger refuse on uxpipeline.fact_days")
    refresh_marts(connection, NOW)
    assert value(connection, OWED) == 0
    assert differences(connection) == EXACT
