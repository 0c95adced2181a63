"""What was staged is published only if it is what the audit saw and approved."""

from collections.abc import Iterator
from typing import Any

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.ingest import loader
from uxpipeline_tests.db.queries import column, value
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import SITE, event, record, step
from uxpipeline_tests.load.steps import at_step

UNUSED_DAY = "2026-03-03T10:00:00Z"
"""No other test of this folder has events on it, so it has no partition yet."""


def before(monkeypatch: pytest.MonkeyPatch, function: str, tampering: str) -> None:
    """Change the stage just before a step of the load."""
    real = getattr(loader, function)

    def tampered(connection: Connection, *values: Any) -> Any:  # noqa: ANN401 - whatever the step has
        connection.execute(tampering.encode())
        return real(connection, *values)

    monkeypatch.setattr(loader, function, tampered)


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        ("delete from uxpipeline.stage_verdicts", "no verdict"),
        ("update uxpipeline.stage_verdicts set passed = false", "audit of the staged rows failed"),
        ("delete from uxpipeline.stage_events where line_no = 1", "changed after its audit"),
        ("delete from uxpipeline.stage_lines", "changed after its audit"),
        ("update uxpipeline.stage_events set page_url = '/forged' where line_no = 1", "changed after its audit"),
        ("update uxpipeline.stage_sessions set language = 'xx'", "changed after its audit"),
        ("update uxpipeline.stage_funnel_steps set step_order = 9", "changed after its audit"),
        (
            "insert into uxpipeline.stage_events select (e).* from uxpipeline.stage_events e where line_no = 1",
            "changed after its audit",
        ),
        # What a crash of the server does to unlogged tables.
        ("truncate uxpipeline.stage_lines, uxpipeline.stage_events, uxpipeline.stage_verdicts", "no verdict"),
    ],
)
def test_a_stage_that_is_not_what_was_approved_is_refused(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, tampering: str, problem: str
) -> None:
    lines = [event("s", 0), event("s", 1), record("s", language="en"), step("s", 0)]
    with monkeypatch.context() as patch:
        before(patch, "publish", tampering)
        report = landing.load(*lines)
    assert (report.status, landing.state()) == ("aborted", [])
    assert report.problem is not None
    assert problem in report.problem
    assert counts(landing.load(*lines)) == {"inserted": 4}


def test_what_a_killed_load_left_in_the_stage_is_cleared_by_the_next(landing: Landing) -> None:
    landing.connection.execute(
        """
        insert into uxpipeline.stage_lines (load_id, line_no, kind, outcome)
        values (nextval('uxpipeline.load_id'), 1, 'event', 'pending')
        """
    )
    landing.load(event("s", 0))
    assert value(landing.connection, "select count(*) from uxpipeline.stage_lines") == 0


@pytest.fixture
def visitor(database: str) -> Iterator[Connection]:
    """Somebody who reads and writes while a file is loaded, and waits for nobody."""
    with connect(database) as opened:
        opened.execute("set lock_timeout = '1s'")
        yield opened


def test_a_file_of_a_new_day_keeps_nobody_waiting_while_it_is_published(
    landing: Landing, visitor: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing.load(event("s", 0))
    seen = []

    def visit() -> None:
        seen.append(value(visitor, "select count(*) from public.behavior_events"))
        visitor.execute("insert into public.user_sessions (session_id, landing_page) values ('direct', '/')")

    at_step(monkeypatch, "publish/90_settle_lines", visit)
    assert counts(landing.load(event("s", 1) | {"timestamp": UNUSED_DAY})) == {"inserted": 1}
    assert seen == [1]


def test_an_event_that_somebody_stores_meanwhile_is_not_stored_again(
    landing: Landing, visitor: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing.load(event("s", 0))
    theirs, ours = event("s", 1), event("s", 2)
    inserted = """
        insert into public.behavior_events (id, session_id, event_type, "timestamp", page_url)
        values (%(id)s, %(session_id)s, %(event_type)s, %(timestamp)s, '/direct')
    """
    at_step(monkeypatch, "publish/30_insert_events", lambda: visitor.execute(inserted, theirs))
    report = landing.load(theirs, ours)
    assert counts(report) == {"inserted": 1, "duplicates": 1}
    assert report.rows_written["behavior_events"] == 1
    pages = 'select page_url from public.behavior_events order by "timestamp"'
    assert column(landing.connection, pages) == [SITE + "/cart", "/direct", SITE + "/cart"]
