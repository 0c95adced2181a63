"""What is counted: complete cohorts, visitors, windows, late data, guardrails."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.experiments.activate import Options, start_test
from uxpipeline.experiments.days import count_days
from uxpipeline.subjects.requests import erase_session
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.experiments.visitors import START, TARGET, approved, history, nightly, started, visit
from uxpipeline_tests.sql.rows import insert, refresh

NOON = START + timedelta(hours=12)
FIRST = START.date()
DECISIONS = "select * from public.experiment_decisions order by as_of"
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


def happened(connection: Connection, session: str, kind: str, at: datetime = NOON, **values: object) -> None:
    insert(
        connection, "behavior_events", **{"session_id": session, "event_type": kind, "page_url": "/", "timestamp": at,
        **values},
    )  # fmt: skip


def guardrails(connection: Connection) -> dict[str, tuple[int, int]]:
    rows = connection.execute(
        "select metric, c_a, c_b from public.experiment_guardrails where cohort_day = %s", [FIRST]
    )
    return {metric: (a, b) for metric, a, b in rows.fetchall()}


def test_guardrails_count_the_same_units(connection: Connection, test_id: str) -> None:
    for session, variant in (("s1", "A"), ("s2", "B"), ("s3", "B")):
        assigned(connection, test_id, session, variant)
    for session, views in (("s1", 3), ("s2", 1), ("s3", 2)):
        for number in range(views):
            happened(connection, session, "page_view", NOON + timedelta(seconds=number))
    happened(connection, "s1", "error", NOON + timedelta(hours=1))
    happened(connection, "s2", "rage_click")
    refresh(connection)
    count_days(connection, FIRST + timedelta(days=1))

    assert guardrails(connection) == {"bounce": (0, 1), "error": (1, 0), "other_funnels": (0, 0), "rage_click": (0, 1)}


@pytest.mark.parametrize(
    ("after", "counts"),
    [(timedelta(0), 1), (timedelta(hours=24), 1), (timedelta(seconds=-1), 0), (timedelta(hours=24, seconds=1), 0)],
)
@pytest.mark.parametrize("kind", ["error", "rage_click"])
def test_friction_counts_from_the_assignment_to_the_end_of_the_window(
    connection: Connection, test_id: str, kind: str, after: timedelta, counts: int
) -> None:
    assigned(connection, test_id, "s1", "B")
    happened(connection, "s1", kind, NOON + after)
    refresh(connection)
    count_days(connection, FIRST + timedelta(days=1))

    assert guardrails(connection)[kind] == (0, counts)


def test_a_session_that_was_shown_both_is_left_out_whatever_its_unit(connection: Connection, test_id: str) -> None:
    for session, other_after in (("s1", 24), ("s2", 25)):
        assigned(connection, test_id, session, "A", converted_after=timedelta(hours=1))
        connection.execute(
            "update public.variant_assignments set other_variant_at = %s where session_id = %s",
            [NOON + timedelta(hours=other_after), session],
        )
    count_days(connection, FIRST + timedelta(days=1))

    assert first_day(connection) == (1, 1, 0, 0, 1)


def test_a_planned_ramp_leaves_nobody_out_and_counts_them_where_they_were_first(connection: Connection) -> None:
    history(connection, per_day=900)
    test_id = start_test(connection, approved(connection), "Ada", TARGET, START, Options(ramp=True)).test_id
    for day, units in ((0, "ramped"), (4, "settled")):
        assigned(connection, test_id, f"{units} 1", "A", NOON + timedelta(days=day), visitor=units)
        at = NOON + timedelta(days=day, hours=23)
        assigned(connection, test_id, f"{units} 2", "B", at, visitor=units, converted_after=timedelta(0))
    count_days(connection, FIRST + timedelta(days=6))
    rows = connection.execute(DAYS.encode()).fetchall()

    assert rows[0][1:] == (1, 1, 0, 0, 0)
    assert rows[4][1:] == (0, 0, 0, 0, 1)


FORM: dict[str, Any] = {
    "component_id": None,
    "page_url": "/contact",
    "metadata": {"surface": {"signal": "form_leak", "hash": hashlib.sha256(b"#lead").hexdigest()}},
}


def filled(connection: Connection, session: str, at: datetime, **form: object) -> None:
    happened(connection, session, "form_submit", at, page_url="https://shop.example/contact?x=1", **form)


def test_a_form_is_tested_on_its_submissions(connection: Connection) -> None:
    """Of ten sessions a day on the page before, six submit it; one submits another form."""
    for day in range(1, 29):
        for number in range(10):
            session, at = f"h{day}-{number}", START - timedelta(days=day, hours=-number)
            insert(connection, "user_sessions", session_id=session, created_at=at)
            happened(connection, session, "page_view", at, page_url="https://shop.example/contact")
            if number < 7:
                filled(connection, session, at, event_data={"form_id": "lead" if number < 6 else "other"})
    refresh(connection)
    approved(connection, expected_impact=0.4, **FORM)
    found = start_test(connection, "p", "Ada", TARGET, START)
    assert (found.design.target, found.design.baseline) == ("form_submit", 0.6)

    sent: dict[str, dict[str, Any]] = {
        "by id": {"event_data": {"form_id": "lead"}},
        "by path": {"element_path": "main > form#lead"},
        "another": {"event_data": {"form_id": "other"}, "element_path": "main > form#lead"},
    }
    for session, form in sent.items():
        assigned(connection, found.test_id, session, "B")
        filled(connection, session, NOON + timedelta(minutes=1), **form)
    assigned(connection, found.test_id, "before", "A", converted_after=timedelta(hours=1))
    filled(connection, "before", NOON - timedelta(seconds=1), **sent["by id"])
    refresh(connection)
    count_days(connection, FIRST + timedelta(days=1))

    assert first_day(connection) == (1, 0, 3, 2, 0)


def test_an_erased_session_restates_its_days_and_no_decision(connection: Connection, test_id: str) -> None:
    visit(connection, test_id, FIRST, units=1000, rates=(0.05, 0.05))
    assigned(connection, test_id, "gone", "B", converted_after=timedelta(hours=1))
    nightly(connection, FIRST + timedelta(days=1))
    before, decided = first_day(connection), connection.execute(DECISIONS.encode()).fetchall()
    erase_session(connection, "gone", b"key", START + timedelta(days=3))
    nightly(connection, FIRST + timedelta(days=2))

    assert first_day(connection) == (*before[:2], before[2] - 1, before[3] - 1, before[4])
    assert connection.execute(DECISIONS.encode()).fetchall()[: len(decided)] == decided
    logged = "select relation, before ->> 'n_b', after ->> 'n_b', causes from uxpipeline.restatements"
    told = [row for row in connection.execute(logged.encode()) if row[0] == "experiment_days"]
    assert told == [("experiment_days", str(before[2]), str(before[2] - 1), ["deletion"])]


def test_days_are_utc_days(connection: Connection, test_id: str) -> None:
    connection.execute("set timezone = 'Pacific/Auckland'")
    assigned(connection, test_id, "s1", "A", datetime(2026, 9, 1, 23, 59, tzinfo=UTC))
    assigned(connection, test_id, "s2", "A", datetime(2026, 9, 2, 0, 0, tzinfo=UTC))
    count_days(connection, FIRST + timedelta(days=2))

    assert [row[:2] for row in connection.execute(DAYS.encode()).fetchall()] == [
        (date(2026, 9, 1), 1), (date(2026, 9, 2), 1),
    ]  # fmt: skip
