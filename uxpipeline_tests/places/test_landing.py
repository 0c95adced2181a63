"""Sensor and runs of Dagster work on a bucket as on a folder."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.orchestration.automation.sensors import landing_sensor
from uxpipeline.orchestration.instance import environment
from uxpipeline.orchestration.resources import PipelineResource
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.lines import event
from uxpipeline_tests.orchestration.runs import failed_checks, run_refresh
from uxpipeline_tests.places.conftest import Shelf
from uxpipeline_tests.places.storage import Way

pytestmark = pytest.mark.storage
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def bucket_settings(shelf: Shelf, settings: Settings) -> Iterator[Settings]:
    """The landing place is a folder of a bucket."""
    given = replace(settings, landing=f"{shelf.url}/in")
    with environment(given.environment()):
        yield given


def tick(instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"pipeline": PipelineResource()})
    with context:
        found = landing_sensor(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


@pytest.mark.usefixtures("bucket_settings")
def test_a_run_loads_the_bucket_and_the_sensor_asks_for_one_while_something_is_new(
    shelf: Shelf, instance: dg.DagsterInstance, connection: Connection, way: Way
) -> None:
    assert isinstance(tick(instance), dg.SkipReason)
    shelf.put(f"in/{YESTERDAY}/a.ndjson", event("s", 0))
    first = tick(instance)
    assert isinstance(first, dg.SensorResult)
    assert isinstance(tick(instance, first.cursor), dg.SkipReason)

    assert run_refresh(instance, YESTERDAY).success
    assert value(connection, "select count(*) from public.behavior_events") == 1

    way.asked.clear()
    assert isinstance(tick(instance, first.cursor), dg.SkipReason)
    assert way.fetched == 0
    shelf.put(f"in/{YESTERDAY}/b.ndjson", event("s", 1))
    more = tick(instance, first.cursor)
    assert isinstance(more, dg.SensorResult)
    assert more.cursor != first.cursor


@pytest.mark.usefixtures("bucket_settings")
def test_a_storage_that_is_away_fails_the_run_with_one_clear_line(
    instance: dg.DagsterInstance, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    result = run_refresh(instance, YESTERDAY)
    [failure] = [found for found in result.all_events if found.is_step_failure]
    assert "The storage of `s3://" in str(failure.step_failure_data)
    assert rows(connection, "select * from uxpipeline.ingest_files") == []
    assert failed_checks(result) == set()
