"""What a load waits for, what it stops at, and that it goes on afterwards as if nothing had been."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.errors import ServerFullError, TransientError
from uxpipeline.ingest import publish
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import Line, assignment, event, record, step
from uxpipeline_tests.load.steps import at_step

LINES: list[Line | str] = [
    *(event("s", second) for second in range(6)),
    record("s", language="en"),
    step("s", 1),
    assignment("s", 2, test="unknown"),
    "{not json",
]
COUNTED = {"inserted": 8, "parked": 1, "quarantined": 1}
FAILING = """
    create function public.fail() returns trigger language plpgsql as
    $$ begin raise exception 'row with canary-4711' using errcode = '{code}', detail = 'canary-4711'; end $$;
    create trigger fail before insert on {table} for each row execute function public.fail();
"""
MENDED = "drop function if exists public.fail() cascade"
TABLES = [
    "uxpipeline.stage_lines",
    "uxpipeline.stage_events",
    "public.behavior_events",
    "public.user_sessions",
    "public.conversion_funnels",
    "uxpipeline.quarantine",
    "uxpipeline.parked",
    "uxpipeline.ingest_files",
]


@pytest.fixture
def other(database: str) -> Iterator[Connection]:
    with connect(database) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _mended(database: str) -> Iterator[None]:
    yield
    with connect(database) as connection:
        connection.execute(MENDED)


def load_alone(landing: Landing, database: str, path: Path) -> None:
    with connect(database) as connection:
        replace(landing, connection=connection).load_file(path, max_bad=1)


def undisturbed(landing: Landing) -> list[str]:
    """The tables as a load without trouble leaves them."""
    landing.load(*LINES)
    state = landing.state()
    landing.clean()
    return state


@pytest.mark.parametrize("table", TABLES)
def test_a_full_disk_stops_the_file_and_after_making_room_it_is_loaded_whole(
    landing: Landing, database: str, other: Connection, table: str
) -> None:
    state = undisturbed(landing)
    path = landing.write(LINES)
    other.execute(FAILING.format(code="53100", table=table).encode())
    with pytest.raises(ServerFullError, match=r"is full.*Make room there.*an unfinished file left nothing") as full:
        load_alone(landing, database, path)
    assert "canary" not in str(full.value)
    assert (landing.state(), landing.quarantine(), landing.ledger()) == ([], [], [])
    other.execute(MENDED)
    assert counts(landing.load_file(path, max_bad=1)) == COUNTED
    assert landing.state() == state
    assert landing.load_file(path).status == "already_loaded"


@pytest.mark.parametrize("table", ["uxpipeline.quarantine", "uxpipeline.parked"])
def test_a_quarantine_that_fails_costs_the_file_never_only_its_bad_lines(
    landing: Landing, other: Connection, table: str
) -> None:
    other.execute(FAILING.format(code="23514", table=table).encode())
    report = landing.load(*LINES)
    assert (report.status, report.inserted, landing.state()) == ("aborted", 0, [])
    assert "canary" not in (report.problem or "")


def test_a_database_that_became_read_only_is_said_to_be(landing: Landing, database: str, other: Connection) -> None:
    path = landing.write(LINES)
    name = value(other, "select current_database()")
    other.execute(f"alter database {name} set default_transaction_read_only = on".encode())
    try:
        with pytest.raises(ServerFullError, match="read-only"):
            load_alone(landing, database, path)
    finally:
        other.execute("set default_transaction_read_only = off")
        other.execute(f"alter database {name} reset default_transaction_read_only".encode())
    assert counts(landing.load_file(path, max_bad=1)) == COUNTED


@pytest.mark.parametrize("code", ["40P01", "40001", "55P03"])
def test_what_is_in_the_way_is_waited_for(landing: Landing, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    state = undisturbed(landing)
    monkeypatch.setattr(publish, "WAIT_SECONDS", 0.01)
    tries: list[str] = []

    def stumble() -> None:
        tries.append(code)
        if len(tries) < publish.MOST_TRIES:
            raise psycopg.errors.lookup(code)

    at_step(monkeypatch, "publish/30_insert_events", stumble)
    assert counts(landing.load(*LINES)) == COUNTED
    assert len(tries) == publish.MOST_TRIES
    assert landing.state() == state


def test_waiting_has_an_end(landing: Landing, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "WAIT_SECONDS", 0.01)
    tries: list[int] = []

    def stumble() -> None:
        tries.append(1)
        raise psycopg.errors.DeadlockDetected

    at_step(monkeypatch, "publish/30_insert_events", stumble)
    path = landing.write(LINES)
    with pytest.raises((TransientError, psycopg.errors.DeadlockDetected)):
        load_alone(landing, database, path)
    assert len(tries) == publish.MOST_TRIES
    assert landing.state() == []


def test_a_table_that_is_locked_for_a_while_does_not_cost_the_file(
    landing: Landing, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "WAIT_SECONDS", 0.01)
    landing.load(event("before", 0))
    other.execute("begin")
    other.execute("lock table public.user_sessions in access exclusive mode")
    real, seen = publish._publish_once, []

    def unlock_the_second_time(*values: object) -> publish.Tally:
        seen.append(1)
        if len(seen) == 2:
            other.execute("commit")
        return real(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(publish, "_publish_once", unlock_the_second_time)
    assert counts(landing.load(*LINES)) == COUNTED
    assert len(seen) == 2


def test_a_short_statement_timeout_of_the_server_does_not_split_a_file(
    landing: Landing, database: str, other: Connection
) -> None:
    slow = re.sub("raise exception.*?;", "perform pg_sleep(0.5); return new;", FAILING.format(code="", table=TABLES[2]))
    other.execute(slow.encode())
    name = value(other, "select current_database()")
    other.execute(f"alter database {name} set statement_timeout = '2s'".encode())
    try:
        load_alone(landing, database, landing.write(LINES))
    finally:
        other.execute(f"alter database {name} reset statement_timeout".encode())
    assert value(other, "select count(*) from public.behavior_events") == 6
