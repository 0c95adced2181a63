"""What starts the chain besides the clock: event volume and landing files; and what reports a failed run."""

import hashlib
from datetime import UTC, datetime

import dagster as dg

from uxpipeline.db.migrate import require_current
from uxpipeline.db.sqlfiles import statement
from uxpipeline.errors import PendingMigrationsError
from uxpipeline.ingest.files.landing import landing_listing, settled
from uxpipeline.ingest.files.listing import InputFile, local_listing
from uxpipeline.orchestration.automation.jobs import refresh
from uxpipeline.orchestration.automation.schedules import yesterday
from uxpipeline.orchestration.resources import PipelineResource


@dg.sensor(job=refresh, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def event_volume_sensor(
    context: dg.SensorEvaluationContext, pipeline: PipelineResource
) -> dg.SensorResult | dg.SkipReason:
    """Asks for a run when `UXPIPELINE_EVENT_THRESHOLD` events came in, by file or directly, since the last refresh."""
    threshold = pipeline.settings.event_threshold
    with pipeline.connection() as connection:
        try:
            require_current(connection)
        except PendingMigrationsError as error:
            return dg.SkipReason(str(error))
        row = connection.execute(statement("automation/new_events"), {"limit": 10 * threshold}).fetchone()
    last_file, seen_at, from_files, direct = row or (0, None, 0, 0)
    total = from_files + direct
    counted = f"{total} new events since the last refresh ({from_files} from files, {direct} direct)"
    if total < threshold:
        return dg.SkipReason(f"{counted}, below the threshold of {threshold}")
    # One request per threshold's worth of events: a queued run is not asked for again every minute.
    cursor = f"{last_file}:{seen_at}:{total // threshold}"
    if cursor == context.cursor:
        return dg.SkipReason(f"{counted}, for which a run was already requested")
    day = yesterday(datetime.now(UTC))
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=cursor, partition_key=day)], cursor=cursor)


@dg.sensor(job=refresh, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def landing_sensor(context: dg.SensorEvaluationContext, pipeline: PipelineResource) -> dg.SensorResult | dg.SkipReason:
    """Asks for a run when files of the landing folder or bucket are new or changed, and complete."""
    place = pipeline.settings.landing
    now = datetime.now(UTC)
    if isinstance(place, str):
        with pipeline.connection() as connection:
            try:
                require_current(connection)
            except PendingMigrationsError as error:
                return dg.SkipReason(str(error))
            listed = landing_listing(connection, place, now).complete
            loaded = settled(connection, listed)
        # What a later listing leaves out must not look like a change.
        files = [file for file in listed if file.name not in loaded]
    else:
        files = list(local_listing(place).complete)
    if not files:
        return dg.SkipReason(f"No {'new ' if isinstance(place, str) else ''}files in {place}")
    cursor = _listing(files)
    if cursor == context.cursor:
        return dg.SkipReason(f"{len(files)} files in {place}, none new or changed")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=cursor, partition_key=yesterday(now))], cursor=cursor)


@dg.run_failure_sensor(monitored_jobs=[refresh], default_status=dg.DefaultSensorStatus.RUNNING)
def run_failure_sensor(context: dg.RunFailureSensorContext) -> None:
    """Logs which step of a run failed; the place to add a notification."""
    steps = sorted({event.step_key for event in context.get_step_failure_events() if event.step_key})
    context.log.error(
        "Run %s of job %s failed at: %s", context.dagster_run.run_id, refresh.name, ", ".join(steps) or "start"
    )


def _listing(files: list[InputFile]) -> str:
    versions = [(file.name, file.version) for file in files]
    return hashlib.sha256(repr(versions).encode()).hexdigest()[:32]
