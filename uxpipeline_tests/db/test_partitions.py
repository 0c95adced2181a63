"""Daily partitions of behavior_events."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from psycopg import sql

from uxpipeline.db.catalog import drift
from uxpipeline.db.connect import Connection, connect
from uxpipeline.marts.partitions import drain_default_partition, drop_events_before
from uxpipeline.marts.refresh import ensure_partitions
from uxpipeline_tests.db.queries import column, eventually_waits_for_lock, rows, value

ENSURE = "select uxpipeline.ensure_event_partitions(%s, %s)"
DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)
PARTITIONS = """
    select relname from pg_class join pg_inherits on inhrelid = oid
    where inhparent = 'public.behavior_events'::regclass and relnamespace = 'uxpipeline'::regnamespace
    order by relname
"""
DEFAULT = "behavior_events_default"


@pytest.fixture
def database(shared_database: str) -> Iterator[str]:
    yield shared_database
    with connect(shared_database) as connection:
        connection.execute("delete from public.user_sessions")
        for partition in column(connection, PARTITIONS):
            if partition != DEFAULT:
                connection.execute(sql.SQL("drop table {}").format(sql.Identifier("uxpipeline", partition)))


@pytest.fixture
def second(database: str) -> Iterator[Connection]:
    with connect(database) as opened:
        yield opened


def add_event(connection: Connection, at: str) -> str:
    """The partition an event at that time ends up in."""
    connection.execute(
        "insert into public.user_sessions (session_id, landing_page) values ('s', '/') on conflict do nothing"
    )
    added = """
        insert into public.behavior_events (session_id, event_type, "timestamp", page_url)
        values ('s', 'click', %s, '/') returning tableoid
    """
    return str(value(connection, "select relname from pg_class where oid = %s", value(connection, added, at)))


def test_every_day_from_first_to_last_gets_a_partition(connection: Connection) -> None:
    assert value(connection, ENSURE, DAY, NEXT_DAY) == 2
    named = [f"behavior_events_{day:%Y%m%d}" for day in (DAY, NEXT_DAY)]
    assert column(connection, PARTITIONS) == [*named, DEFAULT]


def test_partitions_that_exist_are_left_alone(connection: Connection) -> None:
    value(connection, ENSURE, DAY, DAY)
    assert value(connection, ENSURE, DAY, NEXT_DAY) == 1
    assert value(connection, ENSURE, DAY, NEXT_DAY) == 0


def test_the_pipeline_keeps_a_week_ahead(connection: Connection) -> None:
    assert ensure_partitions(connection, DAY) == 9
    assert column(connection, PARTITIONS)[0] == "behavior_events_20261119"
    assert column(connection, PARTITIONS)[8] == "behavior_events_20261127"
    assert ensure_partitions(connection, DAY) == 0


@pytest.mark.parametrize("timezone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_days_are_those_of_utc_whatever_the_session_thinks(connection: Connection, timezone: str) -> None:
    connection.execute("select set_config('timezone', %s, false)", [timezone])
    value(connection, ENSURE, DAY, NEXT_DAY)
    assert add_event(connection, "2026-11-20 23:59:59.999999+00") == "behavior_events_20261120"
    assert add_event(connection, "2026-11-21 00:00:00+00") == "behavior_events_20261121"


def test_events_of_other_days_are_caught_by_the_default_partition(connection: Connection) -> None:
    value(connection, ENSURE, DAY, DAY)
    assert add_event(connection, "2026-11-19 23:59:59.999999+00") == DEFAULT
    assert add_event(connection, "2026-11-21 00:00:00+00") == DEFAULT


def test_a_day_whose_events_lie_in_the_default_partition_stays_there(connection: Connection) -> None:
    add_event(connection, "2026-11-20 12:00:00+00")
    assert value(connection, ENSURE, DAY, NEXT_DAY) == 1
    assert column(connection, PARTITIONS) == ["behavior_events_20261121", DEFAULT]
    assert value(connection, "select count(*) from public.behavior_events") == 1


def test_the_days_beside_such_a_day_get_theirs(connection: Connection) -> None:
    add_event(connection, "2026-11-20 00:00:00+00")
    add_event(connection, "2026-11-20 23:59:59.999999+00")
    assert value(connection, ENSURE, date(2026, 11, 19), NEXT_DAY) == 2


def test_row_security_is_on_for_every_partition(connection: Connection) -> None:
    value(connection, ENSURE, DAY, NEXT_DAY)
    secured = """
        select relrowsecurity from pg_class join pg_inherits on inhrelid = oid
        where inhparent = 'public.behavior_events'::regclass
    """
    assert rows(connection, secured) == [(True,)] * 3


@pytest.mark.direct
def test_of_two_at_once_one_makes_the_partition(connection: Connection, second: Connection) -> None:
    with ThreadPoolExecutor() as pool:
        with connection.transaction():
            assert value(connection, ENSURE, DAY, DAY) == 1
            other = pool.submit(value, second, ENSURE, DAY, DAY)
            assert eventually_waits_for_lock(connection)
        assert other.result() == 0


def test_nothing_waits_where_there_is_nothing_to_make(connection: Connection, second: Connection) -> None:
    value(connection, ENSURE, DAY, DAY)
    second.execute("set lock_timeout = '1s'")
    with connection.transaction():
        add_event(connection, "2026-11-20 12:00:00+00")
        assert value(second, ENSURE, DAY, DAY) == 0


DRAIN, DROP = "select uxpipeline.drain_event_day(%s)", "select uxpipeline.drop_event_day(%s)"
EVENTS = "select md5(string_agg(e::text, '|' order by id)) from public.behavior_events e"
INDEXES = "select count(*) from pg_index where indrelid = %s::regclass and indisvalid"
FOREIGN_KEYS = "select count(*) from pg_constraint where conrelid = %s::regclass and contype = 'f'"
TRIGGERS = "select count(*) from pg_trigger where tgrelid = %s::regclass and not tgisinternal"
MADE, DRAINED = "uxpipeline.behavior_events_20261121", "uxpipeline.behavior_events_20261120"


def test_a_day_in_the_default_partition_moves_into_its_own_unchanged(connection: Connection) -> None:
    for at in ("2026-11-20 00:00:00+00", "2026-11-20 23:59:59.999999+00", "2026-11-19 23:59:59+00"):
        assert add_event(connection, at) == DEFAULT
    before = value(connection, EVENTS)
    assert value(connection, DRAIN, DAY) == 2
    assert value(connection, EVENTS) == before
    kept_in = "select c.relname from public.behavior_events e join pg_class c on c.oid = e.tableoid order by 1"
    assert column(connection, kept_in) == ["behavior_events_20261120"] * 2 + [DEFAULT]
    assert add_event(connection, "2026-11-20 12:00:00+00") == "behavior_events_20261120"


def test_a_drained_partition_is_like_one_made_ahead(connection: Connection) -> None:
    add_event(connection, "2026-11-20 12:00:00+00")
    value(connection, DRAIN, DAY)
    value(connection, ENSURE, NEXT_DAY, NEXT_DAY)
    for alike in (INDEXES, FOREIGN_KEYS, TRIGGERS):
        assert value(connection, alike, DRAINED) == value(connection, alike, MADE) > 0
    assert drift(connection) == []


def test_a_day_that_has_its_partition_is_left_alone(connection: Connection) -> None:
    value(connection, ENSURE, DAY, DAY)
    add_event(connection, "2026-11-20 12:00:00+00")
    assert value(connection, DRAIN, DAY) == 0
    assert value(connection, "select count(*) from public.behavior_events") == 1


def test_the_pipeline_drains_every_day_there_is(connection: Connection) -> None:
    for day in (18, 19, 20):
        add_event(connection, f"2026-11-{day} 12:00:00+00")
    assert drain_default_partition(connection) == 3
    assert drain_default_partition(connection) == 0
    assert value(connection, "select count(*) from uxpipeline.behavior_events_default") == 0


def test_old_days_are_dropped_and_their_sessions_owed(connection: Connection) -> None:
    value(connection, ENSURE, DAY, NEXT_DAY)
    add_event(connection, "2026-11-20 12:00:00+00")
    add_event(connection, "2026-11-21 12:00:00+00")
    assert drop_events_before(connection, NEXT_DAY) == 1
    assert column(connection, PARTITIONS) == ["behavior_events_20261121", DEFAULT]
    assert value(connection, "select count(*) from public.behavior_events") == 1
    owed = "select session_id, day, cause from uxpipeline.stale_sessions where cause = 'deletion'"
    assert rows(connection, owed) == [("s", DAY, "deletion")]
    connection.execute("delete from uxpipeline.stale_sessions")


def test_a_day_without_a_partition_is_not_dropped(connection: Connection) -> None:
    add_event(connection, "2026-11-20 12:00:00+00")
    assert value(connection, DROP, DAY) == 0
    assert drop_events_before(connection, NEXT_DAY) == 0
    assert value(connection, "select count(*) from public.behavior_events") == 1


@pytest.mark.parametrize("action", [drain_default_partition, lambda opened: drop_events_before(opened, NEXT_DAY)])
def test_upkeep_gives_way_to_a_writer_that_takes_long(
    connection: Connection, second: Connection, action: Callable[[Connection], int]
) -> None:
    value(connection, ENSURE, DAY, DAY)
    add_event(connection, "2026-11-20 12:00:00+00")
    add_event(connection, "2026-11-25 12:00:00+00")
    with second.transaction():
        add_event(second, "2026-11-27 12:00:00+00")
        assert action(connection) == 0
    assert value(connection, "select count(*) from public.behavior_events") == 3


def test_inserts_go_on_while_days_are_drained_and_dropped(database: str, connection: Connection) -> None:
    value(connection, ENSURE, date(2026, 11, 1), date(2026, 11, 5))
    for day in range(1, 16):
        add_event(connection, f"2026-11-{day:02} 12:00:00+00")
    upkeep_done = threading.Event()

    def write() -> int:
        written = 0
        with connect(database) as writer:
            while not upkeep_done.is_set():
                add_event(writer, f"2026-11-{6 + written % 14:02} 12:00:00+00")
                written += 1
        return written

    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write) for _ in range(3)]
        dropped = drop_events_before(connection, date(2026, 11, 6))
        drained = drain_default_partition(connection)
        upkeep_done.set()
        written = sum(writer.result() for writer in writers)
    assert (dropped, drained >= 10) == (5, True)
    assert value(connection, "select count(*) from public.behavior_events") == 10 + written > 10
    connection.execute("delete from uxpipeline.stale_sessions")
