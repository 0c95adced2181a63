"""A test through the schedule's job: day by day to a decision, with its outcome where people look."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.definitions import defs
from uxpipeline.orchestration.automation.jobs import refresh
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.experiments.visitors import days_from, started, visit
from uxpipeline_tests.orchestration.runs import QUIET, failed_checks, run_refresh

ASSETS = {"experiment_days", "experiment_decisions", "actual_impact"}


@pytest.fixture
def start() -> datetime:
    """Nine days ago, at midnight."""
    today = datetime.now(UTC).date()
    return datetime(today.year, today.month, today.day, tzinfo=UTC) - timedelta(days=9)


def run_day(instance: dg.DagsterInstance, day: date) -> dg.ExecuteInProcessResult:
    """The tests' part of the schedule's job for one as-of day."""
    job = defs.resolve_job_def(refresh.name).get_subset(asset_selection={dg.AssetKey(name) for name in ASSETS})
    return job.execute_in_process(
        run_config=QUIET, partition_key=day.isoformat(), instance=instance, raise_on_error=False
    )


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, dg.MetadataValue]:
    (event,) = result.asset_materializations_for_node(asset)
    return dict(event.metadata)


@pytest.mark.usefixtures("pipeline")
def test_a_test_runs_day_by_day_to_a_decision(
    connection: Connection, instance: dg.DagsterInstance, start: datetime, yesterday: str
) -> None:
    test_id = started(connection, start=start).test_id
    for day in days_from(start.date(), 9):
        visit(connection, test_id, day, units=300, rates=(0.05, 0.20))
    for day in days_from(start.date(), 8):
        result = run_day(instance, day)
        assert result.success
    last = metadata(result, "experiment_decisions")

    assert "| B | b_better | 7 |" in str(last["decisions"].value)
    assert "data:image/svg+xml;base64," in str(last["trajectories"].value)
    assert last["decided"].value == 1
    whole = run_refresh(instance, yesterday)
    assert whole.success
    assert not {name for name, _ in failed_checks(whole)} & ASSETS
    assert value(connection, "select count(*) from public.experiment_decisions where test_id = %s", test_id) == 8
    assert value(connection, "select actual_impact > 0 and status = 'implemented' from public.conversion_impact")


@pytest.mark.usefixtures("pipeline")
def test_what_is_wrong_with_a_running_test_is_told(
    connection: Connection, instance: dg.DagsterInstance, start: datetime
) -> None:
    test_id = started(connection, start=start).test_id
    visit(connection, test_id, start.date(), units=3000, visitor="v")
    connection.execute("delete from public.variant_assignments where variant = 'A' and session_id ~ '[357]$'")
    connection.execute("update public.a_b_tests set sample_size = 5")
    result = run_day(instance, start.date() + timedelta(days=1))

    assert result.success
    assert failed_checks(result) == {
        ("experiment_decisions", "split_as_planned"),
        ("experiment_decisions", "designs_followed"),
        ("experiment_decisions", "tests_evaluated"),
    }


@pytest.mark.usefixtures("pipeline")
def test_units_that_see_both_variants_are_told(
    connection: Connection, instance: dg.DagsterInstance, start: datetime
) -> None:
    test_id = started(connection, start=start).test_id
    visit(connection, test_id, start.date(), units=600, visitor="v")
    connection.execute(
        "insert into public.user_sessions (session_id, landing_page, visitor_key)"
        " select 'again-' || n, '/', 'v' || n from generate_series(1, 60) n"
    )
    connection.execute(
        "insert into public.variant_assignments (test_id, session_id, variant, assigned_at)"
        " select va.test_id, 'again-' || substr(us.visitor_key, 2), case va.variant when 'A' then 'B' else 'A' end,"
        " va.assigned_at + interval '1 hour' from public.variant_assignments va"
        " join public.user_sessions us using (session_id) where substr(us.visitor_key, 2)::int <= 60"
    )
    result = run_day(instance, start.date() + timedelta(days=1))

    assert ("experiment_days", "one_variant_each") in failed_checks(result)


@pytest.mark.usefixtures("pipeline")
def test_impossible_counts_stop_before_anything_is_decided(
    connection: Connection, instance: dg.DagsterInstance, start: datetime
) -> None:
    test_id = started(connection, start=start).test_id
    connection.execute(
        "insert into public.experiment_days (test_id, cohort_day, n_a, c_a, n_b, c_b)"
        " values (%s, '2020-01-01', 1, 1, 1, 1)",
        [test_id],
    )
    connection.execute(
        "insert into public.experiment_guardrails (test_id, cohort_day, metric, c_a, c_b)"
        " values (%s, '2020-01-01', 'error', 2, 0)",
        [test_id],
    )
    result = run_day(instance, start.date() + timedelta(days=1))

    assert not result.success
    assert ("experiment_days", "counts_possible") in failed_checks(result)
    assert value(connection, "select count(*) from public.experiment_decisions") == 0


@pytest.mark.usefixtures("pipeline")
def test_a_proposal_left_in_testing_is_told(
    connection: Connection, instance: dg.DagsterInstance, start: datetime
) -> None:
    started(connection, start=start)
    connection.execute("update public.a_b_tests set status = 'archived'")
    result = run_day(instance, start.date() + timedelta(days=1))

    assert failed_checks(result) == {("actual_impact", "proposals_concluded")}
