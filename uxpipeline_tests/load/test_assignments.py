"""Which session saw which variant, and what it converted to."""

from typing import Any

import pytest

from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.load.landing import Landing, counts
from uxpipeline_tests.load.lines import START, Line, assignment, at, conversion, orders

ASSIGNED = """
    select test_id, variant, extract(epoch from assigned_at - %s)::integer
    from public.variant_assignments order by test_id
"""
BOTH = """
    select variant, extract(epoch from assigned_at - %s)::integer, extract(epoch from other_variant_at - %s)::integer
    from public.variant_assignments
"""
CONVERSIONS = "select test_id, conversion_events from public.variant_assignments order by test_id"
UNMATCHED = "custom"


def conversions(landing: Landing) -> list[tuple[str, list[tuple[str, str]]]]:
    found = rows(landing.connection, CONVERSIONS)
    return [(test, [(entry["name"], entry["at"]) for entry in entries]) for test, entries in found]


def parked(landing: Landing) -> list[tuple[Any, ...]]:
    return rows(landing.connection, "select kind, test_id, session_id from uxpipeline.parked order by id")


@pytest.fixture(autouse=True)
def known_test(landing: Landing) -> None:
    landing.add_test()


def test_a_session_is_assigned_to_a_test_we_know(landing: Landing) -> None:
    assert counts(landing.load(assignment("s", 3, variant="B"))) == {"inserted": 1}
    assert rows(landing.connection, ASSIGNED, START) == [("known", "B", 3)]


def test_an_assignment_to_an_unknown_test_is_parked_with_all_it_says(landing: Landing) -> None:
    assert counts(landing.load(assignment("s", 3, test="unknown", variant="B"))) == {"parked": 1}
    assert parked(landing) == [("assignment", "unknown", "s")]
    kept = "select payload ->> 'variant', (payload ->> 'assigned_at')::timestamptz = %s from uxpipeline.parked"
    assert rows(landing.connection, kept, at(3)) == [("B", True)]


def test_a_parked_assignment_leaves_no_session_behind(landing: Landing) -> None:
    landing.load(assignment("s", 3, test="unknown"))
    assert value(landing.connection, "select count(*) from public.user_sessions") == 0


@pytest.mark.parametrize("order", orders(range(3)))
def test_a_session_stays_in_the_arm_it_was_assigned_to_first(landing: Landing, order: tuple[int, ...]) -> None:
    lines = [assignment("s", 3, variant="B"), assignment("s", 7, variant="A"), assignment("s", 12, variant="A")]
    for number in order:
        landing.load(lines[number])
    assert rows(landing.connection, ASSIGNED, START) == [("known", "B", 3)]


@pytest.mark.parametrize("order", orders(range(4)))
def test_a_session_that_saw_both_keeps_when_whatever_comes_first(landing: Landing, order: tuple[int, ...]) -> None:
    lines = [assignment("s", second, variant=variant) for second, variant in ((3, "B"), (5, "B"), (7, "A"), (12, "A"))]
    for number in order:
        landing.load(lines[number])
    assert rows(landing.connection, BOTH, START, START) == [("B", 3, 7)]


def test_both_variants_in_a_file_are_two_things_told_and_once_more_nothing(landing: Landing) -> None:
    lines = [assignment("s", 7, variant="A"), assignment("s", 3, variant="B"), assignment("s", 9, variant="A")]
    assert counts(landing.load(*lines)) == {"inserted": 2, "duplicates": 1}
    assert counts(landing.load(*lines, "")) == {"duplicates": 3}
    assert rows(landing.connection, BOTH, START, START) == [("B", 3, 7)]


def test_a_second_assignment_to_the_same_arm_is_a_duplicate(landing: Landing) -> None:
    report = landing.load(assignment("s", 7, variant="B"), assignment("s", 3, variant="B"))
    assert counts(report) == {"inserted": 1, "duplicates": 1}
    assert rows(landing.connection, BOTH, START, START) == [("B", 3, None)]


FILES: list[list[list[Line]]] = [
    [[assignment("s", 0), conversion("s", 9)]],
    [[conversion("s", 9), assignment("s", 0)]],
    [[assignment("s", 0)], [conversion("s", 9)]],
    [[conversion("s", 9)], [assignment("s", 0)]],
]


@pytest.mark.parametrize("name", ["order", UNMATCHED])
@pytest.mark.parametrize("files", FILES)
def test_a_conversion_reaches_its_assignment_whichever_comes_first(
    landing: Landing, files: list[list[Line]], name: str
) -> None:
    for lines in files:
        landing.load(*(line | {"name": name} if line["kind"] == "conversion" else line for line in lines))
    assert conversions(landing) == [("known", [(name, at(9))])]


def test_a_conversion_that_reached_its_assignment_is_released(landing: Landing) -> None:
    landing.load(conversion("s", 9, UNMATCHED))
    landing.load(assignment("s", 0))
    assert rows(landing.connection, "select released_at is not null from uxpipeline.parked") == [(True,)]


def test_conversions_are_in_order_of_time_whatever_file_brings_them_first(landing: Landing) -> None:
    landing.load(assignment("s", 0))
    for second in (12, 3, 7):
        landing.load(conversion("s", second))
    assert conversions(landing) == [("known", [("order", at(second)) for second in (3, 7, 12)])]


def test_a_conversion_is_kept_once(landing: Landing) -> None:
    landing.load(assignment("s", 0), conversion("s", 9, UNMATCHED))
    again = landing.load(conversion("s", 9, UNMATCHED, id="01a10b00-37ff-7c36-b988-312ee5154704"))
    assert counts(again) == {"duplicates": 1}
    assert conversions(landing) == [("known", [(UNMATCHED, at(9))])]


def test_a_conversion_without_a_test_belongs_to_all_of_the_session(landing: Landing) -> None:
    landing.add_test("other")
    landing.load(assignment("s", 0), assignment("s", 0, test="other"), conversion("s", 9))
    assert conversions(landing) == [("known", [("order", at(9))]), ("other", [("order", at(9))])]


def test_a_conversion_of_one_test_belongs_to_that_only(landing: Landing) -> None:
    landing.add_test("other")
    landing.load(assignment("s", 0), assignment("s", 0, test="other"), conversion("s", 9, test_id="other"))
    assert conversions(landing) == [("known", []), ("other", [("order", at(9))])]


def test_a_conversion_does_not_reach_other_sessions(landing: Landing) -> None:
    landing.load(assignment("s", 0), conversion("t", 9, UNMATCHED))
    assert conversions(landing) == [("known", [])]


@pytest.mark.parametrize("test", [{}, {"test_id": "known"}, {"test_id": "unknown"}])
def test_a_conversion_without_its_assignment_is_parked(landing: Landing, test: dict[str, str]) -> None:
    assert counts(landing.load(conversion("s", 9, UNMATCHED, **test))) == {"parked": 1}
    assert parked(landing) == [("conversion", test.get("test_id", ""), "s")]


def test_a_conversion_of_an_unknown_test_still_reaches_its_funnel_step(landing: Landing) -> None:
    assert counts(landing.load(conversion("s", 9, "order", test_id="unknown"))) == {"inserted": 1}
    assert rows(landing.connection, "select funnel_name, step_order from public.conversion_funnels") == [
        ("purchase", 3)
    ]
    assert parked(landing) == [("conversion", "unknown", "s")]


def test_what_waits_already_is_not_kept_twice(landing: Landing) -> None:
    waiting = [conversion("s", 9, UNMATCHED), assignment("s", 3, test="unknown")]
    landing.load(*waiting)
    assert counts(landing.load(*waiting, "")) == {"parked": 2}
    assert len(parked(landing)) == 2


def test_without_any_tests_a_conversion_that_reached_its_step_does_not_wait(landing: Landing) -> None:
    landing.connection.execute("delete from public.a_b_tests")
    assert counts(landing.load(conversion("s", 9, "order"))) == {"inserted": 1}
    assert parked(landing) == []


def test_what_was_written_into_the_list_directly_stays(landing: Landing) -> None:
    landing.load(assignment("s", 0))
    landing.connection.execute(
        """update public.variant_assignments set conversion_events = '["manual", {"name": "x"}]'"""
    )
    landing.load(conversion("s", 9))
    entries = value(landing.connection, "select conversion_events from public.variant_assignments")
    assert len(entries) == 3
    assert all(entry in entries for entry in ("manual", {"name": "x"}, {"name": "order", "at": at(9)}))
