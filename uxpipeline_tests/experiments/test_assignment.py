"""Which variant a unit gets: the same in SQL, in the published table, and in the snippet for browsers."""

import json
import re
import subprocess
from pathlib import Path

import playwright
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.experiments.activate import stop_test
from uxpipeline_tests.db.queries import column, value
from uxpipeline_tests.docs.pages import blocks, page
from uxpipeline_tests.experiments.visitors import START, started
from uxpipeline_tests.sql.roles import acting_as, assert_denied
from uxpipeline_tests.sql.rows import insert

ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \| `([0-9a-f]{8})` \| ([AB]) \| ([AB]) \|$", re.MULTILINE)
VECTORS = ROW.findall(page("docs/experiments.md"))
NODE = Path(playwright.__file__).parent / "driver" / "node"
"""The JavaScript engine that comes with a test dependency."""
ARM = "select uxpipeline.arm_of(%s, %s, %s)"


def javascript(calls: list[tuple[str, str, float]]) -> list[str]:
    """What the snippet of the documents answers."""
    (snippet,) = blocks("assignment")
    script = (
        f"{snippet.text}\nPromise.all({json.dumps(calls)}.map((call) => assignVariant(...call)))"
        ".then((found) => console.log(JSON.stringify(found)));"
    )
    finished = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True)
    answers: list[str] = json.loads(finished.stdout)
    return answers


def test_the_published_vectors_hold_in_sql_and_javascript(connection: Connection) -> None:
    calls = [(test, unit, share) for test, unit, _, *_ in VECTORS for share in (0.5, 0.9)]
    published = [variant for *_, half, most in VECTORS for variant in (half, most)]

    assert len(VECTORS) == 6
    assert {*published} == {"A", "B"}
    assert [value(connection, ARM, *call) for call in calls] == published
    assert javascript(calls) == published
    for test, unit, bits, *_ in VECTORS:
        hashed = value(connection, "select left(encode(sha256(convert_to(%s, 'UTF8')), 'hex'), 8)", f"{test}:{unit}")
        assert hashed == bits


def test_javascript_agrees_with_sql_on_a_thousand_units(connection: Connection) -> None:
    units = [f"visitor-{number}-\N{GREEK SMALL LETTER OMEGA}" for number in range(1000)]

    assert javascript([("t", unit, 0.5) for unit in units]) == [
        value(connection, ARM, "t", unit, 0.5) for unit in units
    ]


def test_the_snippet_is_short() -> None:
    (snippet,) = blocks("assignment")

    assert len(snippet.text.splitlines()) <= 20


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_the_split_is_the_planned_one_and_independent_between_tests(connection: Connection, share: float) -> None:
    """20,000 units; five standard errors."""
    found = connection.execute(
        "select avg(in_x::int)::float, avg(in_y::int)::float, avg((in_x and in_y)::int)::float from ("
        " select uxpipeline.arm_of('x', n::text, %(share)s) = 'B' as in_x,"
        " uxpipeline.arm_of('y', n::text, %(share)s) = 'B' as in_y from generate_series(1, 20000) n) s",
        {"share": share},
    ).fetchone()

    assert found == (
        pytest.approx(share, abs=0.018),
        pytest.approx(share, abs=0.018),
        pytest.approx(share**2, abs=0.018),
    )


def test_beacons_ask_and_record_without_reading_anything(connection: Connection) -> None:
    test_id = started(connection).test_id
    insert(connection, "user_sessions", session_id="s-1")
    with acting_as(connection, "beacon_ingest"):
        variant = value(connection, "select public.assign_variant(%s, 's-1')", test_id)
        connection.execute(
            "insert into public.variant_assignments (test_id, session_id, variant) values (%s, 's-1', %s)",
            [test_id, variant],
        )

    assert variant == value(connection, ARM, test_id, "s-1", 0.5)
    assert_denied(connection, "beacon_ingest", "select * from public.a_b_tests")
    for role in ("ai_analysis", "admin"):
        assert_denied(connection, role, "select public.assign_variant('t', 's')")


def test_nobody_is_assigned_where_nothing_is_tested(connection: Connection) -> None:
    insert(connection, "a_b_tests", test_id="foreign", component_id="other")
    running = started(connection).test_id
    ask = "select public.assign_variant(%s, %s)"

    assert value(connection, ask, "unknown", "s") is None
    assert value(connection, ask, "foreign", "s") is None
    assert value(connection, ask, running, "") is None
    assert value(connection, ask, running, "s") in {"A", "B"}
    stop_test(connection, running, "Ada", START)
    assert value(connection, ask, running, "s") is None


def test_a_ramp_widens_day_by_day_and_takes_nobody_out_of_b(connection: Connection) -> None:
    """Days of the ramp count from the start, which is today here."""
    design = {"design": {"kind": "test", "share_b": 0.5, "ramp": [0.1, 0.3]}}
    insert(connection, "a_b_tests", test_id="ramp", metadata=design)
    units = "select n from generate_series(1, 2000) n where public.assign_variant('ramp', n::text) = 'B'"
    first = set(column(connection, units))
    connection.execute("delete from public.a_b_tests")
    connection.execute(
        "insert into public.a_b_tests (test_id, test_name, component_id, variant_a, variant_b, status, start_date,"
        " metadata) values ('ramp', 'x', 'x', '{}', '{}', 'active', now() - interval '1 day', %s::jsonb)",
        [json.dumps(design)],
    )
    second = set(column(connection, units))

    assert len(first) / 2000 == pytest.approx(0.1, abs=0.04)
    assert len(second) / 2000 == pytest.approx(0.3, abs=0.06)
    assert first < second
