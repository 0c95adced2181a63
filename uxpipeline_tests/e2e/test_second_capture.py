"""Another capture of other visits passes through the same code."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from uxpipeline.db.connect import Connection
from uxpipeline.demo.build import demo_settings
from uxpipeline.ingest.load import load_paths
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import DATA
from uxpipeline_tests.e2e.visitors_log import logged_visits, stored_visits
from uxpipeline_tests.factories import scalar

CAPTURE = DATA / "protocol_posthog"


def test_the_protocol_capture_equals_its_visitors_log(connection: Connection, settings: Settings) -> None:
    report = load(connection, settings, CAPTURE / "2026-11-22_events.jsonl.gz")

    found = stored_visits(connection)
    logged = logged_visits(CAPTURE / "expected_sessions.json", timedelta())
    assert len(found) == 10
    assert sorted(visit.acts() for visit in found) == sorted(visit.acts() for visit in logged)
    assert report == (0, "loaded")


def test_the_parquet_export_gives_the_same_sessions_as_the_json_lines(
    connection: Connection, settings: Settings
) -> None:
    load(connection, settings, DATA / "demo" / "posthog_events.parquet")

    assert scalar(connection, "select count(*) from user_sessions") == 134
    logged = logged_visits(DATA / "demo" / "expected_sessions.json", timedelta())
    assert [visit.acts() for visit in stored_visits(connection)] == [visit.acts() for visit in logged]


def load(connection: Connection, settings: Settings, path: Path) -> tuple[int, str]:
    """Load one export with the demo's funnels; returns its quarantined lines and status."""
    with_funnels = demo_settings(settings, settings.database_url or "")
    (report,) = load_paths(connection, with_funnels, [path], datetime.now(UTC) + timedelta(days=1))
    return report.quarantined, report.status
