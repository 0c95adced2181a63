"""From friction to a proposal, its test, night by night through the schedule to a decision that people see."""

import json
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from uxpipeline.db.connect import Connection, connect
from uxpipeline.experiments.activate import approve_and_start
from uxpipeline.orchestration.instance import prepare
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database, temporary_home
from uxpipeline_tests.db.processes import started
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.e2e.site import proposed
from uxpipeline_tests.experiments.visitors import days_from, visit
from uxpipeline_tests.processes import run_command

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
NIGHTS = 8
"""The first whole week is complete on the last of them."""
START = TODAY - timedelta(days=NIGHTS)
# Asks the schedule for each night's run and executes it. Says each thing and does it when answered, or when nobody is
# there to answer, so that it can be killed between two.
NIGHT_BY_NIGHT = """
import os, sys
from datetime import datetime, timedelta
import dagster as dg
from uxpipeline.db import lease
from uxpipeline.definitions import defs
from uxpipeline.experiments import conclude, days, evaluate
from uxpipeline.orchestration.instance import stay_connected

def say(what):
    print(what, flush=True)
    sys.stdin.readline()

def said(function):
    def wrapped(name):
        say(name)
        return function(name)
    return wrapped

lease.LEASE_SECONDS = 2  # a killed holder's runs out soon
for module in (conclude, days, evaluate):
    module.statement = said(module.statement)
start, first, nights, whole = datetime.fromisoformat(sys.argv[1]), *(int(number) for number in sys.argv[2:])
config = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
schedule, refresh = defs.resolve_schedule_def("daily_schedule"), defs.resolve_job_def("refresh")
names = ("experiment_days", "experiment_decisions", "actual_impact")
part = refresh.get_subset(asset_selection={dg.AssetKey(name) for name in names})
with dg.DagsterInstance.get() as instance:
    stay_connected(instance)
    for night in range(first, nights):
        say(f"night {night}")
        tick = start + timedelta(days=night + 1, hours=2)
        with dg.build_schedule_context(
            instance, scheduled_execution_time=tick, repository_def=defs.get_repository_def()
        ) as context:
            (request,) = schedule.evaluate_tick(context).run_requests
        job = refresh if night >= nights - whole else part
        job.execute_in_process(run_config=config, partition_key=request.partition_key, instance=instance)
say("end")
"""
# What decisions change, but for the moments they were made at.
STATE = """
    select jsonb_build_object(
        'tests', (
            select jsonb_agg(to_jsonb(t) - array['id', 'created_at', 'start_date', 'end_date'] order by test_id)
            from public.a_b_tests t
        ),
        'decisions', (select jsonb_agg(to_jsonb(d) order by test_id, as_of) from public.experiment_decisions d),
        'days', (select jsonb_agg(to_jsonb(d) order by test_id, cohort_day) from public.experiment_days d),
        'guardrails', (
            select jsonb_agg(to_jsonb(g) order by test_id, cohort_day, metric) from public.experiment_guardrails g
        ),
        'proposals', (
            select jsonb_agg(
                jsonb_build_array(proposal_id, status, actual_impact, rollback_reason, metadata -> 'outcome')
            )
            from public.optimization_history
        ),
        'events', (
            select jsonb_agg(jsonb_build_array(from_status, to_status, reason, actor) order by id)
            from public.proposal_events
        )
    )
"""


@pytest.fixture
def site(settings: Settings, connection: Connection) -> Settings:
    """A database whose site has an approved proposal that is being tested, and visitors of eight days."""
    profiled = replace(settings, profile="demo")
    proposal_id = proposed(connection, profiled, TODAY)
    test = approve_and_start(connection, proposal_id, "Ada", "lead_capture", START)
    for day in days_from(START.date(), NIGHTS):
        visit(connection, test.test_id, day, units=600, rates=(0.25, 0.35), target="lead_capture")
    connection.close()
    return profiled


@contextmanager
def copied(site: Settings, server_url: str) -> Iterator[Settings]:
    """The same site in another database and home."""
    template = urlsplit(str(site.database_url)).path.lstrip("/")
    with fresh_database(server_url, template) as url, temporary_home() as home:
        yield replace(site, database_url=url, home=home, landing=home / "landing")


def nights(site: Settings, *, first: int = 0, whole: int = 0) -> Any:  # noqa: ANN401 - a context of `started`
    """The schedule's runs, in a process of their own: their tests' part, and the whole chain on so many last nights."""
    variables = prepare(site, str(site.database_url))
    arguments = (START.isoformat(), str(first), str(NIGHTS), str(whole))
    return started(NIGHT_BY_NIGHT, *arguments, environment=variables)


def run_to_the_end(site: Settings, *, first: int = 0, whole: int = 0) -> dict[str, Any]:
    with nights(site, first=first, whole=whole) as process:
        told = process.communicate(timeout=300)
    assert process.returncode == 0, told[1]
    with connect(str(site.database_url)) as connection:
        state: dict[str, Any] = value(connection, STATE)
    return state


def run_and_kill(site: Settings, first: int, *, at: str, lines: int, whole: int = 0) -> int:
    """Kill the process after so many lines from the first that holds a word on; the night it died in."""
    night = first
    with nights(site, first=first, whole=whole) as process:
        left = None
        for line in process.stdout:
            if line.startswith("night "):
                night = int(line.split()[1])
            if left is None and at in line:
                left = lines
            if left == 0:
                break
            left = None if left is None else left - 1
            process.stdin.write("\n")
            process.stdin.flush()
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    return night


def moments(kills: int, seed: int) -> list[tuple[str, int]]:
    """Where the process is killed: at random while it counts and evaluates, and twice while a decision takes effect."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    return [
        *(("night", draw.randint(1, 12)) for _ in range(kills - 2)),
        ("finish_test", 0),
        ("insert_holdback", draw.randint(0, 1)),
    ]


@pytest.mark.parametrize(
    ("kills", "first", "whole"),
    [(3, NIGHTS - 3, 0), pytest.param(5, 0, 1, marks=pytest.mark.browser)],
    ids=["last nights", "every night"],
)
def test_a_test_runs_through_the_schedule_and_survives_being_killed(
    site: Settings, server_url: str, kills: int, first: int, whole: int
) -> None:
    with copied(site, server_url) as calm, copied(site, server_url) as shaken:
        expected = run_to_the_end(calm, first=first, whole=whole)
        night = first
        for at, lines in moments(kills, seed=7):
            night = run_and_kill(shaken, night, at=at, lines=lines, whole=whole)
        found = run_to_the_end(shaken, first=night, whole=whole)

        assert found == expected
        assert_seen_by_people(shaken)


def assert_seen_by_people(site: Settings) -> None:
    """The outcome where people look: the view, the commands; the UI's pictures are looked at in a browser."""
    url = str(site.database_url)
    with connect(url) as connection:
        row = connection.execute("select proposal_id, status, actual_impact from public.conversion_impact").fetchone()
    assert row
    proposal_id, status, impact = row
    assert (status, impact > 0) == ("implemented", True)
    variables = {"UXPIPELINE_DATABASE_URL": url}
    shown = run_command(Path(site.home), "experiments", "show", f"{proposal_id}-test", **variables)
    listed = run_command(Path(site.home), "experiments", "list", "--json", **variables)
    assert "B (b_better)" in shown.stdout, shown.stderr
    tests = {test["test_id"]: test for test in json.loads(listed.stdout)["tests"]}
    assert tests[f"{proposal_id}-test"]["winner_variant"] == "B"
    assert tests[f"{proposal_id}-test:holdback"]["status"] == "active"


def test_a_proposal_is_approved_and_its_test_started_by_one_command(
    settings: Settings, connection: Connection, tmp_path: Path
) -> None:
    proposal_id = proposed(connection, replace(settings, profile="demo"), TODAY)
    arguments = ("proposals", "approve", proposal_id, "--by", "Ada", "--start-test", "--json")
    found = run_command(tmp_path, *arguments, UXPIPELINE_DATABASE_URL=str(settings.database_url))

    assert found.returncode == 0, found.stderr
    begun = json.loads(found.stdout)
    assert begun["design"]["target"] == "lead_capture"
    assert begun["design"]["baseline"] == pytest.approx(0.29, abs=0.05)
    assert value(connection, "select status from public.optimization_history") == "testing"
    assert value(connection, "select public.assign_variant(%s, 'somebody')", begun["test_id"]) in {"A", "B"}
