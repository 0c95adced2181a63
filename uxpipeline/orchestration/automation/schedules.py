"""The daily schedule."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from uxpipeline.orchestration.automation.jobs import refresh


def yesterday(moment: datetime) -> str:
    """Partition key of the last complete UTC day before a moment."""
    return (moment.astimezone(UTC).date() - timedelta(days=1)).isoformat()


@dg.schedule(
    job=refresh,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every day at 02:00 UTC, for the day before."""
    day = yesterday(context.scheduled_execution_time)
    return dg.RunRequest(run_key=day, partition_key=day)
