"""Whatever happens between refreshes, the seed's five relations equal their definitions over the raw tables.

`UXPIPELINE_TEST_SCRIPTS=500` plays that many new random scripts instead of the same few. A script that fails is
shrunk and printed.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configured

from benchmarks.refresh_oracle import RELATIONS, differences
from uxpipeline.db.connect import Connection
from uxpipeline.demo.build import demo_settings, write_landing
from uxpipeline.ingest.load import load_paths
from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.marts.conftest import NewStage
from uxpipeline_tests.marts.inputs import EndInsert, Events, Insert, InsertLater, Load, LoadForm, LoadSession, Reach
from uxpipeline_tests.marts.meddling import Change, Erase, Remove, Unreach
from uxpipeline_tests.marts.scripts import SCRIPTS, Die, Operation, Refresh

NONE = dict.fromkeys(RELATIONS, 0)
MORE = int(os.environ.get("UXPIPELINE_TEST_SCRIPTS", "0"))
YESTERDAY, LATE_YESTERDAY, DAY_BEFORE, DAYS_BEFORE, EDGE, BEYOND, LONG_AGO = range(7)
OVER = Refresh(rounds=1)
"""A refresh by which today's sessions are over."""
SITUATIONS: dict[str, list[Operation]] = {
    "nothing": [],
    "late files": [
        Load([Events("a", 0, YESTERDAY, copies=12)]),
        Refresh(),
        Load([Events("a", 1, LONG_AGO), Events("b", 0, BEYOND), Events("b", 1, EDGE), Events("a", 2, DAYS_BEFORE)]),
    ],
    "an event again, later": [Insert(Events("a", 0, DAY_BEFORE)), OVER, Insert(Events("a", 0, YESTERDAY))],
    "an event again, earlier, on another day": [
        Insert(Events("a", 0, YESTERDAY, copies=12)),
        Refresh(),
        Insert(Events("a", 0, DAYS_BEFORE, copies=12)),
    ],
    "a repeated event whose first one goes": [
        Insert(Events("a", 0, DAYS_BEFORE)),
        Insert(Events("a", 0, LATE_YESTERDAY)),
        Refresh(),
        Change("a", 0, "page_url", "https://shop.example/other"),
    ],
    "an event moves to another day": [
        Load([Events("a", 0, YESTERDAY)]),
        OVER,
        Change("a", 0, "timestamp", DAYS_BEFORE),
    ],
    "an erased session of three days": [
        *(Insert(Events("a", day, day)) for day in (LATE_YESTERDAY, DAY_BEFORE, DAYS_BEFORE)),
        Refresh(),
        Erase("a"),
    ],
    "a deletion hidden by an insert": [
        Load([Events("a", 0, YESTERDAY)]),
        OVER,
        Remove("a", 0),
        Load([Events("b", 0, YESTERDAY)]),
        Refresh(),
    ],
    "a funnel step's deletion hidden by another step": [
        Load([Events("a", 0, YESTERDAY), Events("b", 0, YESTERDAY)]),
        Reach("a", "purchase", 1, YESTERDAY, 30, correct=False),
        OVER,
        Unreach("a", "purchase", 1),
        Reach("b", "purchase", 1, YESTERDAY, 30, correct=False),
        Refresh(),
    ],
    "a transaction that was open during a refresh": [
        Insert(Events("a", 0, YESTERDAY)),
        InsertLater(Events("a", 1, DAY_BEFORE)),
        Refresh(),
        Insert(Events("b", 0, YESTERDAY)),
        Refresh(),
        EndInsert(keep=True),
    ],
    "a session whose start moves": [
        Load([Events("a", 0, YESTERDAY, copies=12)]),
        Refresh(),
        LoadSession("a", DAYS_BEFORE),
    ],
    "a form left open, then sent": [
        LoadForm("a", DAY_BEFORE, sent=False),
        OVER,
        LoadForm("a", LATE_YESTERDAY, sent=True),
    ],
    "another last step": [
        Load([Events("a", 0, YESTERDAY), Events("b", 0, YESTERDAY)]),
        Reach("a", "lead_capture", 1, YESTERDAY, 30, correct=False),
        Refresh(),
        Reach("b", "lead_capture", 2, YESTERDAY, None, correct=False),
    ],
    "a refresh that dies": [Load([Events("a", 0, YESTERDAY), Events("b", 0, DAY_BEFORE)]), Die(40)],
}


def play(new_stage: NewStage, script: list[Operation]) -> None:
    with new_stage() as stage:
        for operation in script:
            operation.run(stage)
        again = stage.settle()
        assert differences(stage.connection) == NONE
        assert again.days == ()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_situation_ends_in_the_definitions(new_stage: NewStage, situation: str) -> None:
    play(new_stage, SITUATIONS[situation])


@given(script=SCRIPTS)
@configured(
    max_examples=MORE or 15,
    derandomize=not MORE,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_script_ends_in_the_definitions(new_stage: NewStage, script: list[Operation]) -> None:
    play(new_stage, script)


def test_one_refresh_is_enough_where_nobody_deletes(new_stage: NewStage) -> None:
    with new_stage() as stage:
        stage.load(Events("a", 0, YESTERDAY, copies=12).rows(stage))
        stage.refresh()
        Insert(Events("a", 0, DAYS_BEFORE)).run(stage)
        Load([Events("b", 0, LONG_AGO), Events("a", 1, EDGE)]).run(stage)
        stage.refresh()
        assert differences(stage.connection) == NONE


def test_the_demo_equals_the_definitions(connection: Connection, settings: Settings, database: str) -> None:
    demo = demo_settings(settings, database)
    write_landing(Path(demo.landing), datetime.now(UTC).date() - timedelta(days=1))
    load_paths(connection, demo, [demo.landing], datetime.now(UTC))
    refreshed = refresh_marts(connection, datetime.now(UTC))
    assert (refreshed.backlog_days, differences(connection)) == (0, NONE)
    sizes = (value(connection, f"select count(*) from public.{relation}") for relation in RELATIONS)  # noqa: S608
    assert [size > 0 for size in sizes] == [True, True, True, True, False]


def test_a_difference_is_counted_in_both_directions(new_stage: NewStage) -> None:
    with new_stage() as stage:
        stage.load(Events("a", 0, YESTERDAY, copies=12).rows(stage))
        stage.settle()
        stage.connection.execute(
            "update uxpipeline.session_facts set click_count = click_count + 1 where session_id = 'a'"
        )
        assert differences(stage.connection) == NONE | {"session_analytics": 2}
