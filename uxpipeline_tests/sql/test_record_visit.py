"""A beacon's session and events in one call, with the beacon's own rights."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.load.lines import an_id
from uxpipeline_tests.sql.roles import acting_as

SESSION = {"session_id": "s", "landing_page": "/", "device_type": "mobile"}
EVENTS = 'select id::text, event_type, page_url, event_data from public.behavior_events order by "timestamp"'


def seen(name: str, ago: timedelta = timedelta(minutes=1), **fields: object) -> dict[str, Any]:
    at = (datetime.now(UTC) - ago).isoformat()
    return {"id": an_id(name), "event_type": "click", "timestamp": at, "page_url": "/", **fields}


def record(
    connection: Connection, session: dict[str, Any], *events: dict[str, Any], role: str = "beacon_ingest"
) -> None:
    with acting_as(connection, role):
        connection.execute("select public.record_visit(%s, %s)", [Jsonb(session), Jsonb(events)])


def test_it_stores_what_it_is_given(db: Connection) -> None:
    record(db, SESSION, seen("a", event_data={"hesitation_ms": 5}), seen("b", timedelta(0), event_type="error"))
    assert rows(db, "select session_id, landing_page, device_type from public.user_sessions") == [("s", "/", "mobile")]
    assert rows(db, EVENTS) == [(an_id("a"), "click", "/", {"hesitation_ms": 5}), (an_id("b"), "error", "/", {})]


def test_repeated_it_adds_only_what_is_new(db: Connection) -> None:
    first, second = seen("a"), seen("b", timedelta(0))
    record(db, SESSION, first)
    record(db, SESSION | {"landing_page": "/other"}, first, second)
    assert [row[0] for row in rows(db, EVENTS)] == [an_id("a"), an_id("b")]
    assert rows(db, "select landing_page from public.user_sessions") == [("/",)]


def test_it_leaves_out_what_its_visitor_did_not_agree_to(db: Connection) -> None:
    record(db, SESSION, *(seen(str(said), metadata={"consent": said}) for said in (False, True, None)), seen("unasked"))
    assert {row[0] for row in rows(db, EVENTS)} == {an_id("True"), an_id("None"), an_id("unasked")}


@pytest.mark.parametrize(
    "event",
    [
        seen("a", timedelta(days=8)),
        seen("a", -timedelta(hours=1)),
        seen("a", event_type="no such type"),
        seen("a", page_url=None),
        seen("a", id=None),
        seen("a", event_data={"long": "x" * 70_000}),
    ],
)
def test_what_the_beacon_may_not_insert_is_refused_here_too(db: Connection, event: dict[str, Any]) -> None:
    with pytest.raises(psycopg.Error), db.transaction():
        record(db, SESSION, seen("good"), event)
    assert rows(db, EVENTS) == []


def test_columns_that_are_ours_cannot_be_set(db: Connection) -> None:
    record(db, SESSION | {"supplied": ["x"], "received_at": "2020-01-01"}, seen("a", load_id=1, metadata={"x": 1}))
    assert rows(db, "select supplied from public.user_sessions") == [(None,)]
    assert rows(db, "select load_id, metadata from public.behavior_events") == [(None, {})]


def test_a_visitor_in_clear_is_refused(db: Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(db, SESSION | {"visitor_key": "ada@leak.example"})


@pytest.mark.parametrize("role", ["ai_analysis", "admin"])
def test_nobody_else_calls_it(db: Connection, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(db, SESSION, role=role)
