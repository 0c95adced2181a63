"""What the role of the website's beacon may do: insert what visitors did, and close their session."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.roles import acting_as, assert_denied
from uxpipeline_tests.sql.rows import REQUIRED, insert, insert_exactly, insert_parents

CLOCKS = {
    "user_sessions": "created_at",
    "behavior_events": "timestamp",
    "conversion_funnels": "entered_at",
    "variant_assignments": "assigned_at",
}
WRITABLE = {
    "user_sessions": {
        "id", "session_id", "user_agent", "referrer", "landing_page", "exit_page", "exit_reason", "device_type",
        "screen_resolution", "language", "country_code", "created_at", "duration_seconds", "page_count", "visitor_key",
    },
    "behavior_events": {
        "id", "session_id", "event_type", "element_path", "element_type", "element_text", "coordinates",
        "viewport_size", "event_data", "timestamp", "page_url", "component_id", "metadata",
    },
    "conversion_funnels": {
        "id", "funnel_name", "step_name", "step_order", "session_id", "entered_at", "exited_at", "duration_seconds",
        "dropoff_reason", "metadata",
    },
    "variant_assignments": {"id", "test_id", "session_id", "variant", "assigned_at", "metadata"},
}  # fmt: skip
CLOSE = "select public.close_session(%s, %s, %s, %s)"
ID = "01a10b00-37ff-7c36-b988-312ee5154704"


def count(connection: Connection, relation: str) -> int:
    found = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier("public", relation))).fetchone()
    assert found is not None
    return int(found[0])


def close(
    connection: Connection, session: str, page: str | None, reason: str | None = None, pages: int | None = None
) -> None:
    with acting_as(connection, "beacon_ingest"):
        connection.execute(CLOSE, [session, page, reason, pages])


@pytest.mark.parametrize("relation", CLOCKS)
def test_it_inserts_rows(db: Connection, relation: str) -> None:
    insert_parents(db)
    session = {"session_id": "another"} if relation == "user_sessions" else {}
    before = count(db, relation)
    with acting_as(db, "beacon_ingest"):
        insert(db, relation, **session)
    assert count(db, relation) == before + 1


@pytest.mark.parametrize("relation", CLOCKS)
def test_it_may_insert_the_same_row_again_to_no_effect(db: Connection, relation: str) -> None:
    insert_parents(db)
    row: dict[str, Any] = {"id": ID, CLOCKS[relation]: datetime.now(UTC)}
    session = {"session_id": "another"} if relation == "user_sessions" else {}
    before = count(db, relation)
    for _ in range(2):
        with acting_as(db, "beacon_ingest"):
            insert(db, relation, **row, **session)
    assert count(db, relation) == before + 1


@pytest.mark.parametrize("relation", CLOCKS)
@pytest.mark.parametrize(
    "statement", ["select 1 from {}", "update {} set id = id", "delete from {}", "truncate {}", "lock table {}"]
)
def test_it_does_nothing_but_insert(sample: Connection, relation: str, statement: str) -> None:
    assert_denied(sample, "beacon_ingest", statement.format(f"public.{relation}"))


@pytest.mark.parametrize("relation", CLOCKS)
def test_it_writes_no_column_that_is_ours(db: Connection, relation: str) -> None:
    writable = rows(
        db,
        """
        select attname from pg_attribute
        where attrelid = %s::regclass and attnum > 0
            and has_column_privilege('beacon_ingest', attrelid, attnum, 'insert')
        """,
        f"public.{relation}",
    )
    assert {name for (name,) in writable} == WRITABLE[relation]


@pytest.mark.parametrize(
    ("relation", "column", "forged"),
    [
        ("user_sessions", "received_at", "2020-01-01"),
        ("user_sessions", "supplied", "{exit_page}"),
        ("behavior_events", "received_at", "2020-01-01"),
        ("behavior_events", "load_id", 1),
        ("conversion_funnels", "received_at", "2020-01-01"),
        ("variant_assignments", "received_at", "2020-01-01"),
        ("variant_assignments", "conversion_events", "[]"),
    ],
)
def test_it_cannot_forge_what_we_write_ourselves(db: Connection, relation: str, column: str, forged: object) -> None:
    insert_parents(db)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(db, "beacon_ingest"):
        insert(db, relation, **{column: forged})


@pytest.mark.parametrize("relation", CLOCKS)
@pytest.mark.parametrize("age", [timedelta(days=6, hours=23), timedelta(minutes=-4)])
def test_it_inserts_what_happened_lately(db: Connection, relation: str, age: timedelta) -> None:
    insert_parents(db)
    with acting_as(db, "beacon_ingest"):
        insert(db, relation, **{CLOCKS[relation]: datetime.now(UTC) - age})


@pytest.mark.parametrize("relation", CLOCKS)
@pytest.mark.parametrize("age", [timedelta(days=7, hours=1), timedelta(minutes=-6)])
def test_it_inserts_nothing_outside_the_time_window(db: Connection, relation: str, age: timedelta) -> None:
    insert_parents(db)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        acting_as(db, "beacon_ingest"),
    ):
        insert(db, relation, **{CLOCKS[relation]: datetime.now(UTC) - age})


@pytest.mark.parametrize("relation", ["behavior_events", "conversion_funnels", "variant_assignments"])
def test_it_inserts_nothing_that_its_visitor_did_not_agree_to(db: Connection, relation: str) -> None:
    insert_parents(db)
    with acting_as(db, "beacon_ingest"):
        insert(db, relation, metadata={"consent": True})
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        acting_as(db, "beacon_ingest"),
    ):
        insert(db, relation, metadata={"consent": False})


@pytest.mark.parametrize("pseudonym", [None, "0123456789abcdef" * 2, "f" * 64])
def test_it_names_a_visitor_by_a_keyed_hash(db: Connection, pseudonym: str | None) -> None:
    with acting_as(db, "beacon_ingest"):
        insert(db, "user_sessions", visitor_key=pseudonym)
    assert value(db, "select visitor_key from public.user_sessions") == pseudonym


@pytest.mark.parametrize("clear", ["ada@example.test", "Ada", "+49 30 901820", "", "F" * 32, "f" * 31, "f" * 32 + "\n"])
def test_it_names_no_visitor_in_clear(db: Connection, clear: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        acting_as(db, "beacon_ingest"),
    ):
        insert(db, "user_sessions", visitor_key=clear)


@pytest.mark.parametrize(
    "personal",
    [
        "4930901820", "ada@example.test", "ada%2540example.test",
        "ada\N{FULLWIDTH COMMERCIAL AT}example.test",
    ],
)  # fmt: skip
def test_it_names_no_session_after_a_person(db: Connection, personal: str) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        acting_as(db, "beacon_ingest"),
    ):
        insert(db, "user_sessions", session_id=personal)


@pytest.mark.parametrize("relation", sorted(set(REQUIRED) - set(CLOCKS)))
def test_it_has_no_business_with_other_tables(db: Connection, relation: str) -> None:
    insert_parents(db)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(db, "beacon_ingest"):
        insert_exactly(db, relation, **REQUIRED[relation])


def test_it_closes_a_session(db: Connection) -> None:
    insert(db, "user_sessions", session_id="open", created_at=datetime.now(UTC) - timedelta(seconds=90))
    close(db, "open", "/bye", "close", 4)
    closed = rows(
        db, "select exit_page, exit_reason, page_count, duration_seconds between 89 and 120 from public.user_sessions"
    )
    assert closed == [("/bye", "close", 4, True)]


def test_closing_without_a_page_count_keeps_the_stored_one(db: Connection) -> None:
    insert(db, "user_sessions", page_count=7)
    close(db, "s", "/bye")
    assert value(db, "select page_count from public.user_sessions") == 7


def test_it_closes_a_session_only_once(db: Connection) -> None:
    insert(db, "user_sessions")
    close(db, "s", "/first", "close", 2)
    close(db, "s", "/second", "timeout", 9)
    assert rows(db, "select exit_page, exit_reason, page_count from public.user_sessions") == [("/first", "close", 2)]


def test_it_closes_no_other_session(db: Connection) -> None:
    insert(db, "user_sessions")
    insert(db, "user_sessions", session_id="other")
    close(db, "s", "/bye")
    assert value(db, "select session_id from public.user_sessions where exit_page is null") == "other"


def test_closing_an_unknown_session_tells_nothing(db: Connection) -> None:
    close(db, "nobody's", "/bye")
    assert count(db, "user_sessions") == 0


def test_a_session_is_not_closed_for_an_invented_reason(db: Connection) -> None:
    insert(db, "user_sessions")
    with pytest.raises(psycopg.errors.CheckViolation):
        close(db, "s", "/bye", "bored")


@pytest.mark.parametrize("role", ["ai_analysis", "admin"])
def test_nobody_else_closes_sessions(db: Connection, role: str) -> None:
    insert(db, "user_sessions")
    assert_denied(db, role, CLOSE, "s", "/bye", None, None)
