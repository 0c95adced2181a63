"""Loads beside other loads and beside visitors' own inserts."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.lease import lease
from uxpipeline.ingest.load import load_paths
from uxpipeline.ingest.reports import Done, FileReport
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import SITE, START, Line, event, record, step

DIRECT_ROWS = """
    select to_jsonb(us) from public.user_sessions us where supplied is null
    union all
    select to_jsonb(be) from public.behavior_events be where load_id is null
    order by 1
"""


@pytest.fixture
def beacon(database: str) -> Iterator[Connection]:
    with connect(database) as opened:
        yield opened


def load_alone(landing: Landing, database: str, path: Path) -> FileReport:
    """Load a file as a process of its own would."""
    with connect(database) as connection, lease(connection, database):
        return replace(landing, connection=connection).load_file(path)


def load_together(landing: Landing, database: str, paths: list[Path]) -> list[FileReport]:
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda path: load_alone(landing, database, path), paths))


def visit(session: str, *seconds: int) -> list[Line]:
    return [record(session, language="en"), *(event(session, second) for second in seconds), step(session, seconds[0])]


def test_a_file_that_three_load_at_once_is_loaded_once(landing: Landing, database: str) -> None:
    path = landing.write(visit("s", *range(20)))
    reports = load_together(landing, database, [path] * 3)
    assert sorted(report.status for report in reports) == ["already_loaded", "already_loaded", "loaded"]
    assert [entry["inserted"] for entry in landing.ledger()] == [22]
    assert len(rows(landing.connection, "select id from public.behavior_events")) == 20


def test_files_that_share_sessions_are_loaded_at_once_as_if_one_after_the_other(
    landing: Landing, database: str
) -> None:
    sessions = [f"s{number}" for number in range(20)]
    files = [
        [line for session in sessions for line in visit(session, 0, 1, 2)],
        [line for session in reversed(sessions) for line in visit(session, 2, 3, 4)],
    ]
    together = load_together(landing, database, [landing.write(lines) for lines in files])
    assert {report.status for report in together} == {"loaded"}
    state = landing.state()
    landing.clean()
    for lines in files:
        landing.load(*lines)
    assert landing.state() == state


def insert_directly(beacon: Connection, session: str) -> None:
    beacon.execute(
        "insert into public.user_sessions (session_id, landing_page, language) values (%s, '/direct', 'fr')", [session]
    )
    beacon.execute(
        """
        insert into public.behavior_events (session_id, event_type, "timestamp", page_url)
        values (%s, 'click', %s, '/direct')
        """,
        [session, START],
    )


def test_what_visitors_insert_during_a_load_stays_as_it_is(landing: Landing, beacon: Connection) -> None:
    def insert(_done: Done) -> None:
        insert_directly(beacon, "direct")
        insert_directly(beacon, "shared")

    path = landing.write([*visit("loaded", 0, 1), *visit("shared", 2, 3)])
    load_paths(landing.connection, landing.settings, [path], START + timedelta(minutes=1), progress=insert)
    direct = rows(landing.connection, DIRECT_ROWS)
    assert len(direct) == 4
    assert {(row["session_id"], row.get("landing_page"), row.get("language")) for (row,) in direct} == {
        ("direct", "/direct", "fr"),
        ("direct", None, None),
        ("shared", "/direct", "fr"),
        ("shared", None, None),
    }


def test_what_visitors_inserted_before_a_load_stays_as_it_is(landing: Landing, beacon: Connection) -> None:
    insert_directly(beacon, "direct")
    insert_directly(beacon, "shared")
    before = rows(landing.connection, DIRECT_ROWS)
    report = landing.load(event("shared", 2), event("loaded", 3), now=START + timedelta(minutes=1))
    assert counts(report) == {"inserted": 2}
    assert rows(landing.connection, DIRECT_ROWS) == before


def test_an_event_of_a_file_joins_the_session_a_visitor_inserted(landing: Landing, beacon: Connection) -> None:
    insert_directly(beacon, "shared")
    landing.load(event("shared", 2))
    pages = rows(landing.connection, "select page_url from public.behavior_events order by 1")
    assert pages == [("/direct",), (f"{SITE}/cart",)]
