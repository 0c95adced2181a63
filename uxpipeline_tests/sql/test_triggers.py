"""What the session tables do by themselves when a row changes."""

from datetime import UTC, datetime, timedelta

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.rows import insert, insert_parents

LONG_AGO = "2020-01-01 00:00:00+00"
DURATION = "select duration_seconds from public.user_sessions"
CLOSE = "update public.user_sessions set exit_page = '/bye'"
RECEIVERS = ["user_sessions", "behavior_events", "conversion_funnels", "variant_assignments"]


def seconds_ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def test_a_session_closed_by_its_page_lasted_until_now(db: Connection) -> None:
    insert(db, "user_sessions", created_at=seconds_ago(90))
    db.execute(CLOSE)
    assert 89 <= value(db, DURATION) <= 120


def test_a_supplied_duration_is_not_overwritten(db: Connection) -> None:
    insert(db, "user_sessions", created_at=LONG_AGO, duration_seconds=42)
    db.execute(CLOSE)
    assert value(db, DURATION) == 42


def test_a_duration_supplied_with_the_page_is_not_overwritten(db: Connection) -> None:
    insert(db, "user_sessions", created_at=LONG_AGO)
    db.execute("update public.user_sessions set exit_page = '/bye', duration_seconds = 42")
    assert value(db, DURATION) == 42


def test_a_clock_that_runs_ahead_gives_no_negative_duration(db: Connection) -> None:
    insert(db, "user_sessions", created_at=seconds_ago(-3600))
    db.execute(CLOSE)
    assert value(db, DURATION) == 0


def test_the_oldest_session_there_can_be_is_closed_without_overflow(db: Connection) -> None:
    insert(db, "user_sessions", created_at="2000-01-01 00:00:00+00")
    db.execute(CLOSE)
    assert value(db, DURATION) > 800_000_000


def test_a_session_that_had_its_page_already_is_not_closed_again(db: Connection) -> None:
    insert(db, "user_sessions", created_at=LONG_AGO, exit_page="/early")
    db.execute(CLOSE)
    assert value(db, DURATION) is None


def test_a_session_made_by_the_loader_gets_its_duration_from_events_only(db: Connection) -> None:
    insert(db, "user_sessions", created_at=LONG_AGO, supplied=["exit_page"])
    db.execute(CLOSE)
    assert value(db, DURATION) is None


def insert_old(connection: Connection, relation: str) -> None:
    insert_parents(connection)
    session = {"session_id": "old"} if relation == "user_sessions" else {}
    insert(connection, relation, received_at=LONG_AGO, **session)


@pytest.mark.parametrize(("change", "old_rows"), [("id = gen_random_uuid()", 0), ("session_id = session_id", 1)])
@pytest.mark.parametrize("relation", RECEIVERS)
def test_a_row_counts_as_received_again_only_when_it_changes(
    db: Connection, relation: str, change: str, old_rows: int
) -> None:
    insert_old(db, relation)
    db.execute(f"update public.{relation} set {change}".encode())  # noqa: S608 - names of this file
    old = f"select count(*) from public.{relation} where received_at = %s"  # noqa: S608 - a name of this file
    assert value(db, old, LONG_AGO) == old_rows


def test_a_writer_that_says_when_a_row_arrived_is_believed(db: Connection) -> None:
    insert(db, "user_sessions", received_at=LONG_AGO)
    db.execute("update public.user_sessions set language = 'de', received_at = '2021-01-01 00:00:00+00'")
    assert value(db, "select received_at = '2021-01-01 00:00:00+00' from public.user_sessions") is True


@pytest.mark.parametrize(("language", "moved"), [("en", False), ("de", True)])
def test_updated_at_moves_only_with_a_change(db: Connection, language: str, moved: bool) -> None:  # noqa: FBT001 - a case
    insert(db, "user_sessions", language="en", updated_at=LONG_AGO)
    db.execute("update public.user_sessions set language = %s", [language])
    assert rows(db, "select updated_at > %s from public.user_sessions", LONG_AGO) == [(moved,)]
