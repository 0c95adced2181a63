"""The job, run for real: what it loads, reports and leaves behind."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline.definitions import defs
from uxpipeline.errors import ConfigurationError
from uxpipeline.orchestration.chain import run_chain
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import SITE, scalar, visit, write_lines
from uxpipeline_tests.orchestration.runs import failed_checks, materialized, run_refresh


@pytest.mark.usefixtures("pipeline")
def test_an_empty_database_passes_the_whole_chain(instance: dg.DagsterInstance, yesterday: str) -> None:
    result = run_refresh(instance, yesterday)

    assert result.success
    assert failed_checks(result) == set()
    assert materialized(result) == {
        key.to_user_string() for key in defs.resolve_all_asset_keys() if key.to_user_string() != "landing_files"
    }


def test_a_missing_landing_folder_is_made(pipeline: Settings, instance: dg.DagsterInstance, yesterday: str) -> None:
    Path(pipeline.landing).rmdir()

    assert run_refresh(instance, yesterday).success
    assert Path(pipeline.landing).is_dir()


def test_landing_files_reach_scores(
    pipeline: Settings, connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    write_lines(Path(pipeline.landing) / "a.ndjson", [*recent("s1", rages=["buy"]), *recent("s2", clicks=["buy"])])

    result = run_refresh(instance, yesterday)

    assert result.success
    found = connection.execute(
        b"select affected_sessions, exposed_sessions from friction_scores"
        b" where surface_level = 'element' and surface_key = '#buy' and signal = 'rage_click'"
    ).fetchall()
    assert found == [(1, 2)]


def test_row_counts_in_the_ui_are_those_of_the_database(
    pipeline: Settings, connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    write_lines(Path(pipeline.landing) / "a.ndjson", [*recent("s1", clicks=["buy", "cancel"]), *recent("s2")])

    result = run_refresh(instance, yesterday)

    for event in result.get_asset_materialization_events():
        metadata = event.step_materialization_data.materialization.metadata
        assert event.asset_key is not None
        table = str(defs.resolve_asset_graph().get(event.asset_key).metadata["dagster/table_name"])
        counted = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(*table.split("."))))
        assert counted.fetchone() == (metadata["dagster/row_count"].value,)
        columns = metadata["dagster/column_schema"].value
        assert isinstance(columns, dg.TableSchema)
        assert columns.columns


def test_a_second_run_changes_no_row(
    pipeline: Settings, connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    write_lines(Path(pipeline.landing) / "a.ndjson", [*recent("s1", rages=["buy"]), *recent("s2", clicks=["buy"])])
    run_refresh(instance, yesterday)
    query = "select md5(string_agg(s::text, '' order by s::text)) from friction_scores s"
    before = scalar(connection, query)

    run_refresh(instance, yesterday)

    assert scalar(connection, query) == before


def test_a_damaged_landing_file_is_reported_and_the_rest_goes_on(
    pipeline: Settings, connection: Connection, instance: dg.DagsterInstance, yesterday: str
) -> None:
    write_lines(Path(pipeline.landing) / "good.ndjson", recent("s1"))
    (Path(pipeline.landing) / "bad.ndjson").write_bytes(b"\x1f\x8b damaged")

    result = run_refresh(instance, yesterday)

    assert result.success
    assert failed_checks(result) == {("ingest_files", "files_accepted")}
    assert scalar(connection, "select count(*) from user_sessions") == 1


def test_a_run_keeps_its_connections(settings: Settings, connection: Connection, yesterday: str) -> None:
    made = "select sessions from pg_stat_database where datname = current_database()"
    before = scalar(connection, made)

    result = run_chain(settings, settings.database_url or "", date.fromisoformat(yesterday))

    assert result.success, result.problems
    assert scalar(connection, made) - before < 300


def test_partitions_are_the_complete_days_since_the_start(instance: dg.DagsterInstance, yesterday: str) -> None:
    partitions = defs.resolve_asset_graph().get(dg.AssetKey("friction_scores")).partitions_def
    assert partitions is not None

    keys = partitions.get_partition_keys(dynamic_partitions_store=instance)

    assert keys[0] == "2026-01-01"
    assert keys[-1] == yesterday


@pytest.mark.parametrize("offset", [0, 3])
def test_a_day_that_is_not_over_is_refused(settings: Settings, offset: int) -> None:
    today = datetime.now(UTC).date()

    with pytest.raises(ConfigurationError, match="is not between"):
        run_chain(settings, settings.database_url or "", today + timedelta(days=offset))


def test_a_day_before_the_start_is_refused(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="UXPIPELINE_START_DATE"):
        run_chain(settings, settings.database_url or "", date(2025, 12, 31))


def recent(session: str, clicks: Iterable[str] = (), rages: Iterable[str] = ()) -> list[dict[str, object]]:
    """A visit moved to yesterday noon, so that it lies in the window."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return [
        line | {"timestamp": (noon + timedelta(seconds=second)).isoformat(), "page_url": f"{SITE}/cart"}
        for second, line in enumerate(visit(session, clicks=clicks, rages=rages))
    ]
