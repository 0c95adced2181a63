"""Runs that are killed, or twice at once: the ledger has every file once, and the graph says what the ledger says."""

import json
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.orchestration.instance import prepare
from uxpipeline.settings import Settings
from uxpipeline_tests.db.processes import started
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.factories import PAST, visit, write_lines

FILES = 3
# Loads the landing folder as a run of the schedule does; says each statement, and goes on when answered or left alone.
RUN = """
import json, sys
import dagster as dg
from uxpipeline.db import lease
from uxpipeline.definitions import defs
from uxpipeline.ingest import loader, publish

def said(function):
    def wrapped(name):
        print(name, flush=True)
        sys.stdin.readline()
        return function(name)
    return wrapped

lease.LEASE_SECONDS = 2  # a killed holder's runs out soon
for module in (loader, publish):
    module.statement = said(module.statement)
quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
refresh = defs.resolve_job_def("refresh")
names = ("user_sessions", "behavior_events", "conversion_funnels", "variant_assignments", "ingest_files")
part = refresh.get_subset(asset_selection={dg.AssetKey(name) for name in names})
with dg.DagsterInstance.get() as instance:
    result = part.execute_in_process(
        run_config=quiet, partition_key=sys.argv[1], instance=instance, raise_on_error=False
    )
    event = instance.get_latest_materialization_event(dg.AssetKey("ingest_files"))
    metadata = event.asset_materialization.metadata if event else {}
    print(json.dumps({"success": result.success, "rows": metadata["dagster/row_count"].value if metadata else 0}))
"""
STORED = "select session_id, count(*) from public.behavior_events group by 1 order by 1"
LEDGER = "select status, count(*) from uxpipeline.ingest_files group by 1"


@pytest.fixture
def variables(settings: Settings, connection: Connection) -> Mapping[str, str]:
    """The environment of runs that find three files in the landing folder."""
    connection.close()
    for number in range(FILES):
        lines = [line | PAST for line in visit(f"visit {number}", clicks=["buy", "pay"])]
        write_lines(Path(settings.landing) / f"{number}.ndjson", lines)
    return prepare(settings, str(settings.database_url))


def told(output: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(output.splitlines()[-1])
    return result


def run_and_kill(variables: Mapping[str, str], day: str, statement: str) -> None:
    """Kill a run before the second time it comes to a statement."""
    with started(RUN, day, environment=variables) as process:
        assert process.stdin
        assert process.stdout
        times = 0
        for line in process.stdout:
            times += line.strip() == statement
            if times == 2:
                break
            process.stdin.write("\n")
            process.stdin.flush()
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def run_two(variables: Mapping[str, str], day: str) -> list[dict[str, Any]]:
    with (
        started(RUN, day, environment=variables) as one,
        started(RUN, day, environment=variables) as other,
        ThreadPoolExecutor() as threads,
    ):
        return [told(output) for output, _ in threads.map(lambda process: process.communicate(), (one, other))]


def test_runs_that_are_killed_and_two_at_once_load_every_file_once(
    variables: Mapping[str, str], settings: Settings, yesterday: str
) -> None:
    for statement in ("ingest/loaded_file", "ingest/record_file"):
        run_and_kill(variables, yesterday, statement)
    results = run_two(variables, yesterday)

    assert results == [{"success": True, "rows": FILES}] * 2
    with connect(str(settings.database_url)) as connection:
        assert rows(connection, LEDGER) == [("loaded", FILES)]
        assert rows(connection, STORED) == [(f"visit {number}", 3) for number in range(FILES)]
