"""The past, scored again: by a replay of what was known then, and by a backfill of what is known now."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import dagster as dg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.orchestration.chain import run_chain
from uxpipeline.settings import Settings
from uxpipeline_tests.factories import scalar
from uxpipeline_tests.orchestration.runs import run_refresh

TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=3)
NOON = datetime.combine(DAY, time(12), UTC)
LATER = NOON + timedelta(days=2)
FACTS = """
    select md5(string_agg(t::text, ',' order by t::text)) from (
        select to_jsonb(f) - 'facts_version' as t from uxpipeline.session_facts f
    ) facts
"""


@pytest.fixture
def demo(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The profile that proposes from few sessions."""
    for name, value in (settings.environment() | {"UXPIPELINE_PROFILE": "demo"}).items():
        monkeypatch.setenv(name, value)
    return settings


def rage(connection: Connection, name: str, *, sessions: int, of: int, received: datetime) -> None:
    """Sessions on the day that clicked one button, some in rage."""
    values = {"name": name, "raged": sessions, "all": of, "at": NOON, "received": received}
    connection.execute(
        b"insert into user_sessions (session_id, landing_page, created_at, received_at)"
        b" select %(name)s || n, '/', %(at)s, %(received)s from generate_series(1, %(all)s) n",
        values,
    )
    connection.execute(
        b'insert into behavior_events (session_id, event_type, element_path, element_type, page_url, "timestamp",'
        b" received_at) select %(name)s || n, case when n <= %(raged)s then 'rage_click' else 'click' end,"
        b" 'body > button#buy', 'button', 'https://shop.example/cart', %(at)s, %(received)s"
        b" from generate_series(1, %(all)s) n",
        values,
    )


def site(connection: Connection) -> tuple[Any, ...]:
    """(affected, exposed, known at) of the site on the day."""
    row = connection.execute(
        "select affected_sessions, exposed_sessions, input_watermark from friction_scores"
        " where (as_of, surface_level, signal) = (%s, 'site', 'any')",
        [DAY],
    ).fetchone()
    assert row
    return tuple(row)


@pytest.mark.usefixtures("demo")
def test_a_replay_knows_only_what_had_been_received(connection: Connection, instance: dg.DagsterInstance) -> None:
    rage(connection, "early", sessions=8, of=20, received=NOON + timedelta(minutes=1))
    rage(connection, "late", sessions=9, of=9, received=LATER)
    run_refresh(instance, DAY.isoformat())
    now, facts = site(connection), scalar(connection, FACTS)
    known_at = NOON + timedelta(hours=1)

    result = run_refresh(instance, DAY.isoformat(), known_at)

    assert result.success
    assert now[:2] == (17, 29)
    assert site(connection) == (8, 20, known_at)
    assert scalar(connection, FACTS) == facts


def test_the_command_s_chain_replays_too(connection: Connection, settings: Settings) -> None:
    rage(connection, "early", sessions=8, of=20, received=NOON + timedelta(minutes=1))
    rage(connection, "late", sessions=9, of=9, received=LATER)
    known_at = NOON + timedelta(hours=1)

    assert run_chain(settings, settings.database_url or "", DAY, known_at).success

    assert site(connection) == (8, 20, known_at)


@pytest.mark.usefixtures("demo")
def test_a_replay_of_long_ago_proposes_nothing_and_says_why(
    connection: Connection, instance: dg.DagsterInstance
) -> None:
    rage(connection, "early", sessions=8, of=20, received=NOON + timedelta(minutes=1))

    run_refresh(instance, DAY.isoformat(), NOON + timedelta(hours=1))

    assert scalar(connection, "select count(*) from optimization_history") == 0
    assert scalar(connection, "select string_agg(distinct reason, ',') from proposal_blocks") == "stale_scores"


@pytest.mark.usefixtures("demo")
def test_the_same_day_with_all_that_is_known_proposes(connection: Connection, instance: dg.DagsterInstance) -> None:
    rage(connection, "early", sessions=8, of=20, received=NOON + timedelta(minutes=1))

    run_refresh(instance, DAY.isoformat())

    assert scalar(connection, "select count(*) from optimization_history") == 1


@pytest.mark.usefixtures("demo")
def test_a_backfill_scores_the_past_again_and_proposes_for_no_day_that_is_over(
    connection: Connection, instance: dg.DagsterInstance
) -> None:
    days = [(DAY + timedelta(days=age)).isoformat() for age in range(3)]
    rage(connection, "early", sessions=0, of=20, received=NOON + timedelta(minutes=1))
    run_refresh(instance, days[2])
    rage(connection, "late", sessions=8, of=8, received=LATER)

    results = [run_refresh(instance, day) for day in days[:2]]

    assert all(result.success for result in results)
    exposed = (
        "select array_agg(exposed_sessions order by as_of) from friction_scores"
        " where surface_level = 'site' and signal = 'any'"
    )
    assert scalar(connection, exposed) == [28, 28, 20]
    assert scalar(connection, "select count(*) from optimization_history") == 0
    assert scalar(connection, "select string_agg(distinct reason, ',') from proposal_blocks") == "stale_scores"
