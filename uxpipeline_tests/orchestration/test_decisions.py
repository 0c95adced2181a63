"""Deciding from the Dagster UI: jobs that go through the same functions as the commands."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.definitions import defs
from uxpipeline.experiments.store import find_test
from uxpipeline_tests.experiments.visitors import TARGET, approved, history
from uxpipeline_tests.factories import scalar
from uxpipeline_tests.sql.rows import insert, unguarded

OPS = {
    "approve_proposal": "approve", "reject_proposal": "reject", "implement_proposal": "implement",
    "rollback_proposal": "roll_back", "start_test": "begin", "stop_test": "stop",
}  # fmt: skip
QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}


def decide(instance: dg.DagsterInstance, job: str, **config: object) -> dg.ExecuteInProcessResult:
    given = {"proposal_id": "p", "by": "Ada"} | config
    stated = {name: value for name, value in given.items() if value is not None}
    run_config = {"ops": {OPS[job]: {"config": stated}}, "loggers": QUIET}
    found = defs.resolve_job_def(job)
    return found.execute_in_process(run_config=run_config, instance=instance, raise_on_error=False)


def test_the_decisions_are_jobs() -> None:
    names = {job.name for job in defs.get_repository_def().get_all_jobs()}

    assert set(OPS) | {"refresh"} <= names


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize(
    ("job", "before", "config", "after"),
    [
        ("reject_proposal", "proposed", {"reason": "other"}, "rejected"),
        ("implement_proposal", "approved", {"pr_url": "https://git.example/pull/3"}, "implemented"),
        ("rollback_proposal", "implemented", {"reason": "slower"}, "rolled_back"),
    ],
)
def test_a_job_decides(
    connection: Connection, instance: dg.DagsterInstance, job: str, before: str, config: dict[str, object], after: str
) -> None:
    with unguarded(connection):
        insert(connection, "optimization_history", status=before)

    result = decide(instance, job, **config)

    assert result.success
    assert scalar(connection, "select status from optimization_history") == after
    assert scalar(connection, "select actor from proposal_events order by id desc limit 1") == "Ada"


@pytest.mark.usefixtures("pipeline")
def test_a_test_is_started_and_stopped(connection: Connection, instance: dg.DagsterInstance) -> None:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    history(connection, start=today)
    approved(connection)

    assert decide(instance, "start_test", conversion=TARGET, confidence=0.9, ramp=True).success
    design = find_test(connection, "p-test").design
    assert (design["target"], design["alpha"], len(design["ramp"])) == (TARGET, 0.1, 4)
    assert decide(instance, "stop_test", proposal_id=None, test_id="p-test").success
    assert find_test(connection, "p-test").status == "completed"
    assert scalar(connection, "select status from optimization_history") == "archived"


@pytest.mark.usefixtures("pipeline")
def test_a_start_that_is_refused_is_one_line(connection: Connection, instance: dg.DagsterInstance) -> None:
    approved(connection)
    result = decide(instance, "start_test")

    (failure,) = [event for event in result.all_events if event.is_step_failure]
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    assert (data.description or "").startswith("0 of 0 exposed sessions converted")


@pytest.mark.usefixtures("pipeline")
def test_a_refusal_is_one_line_and_changes_nothing(connection: Connection, instance: dg.DagsterInstance) -> None:
    insert(connection, "optimization_history")

    result = decide(instance, "approve_proposal")

    (failure,) = [event for event in result.all_events if event.is_step_failure]
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    assert (data.description or "").startswith("The change is not one of the allowed kinds")
    assert scalar(connection, "select status from optimization_history") == "proposed"
