"""The server itself dies in the middle of a load: what was there stays, the file is absent, the next load is whole."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from uxpipeline.db.connect import connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.errors import ServerUnreachableError, UxPipelineError
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import temporary_home
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.load.conftest import FUNNELS
from uxpipeline_tests.load.landing import CLEAN, Landing, counts
from uxpipeline_tests.load.lines import Line, event, record
from uxpipeline_tests.load.steps import at_step
from uxpipeline_tests.processes import wait_until

pytestmark = pytest.mark.direct
EARLIER: list[Line] = [event("earlier", second) for second in range(5)]
LINES: list[Line] = [*(event("s", second) for second in range(40)), record("s", language="en")]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """A server of this module's own, which it may kill; one that keeps its promises, unlike those of other tests."""
    with temporary_home() as home:
        own = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home)}))
        with own.running():
            with connect(own.url()) as connection:
                list(migrate(connection))
            yield own


@pytest.fixture
def database(server: EmbeddedServer) -> Iterator[str]:
    server.ensure_alive()
    yield server.url()
    with connect(server.url()) as connection:
        connection.execute(CLEAN.encode())


@pytest.fixture
def landing(database: str, tmp_path: Path) -> Iterator[Landing]:
    funnels = tmp_path / "funnels.yaml"
    funnels.write_text(FUNNELS, encoding="utf-8")
    folder = tmp_path / "files"
    folder.mkdir()
    settings = Settings.from_env({"UXPIPELINE_HOME": str(tmp_path), "UXPIPELINE_FUNNELS": str(funnels)})
    with connect(database) as connection:
        yield Landing(connection, replace(settings, privacy_key="key", database_url=database), folder)


def answers(url: str) -> bool:
    try:
        with connect(url) as connection:
            return bool(value(connection, "select 1"))
    except UxPipelineError:
        return False


def load_while_killing(landing: Landing, path: Path, url: str, step: str, pid: int | None) -> None:
    """Load on a connection of its own; at a step the process that serves us is killed, after the server's own if given.

    A process that serves outlives its server for as long as it has work: it might commit.
    """
    with pytest.MonkeyPatch.context() as patch, connect(url) as lost:

        def kill() -> None:
            for victim in (pid, lost.info.backend_pid) if pid else (lost.info.backend_pid,):
                os.kill(victim, signal.SIGKILL)

        at_step(patch, step, kill)
        replace(landing, connection=lost).load_file(path)


@pytest.mark.parametrize(
    "step", ["record_verdict", "verdict", "publish/03_mark_repeated_lines", "publish/30_insert_events", "record_file"]
)
@pytest.mark.parametrize("victim", ["backend", "server"])
def test_killed_at_any_step_it_comes_back_without_the_file(
    server: EmbeddedServer, landing: Landing, database: str, step: str, victim: str
) -> None:
    landing.load(*EARLIER)
    before, ledger = landing.state(), landing.ledger()
    path = landing.write(LINES)
    with pytest.raises(ServerUnreachableError, match="connection to PostgreSQL was lost"):
        load_while_killing(landing, path, database, step, server.status().pid if victim == "server" else None)
    if victim == "server":
        server.ensure_alive()
    wait_until(lambda: answers(server.url()), 30, "the server answers again")
    with connect(server.url()) as connection:
        again = replace(landing, connection=connection)
        assert (again.state(), again.ledger()) == (before, ledger)
        assert value(connection, "select count(*) from uxpipeline.stage_lines") == 0
        assert counts(again.load_file(path)) == {"inserted": 41}
        assert value(connection, "select count(*) from public.behavior_events") == 45
