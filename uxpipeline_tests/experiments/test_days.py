"""What is counted: complete cohorts, visitors, windows, late data, guardrails."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.experiments.days import count_days
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.experiments.visitors import START, started, visit
from uxpipeline_tests.sql.rows import insert

NOON = START + timedelta(hours=12)
FIRST = START.date()
DAYS = "select cohort_day, n_a, c_a, n_b, c_b, excluded from public.experiment_days order by cohort_day"


@pytest.fixture
def test_id(connection: Connection) -> str:
    return started(connection).test_id


def assigned(
    connection: Connection,
    test_id: str,
    session: str,
    variant: str,
    at: datetime = NOON,
    *,
    visitor: str | None = None,
    converted_after: timedelta | None = None,
) -> None:
    insert(connection, "user_sessions", session_id=session, visitor_key=visitor)
    insert(connection, "variant_assignments", test_id=test_id, session_id=session, variant=variant, assigned_at=at)
    if converted_after is not None:
        connection.execute(
            "update public.variant_assignments set conversion_events ="
            " jsonb_build_array(jsonb_build_object('name', 'purchase', 'at', %s::timestamptz)) where session_id = %s",
            [at + converted_after, session],
        )


def first_day(connection: Connection) -> tuple[Any, ...]:
    row = connection.execute(DAYS.encode()).fetchone()
    assert row
    return tuple(row[1:])


def test_a_cohort_counts_once_its_window_has_passed(connection: Connection, test_id: str) -> None:
    assigned(connection, test_id, "s1", "A")
    count_days(connection, FIRST)
    assert connection.execute(DAYS.encode()).fetchall() == []
    count_days(connection, FIRST + timedelta(days=1))
    assert connection.execute(DAYS.encode()).fetchall() == [(FIRST, 1, 0, 0, 0, 0)]
    count_days(connection, FIRST + timedelta(days=3))
    assert len(connection.execute(DAYS.encode()).fetchall()) == 3


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (timedelta(0), True),
        (timedelta(hours=24), True),
        (timedelta(hours=24, microseconds=1), False),
        (timedelta(microseconds=-1), False),
    ],
)
def test_a_conversion_counts_within_its_window(
    connection: Connection, test_id: str, after: timedelta, *, counts: bool
) -> None:
    assigned(connection, test_id, "s1", "B", converted_after=after)
    count_days(connection, FIRST + timedelta(days=1))

    assert first_day(connection) == (0, 0, 1, int(counts), 0)


def test_a_visitor_is_one_unit_of_the_day_it_came_first(connection: Connection, test_id: str) -> None:
    assigned(connection, test_id, "s1", "A", visitor="v")
    assigned(
        connection, test_id, "s2", "A", NOON + timedelta(hours=20), visitor="v", converted_after=timedelta(hours=1)
    )
    assigned(connection, test_id, "s3", "A", NOON + timedelta(days=5), visitor="v")
    count_days(connection, FIRST + timedelta(days=7))

    rows = connection.execute(DAYS.encode()).fetchall()
    assert rows[0] == (FIRST, 1, 1, 0, 0, 0)
    assert all(row[1:] == (0, 0, 0, 0, 0) for row in rows[1:])


def test_a_unit_that_saw_both_while_it_could_convert_is_left_out(connection: Connection, test_id: str) -> None:
    assigned(connection, test_id, "s1", "A", visitor="mixed", converted_after=timedelta(hours=1))
    assigned(connection, test_id, "s2", "B", NOON + timedelta(hours=24), visitor="mixed")
    assigned(connection, test_id, "s3", "A", visitor="later")
    assigned(connection, test_id, "s4", "B", NOON + timedelta(hours=25), visitor="later")
    count_days(connection, FIRST + timedelta(days=3))

    assert first_day(connection) == (1, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("after", "counts"),
    [(timedelta(hours=24), 1), (timedelta(hours=24, seconds=1), 0), (timedelta(seconds=-1), 0)],
)
def test_a_funnel_reached_counts_like_a_conversion_sent(
    connection: Connection, test_id: str, after: timedelta, counts: int
) -> None:
    assigned(connection, test_id, "s1", "B")
    connection.execute(
        "insert into uxpipeline.session_funnels values"
        " ('s1', 'purchase', 1, 1, 1, %(at)s, %(at)s, null, 0, 0, '{1}', '{order}', array[%(at)s::timestamptz])",
        {"at": NOON + after},
    )
    count_days(connection, FIRST + timedelta(days=1))

    assert first_day(connection) == (0, 0, 1, counts, 0)


def test_counting_again_changes_nothing(connection: Connection, test_id: str) -> None:
    visit(connection, test_id, FIRST, rates=(0.1, 0.2))
    assert count_days(connection, FIRST + timedelta(days=2)) == 2
    before = connection.execute(DAYS.encode()).fetchall()

    assert count_days(connection, FIRST + timedelta(days=2)) == 0
    assert connection.execute(DAYS.encode()).fetchall() == before
    assert value(connection, "select count(*) from uxpipeline.restatements") == 0


def test_a_backfill_leaves_later_days_alone(connection: Connection, test_id: str) -> None:
    visit(connection, test_id, FIRST)
    visit(connection, test_id, FIRST + timedelta(days=1))
    count_days(connection, FIRST + timedelta(days=2))
    before = connection.execute(DAYS.encode()).fetchall()

    assert count_days(connection, FIRST + timedelta(days=1)) == 0
    assert connection.execute(DAYS.encode()).fetchall() == before


def test_late_conversions_restate_the_day_and_are_logged(connection: Connection, test_id: str) -> None:
    assigned(connection, test_id, "s1", "A")
    count_days(connection, FIRST + timedelta(days=1))
    event = '[{"name": "purchase", "at": "2026-09-01T13:00:00+00:00"}]'
    connection.execute("update public.variant_assignments set conversion_events = %s::jsonb", [event])

    assert count_days(connection, FIRST + timedelta(days=5)) == 5
    assert first_day(connection) == (1, 1, 0, 0, 0)
    logged = connection.execute("select day, relation, before, after, causes from uxpipeline.restatements").fetchall()
    assert [(row[0], row[1], row[2]["c_a"], row[3]["c_a"], row[4]) for row in logged] == [
        (FIRST, "experiment_days", 0, 1, ["late data"])
    ]


def test_what_came_before_the_start_and_other_tests_do_not_count(connection: Connection, test_id: str) -> None:
    insert(connection, "a_b_tests", test_id="foreign", component_id="other")
    assigned(connection, test_id, "s0", "A", START - timedelta(seconds=1))
    assigned(connection, "foreign", "s1", "A")
    count_days(connection, FIRST + timedelta(days=1))

    assert first_day(connection) == (0, 0, 0, 0, 0)


def test_guardrails_count_the_same_units(connection: Connection, test_id: str) -> None:
    for session, variant in (("s1", "A"), ("s2", "B"), ("s3", "B")):
        assigned(connection, test_id, session, variant)
    facts = (
        "insert into uxpipeline.session_facts"
        " values (%s, %s, %s, 1, 1, %s, 0, %s, 0, 0, 0, %s, null, '{}', null, false)"
    )
    for session, rage, errors, views in (("s1", 0, 1, 3), ("s2", 2, 0, 1), ("s3", 0, 0, 2)):
        connection.execute(facts.encode(), (session, NOON, NOON, rage, errors, views))
    count_days(connection, FIRST + timedelta(days=1))

    found = connection.execute("select metric, c_a, c_b from public.experiment_guardrails order by metric").fetchall()
    assert found == [("bounce", 0, 1), ("error", 1, 0), ("other_funnels", 0, 0), ("rage_click", 0, 1)]


def test_days_are_utc_days(connection: Connection, test_id: str) -> None:
    connection.execute("set timezone = 'Pacific/Auckland'")
    assigned(connection, test_id, "s1", "A", datetime(2026, 9, 1, 23, 59, tzinfo=UTC))
    assigned(connection, test_id, "s2", "A", datetime(2026, 9, 2, 0, 0, tzinfo=UTC))
    count_days(connection, FIRST + timedelta(days=2))

    assert [row[:2] for row in connection.execute(DAYS.encode()).fetchall()] == [
        (date(2026, 9, 1), 1), (date(2026, 9, 2), 1),
    ]  # fmt: skip
