"""A daemon that is killed and started again: what its sensor asked for runs once, and every file is loaded once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.orchestration.instance import environment, prepare, shipped_file
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.factories import PAST, visit, write_lines
from uxpipeline_tests.processes import wait_until

PATIENCE = 120.0
QUEUED, STARTED, SUCCESS = dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS
DAEMON = [sys.executable, "-W", "ignore", "-m", "dagster._daemon", "run", "--log-level", "warning"]
BY_SENSOR = dg.RunsFilter(tags={"dagster/sensor_name": "landing_sensor"})
LOADED = "select status, lines, inserted, duplicates from uxpipeline.ingest_files"
EVENTS = "select count(*), count(distinct id) from public.behavior_events"


@pytest.fixture
def variables(settings: Settings) -> Mapping[str, str]:
    """The environment of a daemon whose landing folder holds a file."""
    lines = [line | PAST for line in visit("a visit", clicks=["buy", "pay"])]
    write_lines(Path(settings.landing) / "a.ndjson", lines)
    return prepare(settings, str(settings.database_url))


@pytest.fixture
def instance(variables: Mapping[str, str]) -> Iterator[dg.DagsterInstance]:
    """The instance that the daemons work on."""
    with environment(dict(variables)), dg.DagsterInstance.get() as opened:
        yield opened


@contextmanager
def daemon(variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A running daemon; in the end it is killed with everything that it started."""
    home = Path(variables["DAGSTER_HOME"])
    command = [*DAEMON, "-w", str(shipped_file("workspace.yaml"))]
    with (
        (home / "daemon.log").open("ab") as log,
        subprocess.Popen(
            command, env={**os.environ, **variables}, cwd=home, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def starting_no_runs(variables: Mapping[str, str]) -> Iterator[None]:
    """Runs that are asked for wait in the queue."""
    configuration = Path(variables["DAGSTER_HOME"]) / "dagster.yaml"
    shipped = configuration.read_text(encoding="utf-8")
    configuration.write_text(shipped.replace("max_concurrent_runs: 2", "max_concurrent_runs: 0"), encoding="utf-8")
    yield
    configuration.write_text(shipped, encoding="utf-8")


def statuses(instance: dg.DagsterInstance) -> list[dg.DagsterRunStatus]:
    return [run.status for run in instance.get_runs(BY_SENSOR)]


def looked_again(instance: dg.DagsterInstance, since: float) -> bool:
    """Whether the landing sensor was evaluated after a moment."""
    states = [state.instigator_data for state in instance.all_instigator_state() if state.name == "landing_sensor"]
    return any((getattr(data, "last_tick_timestamp", None) or 0) > since for data in states)


def test_a_daemon_killed_twice_runs_what_was_asked_for_once(
    variables: Mapping[str, str], instance: dg.DagsterInstance, connection: Connection
) -> None:
    with starting_no_runs(variables), daemon(variables):
        wait_until(lambda: QUEUED in statuses(instance), PATIENCE, "a run is in the queue")

    with daemon(variables) as killed:
        wait_until(lambda: STARTED in statuses(instance), PATIENCE, "the run has started")
        killed.kill()
        killed.wait()
        restarted = time.time()
        with daemon(variables):
            wait_until(lambda: SUCCESS in statuses(instance), PATIENCE, "the run is over")
            wait_until(lambda: looked_again(instance, restarted), PATIENCE, "the sensor was evaluated again")

    assert statuses(instance) == [SUCCESS]
    assert len(instance.fetch_materializations(dg.AssetKey("ingest_files"), limit=10).records) == 1
    assert rows(connection, LOADED) == [("loaded", 3, 3, 0)]
    assert rows(connection, EVENTS) == [(3, 3)]
