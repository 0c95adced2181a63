"""Every suite fails through a real run when its data are broken, and a failed critical check stops what is below."""

from contextlib import nullcontext
from pathlib import Path

import dagster as dg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.definitions import defs
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import visit, write_lines
from uxpipeline_tests.orchestration.runs import QUIET, failed_checks, materialized, run_refresh
from uxpipeline_tests.quality.conftest import insert_healthy
from uxpipeline_tests.quality.test_rules import BREAKAGES, EVENTS, SUITES, broken_stand_in

CRITICAL = [
    next((relation, rule.name) for rule in suite.rules if rule.severity == "critical")
    for relation, suite in SUITES.items()
]
WARNING = ("user_sessions", "durations_within_a_day")


@pytest.mark.usefixtures("pipeline")
@pytest.mark.parametrize(("relation", "rule"), CRITICAL)
def test_broken_data_fail_the_check_and_the_run(
    relation: str, rule: str, database: str, connection: Connection, instance: dg.DagsterInstance
) -> None:
    insert_healthy(connection)
    breakage = BREAKAGES[relation][rule]
    if relation == EVENTS:
        connection.execute(breakage.encode())

    with nullcontext() if relation == EVENTS else broken_stand_in(database, SUITES[relation], breakage):
        result = run_checks(relation, instance)

    assert failed_checks(result) == {(relation, rule)}
    assert not result.success


@pytest.mark.usefixtures("pipeline")
def test_a_failed_warning_does_not_fail_the_run(
    database: str, connection: Connection, instance: dg.DagsterInstance
) -> None:
    relation, rule = WARNING
    insert_healthy(connection)

    with broken_stand_in(database, SUITES[relation], BREAKAGES[relation][rule]):
        result = run_checks(relation, instance)

    assert failed_checks(result) == {WARNING}
    assert result.success


def test_a_failed_critical_check_stops_what_is_below_it(
    pipeline: Settings, connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    write_lines(Path(pipeline.landing) / "a.ndjson", visit("s1", clicks=["buy"]))
    connection.execute(b"alter table public.behavior_events drop constraint behavior_events_event_type_check")
    connection.execute(b"insert into public.user_sessions (session_id, landing_page) values ('bad', '/')")
    connection.execute(
        b"insert into public.behavior_events (session_id, event_type, page_url) values ('bad', 'invented', '/')"
    )

    result = run_refresh(instance, yesterday)

    assert not result.success
    assert ("behavior_events", "event_types_known") in failed_checks(result)
    assert "behavior_events" in materialized(result)
    assert not {"daily_friction_summary", "friction_scores", "optimization_history"} & materialized(result)


@pytest.mark.usefixtures("pipeline", "database")
def test_a_policy_taken_away_by_hand_is_named_by_a_check(connection: Connection, instance: dg.DagsterInstance) -> None:
    assert failed_checks(run_checks("schema_migrations", instance)) == set()

    connection.execute("drop policy ai_analysis_read on public.a_b_tests")
    result = run_checks("schema_migrations", instance)

    assert failed_checks(result) == {("schema_migrations", "as_freshly_built")}
    [verdict] = result.get_asset_check_evaluations()
    assert "policy public.a_b_tests.ai_analysis_read is missing" in (verdict.description or "")


def run_checks(relation: str, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """The checks of one relation, as the UI's button runs them."""
    graph = defs.resolve_asset_graph()
    keys = {key for key in graph.asset_check_keys if key.asset_key == dg.AssetKey(relation)}
    job = defs.resolve_implicit_global_asset_job_def()
    chosen = job.get_subset(asset_check_selection={key for key in keys if key.name != "files_accepted"})
    return chosen.execute_in_process(run_config=QUIET, instance=instance, raise_on_error=False)
