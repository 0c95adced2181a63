"""Running the job and reading what it did."""

from datetime import datetime
from typing import Any

import dagster as dg

from uxpipeline.definitions import defs

QUIET: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_refresh(instance: dg.DagsterInstance, day: str, known_at: datetime | None = None) -> dg.ExecuteInProcessResult:
    """The whole chain for one as-of day."""
    job = defs.resolve_job_def("refresh")
    config = QUIET | ({"ops": {"friction_scores": {"config": {"known_at": known_at.isoformat()}}}} if known_at else {})
    return job.execute_in_process(run_config=config, partition_key=day, instance=instance, raise_on_error=False)


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    """Names of the assets a run materialized."""
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


def failed_checks(result: dg.ExecuteInProcessResult) -> set[tuple[str, str]]:
    """(relation, check) of the checks that did not pass."""
    return {
        (check.asset_key.to_user_string(), check.check_name)
        for check in result.get_asset_check_evaluations()
        if not check.passed
    }
