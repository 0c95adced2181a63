"""How long a night's evaluation takes: 200 running tests, a million assignments, counts and decisions."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from psycopg.types.json import Jsonb
from rich.console import Console
from rich.table import Table

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.experiments.days import count_days
from uxpipeline.experiments.design import Design
from uxpipeline.experiments.evaluate import evaluate
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database, temporary_home

TESTS, ASSIGNMENTS = 200, 1_000_000
DAYS = 20
START = datetime(2026, 9, 1, tzinfo=UTC)
_TESTS = b"""
    insert into public.a_b_tests (
        test_id, test_name, component_id, variant_a, variant_b, status, start_date, target_conversion, metadata
    )
    select 't' || n, 'x', 'c' || n, '{}', '{}', 'active', %(start)s, 'purchase',
        jsonb_build_object('design', %(design)s::jsonb, 'page', '/' || n)
    from generate_series(1, %(tests)s) n
"""
_SESSIONS = b"""
    insert into public.user_sessions (session_id, landing_page, created_at)
    select 's' || n, '/', %(start)s from generate_series(1, %(assignments)s) n
"""
_ASSIGNMENTS = b"""
    insert into public.variant_assignments (test_id, session_id, variant, assigned_at, conversion_events)
    select 't' || 1 + n %% %(tests)s, 's' || n,
        uxpipeline.arm_of('t' || 1 + n %% %(tests)s, 's' || n, 0.5),
        %(start)s + (n / %(tests)s %% %(days)s) * interval '1 day' + interval '9 hours',
        case when n %% 19 = 0
            then jsonb_build_array(jsonb_build_object('name', 'purchase', 'at',
                %(start)s + (n / %(tests)s %% %(days)s) * interval '1 day' + interval '10 hours'))
            else '[]' end
    from generate_series(1, %(assignments)s) n
"""
_FACTS = b"""
    insert into uxpipeline.session_funnels
    select 's' || n, 'purchase', 1, 1, 1, at, at, null, 0, 0, '{1}', '{order}', array[at], null, null
    from (
        select n, %(start)s + (n / %(tests)s %% %(days)s) * interval '1 day' + interval '11 hours' as at
        from generate_series(1, %(assignments)s, 23) n
    ) converting
"""
_FRICTION = b"""
    with met as (
        select 's' || n as session_id, n %% 33 = 0 as error,
            %(start)s + (n / %(tests)s %% %(days)s) * interval '1 day' + interval '12 hours' as at
        from generate_series(1, %(assignments)s) n
    ),
    facts as (
        insert into uxpipeline.session_facts
        select session_id, at, at, 3, 1, 0, 0, error::int, 0, 0, 0, 2, null, '{}', null, false from met
    )
    insert into public.behavior_events (session_id, event_type, page_url, "timestamp")
    select session_id, kind, '/', at from met cross join (values ('click'), ('error')) events (kind)
    where error or kind = 'click'
"""


def main(tests: int = TESTS, assignments: int = ASSIGNMENTS) -> None:
    """Fill a database and evaluate it once."""
    with temporary_home() as home:
        server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home)}), fast=True)
        with server.running(), fresh_database(server.url()) as url, connect(url) as connection:
            list(migrate(connection))
            _fill(connection, tests, assignments)
            as_of = (START + timedelta(days=DAYS)).date()
            counted = _timed(lambda: count_days(connection, as_of))
            again = _timed(lambda: count_days(connection, as_of))
            decided = _timed(lambda: len(evaluate(connection, as_of, START + timedelta(days=DAYS + 1))))
    table = Table("step", "seconds", min_width=60, title=f"{tests} tests, {assignments:,} assignments, {DAYS} days")
    for name, seconds in (("count", counted), ("count again", again), ("decide", decided)):
        table.add_row(name, f"{seconds:.1f}")
    Console().print(table)


def _fill(connection: Connection, tests: int, assignments: int) -> None:
    design = Design("purchase", 0.09, 0.2, 0.05, per_arm=5000)
    values = {
        "start": START,
        "tests": tests,
        "assignments": assignments,
        "days": DAYS,
        "design": Jsonb(design.stored()),
    }
    for statement in (_TESTS, _SESSIONS, _ASSIGNMENTS, _FACTS, _FRICTION):
        connection.execute(statement, values)
    connection.execute("analyze")


def _timed(work: Callable[[], int]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
