"""Whenever a load dies, all of a file is there or nothing, and loading it again completes it."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.lease import lease
from uxpipeline.errors import ServerUnreachableError
from uxpipeline.ingest.load import load_paths
from uxpipeline.ingest.parsing import parser
from uxpipeline.ingest.reports import FileReport
from uxpipeline_tests.db.processes import kill_after_lines, started
from uxpipeline_tests.db.queries import eventually_alone, value
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import Line, event, record, step
from uxpipeline_tests.load.proxy import proxy_of
from uxpipeline_tests.load.steps import at_step

SESSIONS, EVENTS = 20, 50
LINES = SESSIONS * (EVENTS + 2)
# Says each thing it does, so that it can be killed between any two of them.
LOADER = """
import sys
from datetime import datetime
from pathlib import Path
from uxpipeline.db.connect import connect
from uxpipeline.ingest import load, loader, publish
from uxpipeline.ingest.parsing import parser
from uxpipeline.settings import Settings

def say(what):
    print(what, flush=True)

def said(function):
    def wrapped(name):
        say(name)
        return function(name)
    return wrapped

parser.CHUNK_LINES = 100
for module in (load, loader, publish):
    module.statement = said(module.statement)
settings = Settings.from_env({"UXPIPELINE_HOME": sys.argv[2], "UXPIPELINE_PRIVACY_KEY": "key"})
with connect(sys.argv[1]) as connection:
    load.load_paths(
        connection, settings, [Path(sys.argv[3])], datetime.fromisoformat(sys.argv[4]),
        progress=lambda done: say(done.lines),
    )
say("end")
"""
SAID = 50
"""How many lines a whole load says."""
PARTS = 5


def visits() -> list[Line]:
    """Many sessions, each with its record, a funnel step and a number of events."""
    return [
        line
        for number in range(SESSIONS)
        for line in (
            *(event(f"s{number}", second) for second in range(EVENTS)),
            record(f"s{number}", language="en"),
            step(f"s{number}", 3),
        )
    ]


@pytest.fixture
def file(landing: Landing) -> Path:
    return landing.write(visits())


@pytest.fixture
def observer(database: str) -> Iterator[Connection]:
    with connect(database) as opened:
        yield opened


def assert_complete(landing: Landing, report: FileReport) -> None:
    stored = "select count(*), count(distinct id) from public.behavior_events"
    assert landing.connection.execute(stored).fetchone() == (SESSIONS * EVENTS, SESSIONS * EVENTS)
    assert value(landing.connection, "select count(*) from public.conversion_funnels") == SESSIONS
    assert value(landing.connection, "select count(*) from public.user_sessions where language = 'en'") == SESSIONS
    assert [entry["inserted"] for entry in landing.ledger()] == [LINES]
    assert report.lines == LINES


@pytest.mark.parametrize("part", range(PARTS))
def test_a_killed_loader_leaves_nothing_or_the_whole_file(
    landing: Landing, file: Path, database: str, part: int
) -> None:
    moment = SAID // PARTS * part + random.Random(part).randint(1, SAID // PARTS)  # noqa: S311 - no secret
    home = str(landing.settings.home)
    with started(LOADER, database, home, str(file), NOW.isoformat()) as process:
        kill_after_lines(process, moment)
    assert eventually_alone(landing.connection)
    stored = value(landing.connection, "select count(*) from public.behavior_events")
    assert (stored, len(landing.ledger())) in {(0, 0), (SESSIONS * EVENTS, 1)}
    assert_complete(landing, landing.load_file(file))


def test_twenty_five_kills_in_a_row_leave_no_partial_state(landing: Landing, file: Path, database: str) -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    home = str(landing.settings.home)
    for _ in range(25):
        with started(LOADER, database, home, str(file), NOW.isoformat()) as process:
            kill_after_lines(process, chance.randint(1, SAID - 10))
        assert eventually_alone(landing.connection)
        stored = value(landing.connection, "select count(*) from public.behavior_events")
        assert (stored, len(landing.ledger())) == (0, 0)
    assert_complete(landing, landing.load_file(file))


def load_and_lose_connection(landing: Landing, file: Path, database: str, observer: Connection, moment: str) -> None:
    """Load a file, the server ending the connection at a step of publish or, `stage`, while lines are staged."""
    with connect(database) as lost, lease(lost, database), pytest.MonkeyPatch.context() as patch:
        pid = lost.info.backend_pid

        def end() -> None:
            observer.execute("select pg_terminate_backend(%s, 5000)", [pid])

        at_step(patch, moment, end)
        patch.setattr(parser, "CHUNK_LINES", 10)
        load_paths(
            lost,
            landing.settings,
            [file],
            NOW,
            progress=lambda done: end() if (moment, done.lines) == ("stage", LINES // 2) else None,
        )


@pytest.mark.parametrize(
    "moment", ["stage", "publish/03_mark_repeated_lines", "publish/30_insert_events", "record_file"]
)
def test_a_lost_connection_is_said_to_be_one_and_leaves_nothing(
    landing: Landing, file: Path, database: str, observer: Connection, moment: str
) -> None:
    with pytest.raises(ServerUnreachableError, match="The connection to PostgreSQL was lost"):
        load_and_lose_connection(landing, file, database, observer, moment)
    assert (landing.state(), landing.ledger()) == ([], [])
    with lease(landing.connection, database, wait_seconds=0):
        assert_complete(landing, landing.load_file(file))


def test_a_file_whose_commit_went_unanswered_is_known_when_loaded_again(
    landing: Landing, file: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy_of(database) as proxy:
        at_step(monkeypatch, "clear_stage", proxy.lose_next_commit)
        with pytest.raises(ServerUnreachableError), connect(proxy.url) as lost:
            replace(landing, connection=lost).load_file(file)
    again = landing.load_file(file)
    assert (again.status, counts(again)) == ("already_loaded", {"duplicates": LINES})
    assert_complete(landing, again)
