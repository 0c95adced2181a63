"""Simulated visitors of a test, written as loaders and beacons leave them; and the history before it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from uxpipeline.db.connect import Connection
from uxpipeline.experiments.activate import Started, start_test
from uxpipeline.experiments.days import count_days
from uxpipeline.experiments.evaluate import Evaluated, evaluate
from uxpipeline_tests.sql.rows import insert

START = datetime(2026, 9, 1, tzinfo=UTC)
TARGET = "purchase"
_HISTORY = b"""
    with visits as (
        select 'h' || %(component)s || '-' || day || '-' || n as session_id,
            (%(today)s::date - day)::timestamp at time zone 'UTC' + interval '12 hours' as at,
            n <= %(converting)s as converting
        from generate_series(1, 28) day cross join generate_series(1, %(per_day)s) n
    ),
    met as (
        insert into uxpipeline.session_components
        select session_id, %(component)s, '/cart', 1, 1, 0, 0, 0, 0, at, at, converting from visits
    )
    insert into uxpipeline.session_funnels
    select session_id, 'purchase', 1, 1, 1, at + interval '5 min', at + interval '5 min', null, 0, 0, '{1}', '{order}',
        array[at + interval '5 min'], null, null
    from visits where converting
"""
_DAY = b"""
    with visits as (
        select %(test)s || '-' || %(day)s || '-' || n as session_id,
            public.assign_variant(
                %(test)s, coalesce(%(visitor)s || n, %(test)s || '-' || %(day)s || '-' || n)
            ) as variant,
            n
        from generate_series(1, %(units)s) n
    ),
    numbered as (
        select *, row_number() over (partition by variant order by n) as place,
            count(*) over (partition by variant) as total
        from visits where variant is not null
    ),
    sessions as (
        insert into public.user_sessions (session_id, landing_page, created_at, visitor_key)
        select session_id, '/', %(at)s, %(visitor)s || n from numbered
        returning session_id
    )
    insert into public.variant_assignments (test_id, session_id, variant, assigned_at, conversion_events)
    select %(test)s, n.session_id, n.variant, %(at)s,
        case when n.place <= round(n.total * case n.variant when 'A' then %(rate_a)s else %(rate_b)s end)
            then jsonb_build_array(jsonb_build_object('name', %(target)s::text, 'at', %(at)s + interval '1 hour'))
            else '[]' end
    from numbered n
"""


def history(
    connection: Connection,
    *,
    per_day: int = 600,
    rate: float = 0.05,
    component: str = "checkout",
    start: datetime = START,
) -> None:
    """28 days of sessions that met the component, as facts, some of which purchased."""
    values = {"component": component, "today": start.date(), "per_day": per_day, "converting": round(per_day * rate)}
    connection.execute(_HISTORY, values)


def approved(connection: Connection, proposal_id: str = "p", **values: Any) -> str:  # noqa: ANN401
    """An approved proposal."""
    insert(
        connection,
        "optimization_history",
        **{"proposal_id": proposal_id, "component_id": "checkout", "expected_impact": 0.2, **values},
    )
    with connection.transaction():
        connection.execute("select set_config('uxpipeline.actor', 'Ada', true)")
        connection.execute(
            "update public.optimization_history set status = 'approved' where proposal_id = %s", [proposal_id]
        )
    return proposal_id


def started(connection: Connection, *, start: datetime = START, **values: Any) -> Started:  # noqa: ANN401
    """A running test with the history it needs."""
    history(connection, start=start)
    return start_test(connection, approved(connection, **values), "Ada", TARGET, start)


def visit(
    connection: Connection,
    test_id: str,
    day: date,
    *,
    units: int = 600,
    rates: tuple[float, float] = (0.05, 0.05),
    visitor: str | None = None,
    target: str = TARGET,
) -> None:
    """A day of visitors: as many conversions in each arm as the rates say, an hour after the assignment."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    values = {"test": test_id, "day": day.isoformat(), "units": units, "at": at, "visitor": visitor}
    values["target"] = target
    connection.execute(_DAY, {**values, "rate_a": rates[0], "rate_b": rates[1]})


def nightly(connection: Connection, as_of: date) -> list[Evaluated]:
    """What the schedule does for a day, two hours after its end."""
    count_days(connection, as_of)
    now = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC) + timedelta(hours=26)
    return evaluate(connection, as_of, now)


def days_from(first: date, days: int) -> Iterator[date]:
    for number in range(days):
        yield first + timedelta(days=number)


def run_until_decided(
    connection: Connection, test_id: str, *, rates: tuple[float, float], days: int = 44, units: int = 600
) -> Evaluated:
    """Day by day until the test is over."""
    for day in days_from(START.date(), days):
        visit(connection, test_id, day, units=units, rates=rates)
        for found in nightly(connection, day):
            if found.test_id == test_id and found.verdict.final:
                return found
    raise AssertionError("the test did not end")
