"""A database in use, at any earlier state of the schema, is brought to this one with all its rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from uxpipeline.db import migrate as runner
from uxpipeline.db.catalog import drift
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate, shipped
from uxpipeline_tests.conftest import fresh_database
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.sql.rows import refresh

IN_USE = Path(__file__).with_name("in_use.sql").read_text(encoding="utf-8")
TABLES = {
    "user_sessions": "id, session_id, landing_page, created_at, visitor_key",
    "behavior_events": 'id, session_id, event_type, "timestamp", page_url, element_path, component_id, event_data',
    "conversion_funnels": "id, funnel_name, step_name, step_order, session_id, entered_at",
    "a_b_tests": "id, test_id, component_id, status",
    "variant_assignments": "id, test_id, session_id, variant, assigned_at",
    "optimization_history": "id, proposal_id, status, friction_point, proposed_changes",
}
NUMBERS = [migration.version for migration in shipped() if not migration.repeatable]
# The first with all six tables, the last without facts, and the one before ours.
EARLIER = sorted({"0007", "0012", NUMBERS[-2]})


@pytest.fixture
def db(server_url: str) -> Iterator[Connection]:
    with fresh_database(server_url) as url, connect(url) as opened:
        yield opened


def contents(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    query = "select count(*), md5(string_agg(r::text, '|' order by r::text)) from (select {} from public.{}) r"
    return {name: rows(connection, query.format(columns, name)) for name, columns in TABLES.items()}


def stop_at(connection: Connection, number: str, patch: pytest.MonkeyPatch) -> None:
    """Bring the schema to the state in which that file was the last."""
    earlier = [migration for migration in shipped() if not migration.repeatable and migration.version <= number]
    with patch.context() as patched:
        patched.setattr(runner, "shipped", lambda: earlier)
        list(migrate(connection))


@pytest.mark.parametrize("number", EARLIER)
def test_a_database_in_use_is_upgraded_with_all_its_rows(
    db: Connection, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(db, number, monkeypatch)
    db.execute(IN_USE.encode())
    before = contents(db)

    list(migrate(db))

    assert contents(db) == before
    assert drift(db) == []
    refresh(db)
    assert value(db, "select sum(total_interactions) from public.component_performance") == 2000
    assert value(db, "select sum(total_events) from public.session_analytics") == 2000
    assert column(db, "select distinct total_conversions from public.conversion_impact") == []


def test_what_an_earlier_version_writes_is_still_taken(connection: Connection) -> None:
    """Expand first, contract later: columns that a version added have defaults."""
    connection.execute(IN_USE.encode())
    assert value(connection, "select count(*) from public.behavior_events") == 2000
