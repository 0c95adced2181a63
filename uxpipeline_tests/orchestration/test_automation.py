"""Schedule and sensors: what they ask for, and what they say when they do not."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData

from uxpipeline.db.connect import Connection
from uxpipeline.definitions import defs
from uxpipeline.ingest.load import load_paths
from uxpipeline.marts.facts import note_touched
from uxpipeline.orchestration.instance import environment
from uxpipeline.orchestration.resources import PipelineResource
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import visit, write_lines
from uxpipeline_tests.orchestration.runs import run_refresh


def test_the_schedule_asks_for_yesterday_at_two_utc(instance: dg.DagsterInstance) -> None:
    schedule = defs.resolve_schedule_def("daily_schedule")
    tick = datetime(2026, 11, 23, 2, tzinfo=UTC)

    repository = defs.get_repository_def()
    with dg.build_schedule_context(instance, scheduled_execution_time=tick, repository_def=repository) as context:
        (request,) = schedule.evaluate_tick(context).run_requests or []

    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "UTC")
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert request.partition_key == "2026-11-22"


def test_few_new_events_are_reported_and_skipped(
    pipeline: Settings, connection: Connection, instance: dg.DagsterInstance
) -> None:
    load(connection, pipeline, "a", clicks=["buy"])

    found = tick("event_volume_sensor", instance)

    assert not found.run_requests
    assert found.skip_message is not None
    assert "2 new events since the last refresh (2 from files, 0 direct)" in found.skip_message
    assert "threshold of 1000" in found.skip_message


def test_enough_new_events_ask_for_one_run(
    settings: Settings, connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    load(connection, settings, "a", clicks=["buy", "cancel"])
    connection.execute(b"insert into public.user_sessions (session_id, landing_page) values ('direct', '/')")
    connection.execute(
        b"insert into public.behavior_events (session_id, event_type, page_url) values ('direct', 'click', '/')"
    )
    with environment(replace(settings, event_threshold=4).environment()):
        first = tick("event_volume_sensor", instance)
        again = tick("event_volume_sensor", instance, cursor=first.cursor)

    (request,) = first.run_requests or []
    assert request.partition_key == yesterday
    assert request.run_key == first.cursor
    assert not again.run_requests
    assert "already requested" in (again.skip_message or "")


def test_a_refresh_starts_the_count_anew(
    settings: Settings, connection: Connection, instance: dg.DagsterInstance
) -> None:
    load(connection, settings, "a", clicks=["buy", "cancel"])
    note_touched(connection)
    with environment(replace(settings, event_threshold=1).environment()):
        found = tick("event_volume_sensor", instance)

    assert "0 new events" in (found.skip_message or "")


def test_pending_migrations_are_a_reason_to_skip(
    settings: Settings, empty_database: str, instance: dg.DagsterInstance
) -> None:
    with environment(replace(settings, database_url=empty_database).environment()):
        found = tick("event_volume_sensor", instance)

    assert "uxpipeline migrate" in (found.skip_message or "")


def test_new_landing_files_ask_for_one_run(pipeline: Settings, instance: dg.DagsterInstance, yesterday: str) -> None:
    nothing = tick("landing_sensor", instance)
    write_lines(Path(pipeline.landing) / "a.ndjson", visit("s1"))
    first = tick("landing_sensor", instance)
    again = tick("landing_sensor", instance, cursor=first.cursor)
    write_lines(Path(pipeline.landing) / "b.ndjson", visit("s2"))
    more = tick("landing_sensor", instance, cursor=first.cursor)

    assert "No files" in (nothing.skip_message or "")
    assert [request.partition_key for request in first.run_requests or []] == [yesterday]
    assert "none new or changed" in (again.skip_message or "")
    assert more.run_requests
    assert more.cursor != first.cursor


def test_a_failed_run_names_its_failed_step(
    settings: Settings, instance: dg.DagsterInstance, yesterday: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with environment(replace(settings, database_url="postgresql://nobody:x@127.0.0.1:1/none").environment()):
        result = run_refresh(instance, yesterday)
    event = next(event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE")
    context = dg.build_run_status_sensor_context(
        sensor_name="run_failure_sensor",
        dagster_event=event,
        dagster_instance=instance,
        dagster_run=result.dagster_run,
    ).for_run_failure()

    defs.resolve_sensor_def("run_failure_sensor")(context)

    assert "failed at: schema_migrations" in capfd.readouterr().err


def tick(name: str, instance: dg.DagsterInstance, cursor: str | None = None) -> SensorExecutionData:
    """One evaluation of a sensor, as the daemon makes it."""
    sensor = defs.resolve_sensor_def(name)
    with dg.build_sensor_context(
        instance, cursor, repository_def=defs.get_repository_def(), resources={"pipeline": PipelineResource()}
    ) as context:
        return sensor.evaluate_tick(context)


def load(connection: Connection, settings: Settings, name: str, clicks: list[str]) -> None:
    """Load one visit from a file outside the landing folder."""
    path = write_lines(settings.home / f"{name}.ndjson", visit(name, clicks=clicks))
    load_paths(connection, settings, [path], datetime.now(UTC))
