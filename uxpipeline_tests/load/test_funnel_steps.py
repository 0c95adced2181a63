"""When sessions reached the steps of funnels, supplied by the source or seen by a rule."""

from typing import Any

import pytest

from uxpipeline.ingest.load import load_paths
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.load.landing import NOW, Landing
from uxpipeline_tests.load.lines import START, Line, at, conversion, event, orders, step

STEPS = """
    select funnel_name, step_order, extract(epoch from entered_at - %(start)s)::integer,
        extract(epoch from exited_at - %(start)s)::integer, duration_seconds
    from public.conversion_funnels order by funnel_name, step_order
"""


def steps(landing: Landing) -> list[tuple[Any, ...]]:
    """Funnel, step, entry, exit, duration; times in seconds after the start of the visit."""
    return landing.connection.execute(STEPS, {"start": START}).fetchall()


def product(second: float) -> Line:
    return event("s", second, "page_view", "/product/1")


def cart(second: float) -> Line:
    return event("s", second, "page_view", "/cart")


@pytest.mark.parametrize("order", orders([3, 7, 12]))
def test_a_step_was_reached_the_first_time_whatever_file_tells_it_first(
    landing: Landing, order: tuple[int, ...]
) -> None:
    for second in order:
        landing.load(product(second))
    assert steps(landing) == [("purchase", 1, 3, None, None)]


@pytest.mark.parametrize("order", orders(range(2)))
def test_a_step_ends_where_the_next_begins(landing: Landing, order: tuple[int, ...]) -> None:
    lines = [product(3), cart(10)]
    for number in order:
        landing.load(lines[number])
    assert steps(landing) == [("purchase", 1, 3, 10, 7), ("purchase", 2, 10, None, None)]


def test_a_step_reached_after_the_next_one_has_no_end(landing: Landing) -> None:
    landing.load(cart(3), product(10))
    assert steps(landing) == [("purchase", 1, 10, None, None), ("purchase", 2, 3, None, None)]


def test_an_earlier_entry_that_comes_late_moves_the_end_of_the_step_before(landing: Landing) -> None:
    landing.load(product(3), cart(10))
    landing.load(cart(5))
    assert steps(landing) == [("purchase", 1, 3, 5, 2), ("purchase", 2, 5, None, None)]


def test_forms_and_named_conversions_reach_steps_too(landing: Landing) -> None:
    form = {"form_id": "lead-form"}
    started, submitted = event("s", 0, "form_start", event_data=form), event("s", 9, "form_submit", event_data=form)
    landing.load(started, submitted, conversion("s", 12))
    assert steps(landing) == [
        ("lead_capture", 1, 0, 9, 9),
        ("lead_capture", 2, 9, None, None),
        ("purchase", 3, 12, None, None),
    ]


def test_supplied_times_stand(landing: Landing) -> None:
    landing.load(step("s", 3, exited_at=at(5), duration_seconds=1), step("s", 9, order=2))
    assert steps(landing) == [("signup", 1, 3, 5, 1), ("signup", 2, 9, None, None)]


@pytest.mark.parametrize("order", orders(range(2)))
def test_a_supplied_step_stands_against_one_a_rule_sees(landing: Landing, order: tuple[int, ...]) -> None:
    lines = [product(3), step("s", 9, order=1, funnel="purchase", duration_seconds=4)]
    for number in order:
        landing.load(lines[number])
    assert steps(landing) == [("purchase", 1, 9, None, 4)]


def test_a_supplied_step_stands_against_one_a_rule_sees_in_the_same_file(landing: Landing) -> None:
    landing.load(product(3), step("s", 9, order=1, funnel="purchase", duration_seconds=4))
    assert steps(landing) == [("purchase", 1, 9, None, 4)]


@pytest.mark.parametrize("order", orders([3, 7, 12]))
def test_of_a_step_supplied_twice_the_first_entry_stands_whatever_file_tells_it_first(
    landing: Landing, order: tuple[int, ...]
) -> None:
    for second in order:
        landing.load(step("s", second))
    assert steps(landing) == [("signup", 1, 3, None, None)]


def test_of_a_step_supplied_twice_in_a_file_the_first_entry_stands(landing: Landing) -> None:
    landing.load(step("s", 7), step("s", 3))
    assert steps(landing) == [("signup", 1, 3, None, None)]


def test_a_direct_row_without_metadata_counts_as_supplied(landing: Landing) -> None:
    landing.connection.execute("insert into public.user_sessions (session_id, landing_page) values ('s', '/')")
    landing.connection.execute(
        """
        insert into public.conversion_funnels (session_id, funnel_name, step_name, step_order, entered_at, metadata)
        values ('s', 'purchase', 'product', 1, %s, null)
        """,
        [START],
    )
    landing.load(product(-60))
    assert steps(landing) == [("purchase", 1, 0, None, None)]


class TestConfiguration:
    CONFIGURED = "select funnel_name, step_order, step_name from uxpipeline.funnel_steps order by 1, 2"

    def configure(self, landing: Landing, text: str) -> None:
        assert landing.settings.funnels is not None
        landing.settings.funnels.write_text(text, encoding="utf-8")
        load_paths(landing.connection, landing.settings, [], NOW)

    def test_sql_knows_the_configured_steps(self, landing: Landing) -> None:
        self.configure(landing, 'funnels: {f: [{step: one, page: "/1"}, {step: two, page: "/2"}]}')
        assert rows(landing.connection, self.CONFIGURED) == [("f", 1, "one"), ("f", 2, "two")]

    def test_steps_that_are_no_longer_configured_are_forgotten(self, landing: Landing) -> None:
        self.configure(
            landing, 'funnels: {f: [{step: one, page: "/1"}, {step: two, page: "/2"}], g: [{step: x, page: "/"}]}'
        )
        self.configure(landing, 'funnels: {f: [{step: uno, page: "/1"}]}')
        assert rows(landing.connection, self.CONFIGURED) == [("f", 1, "uno")]

    def test_sql_knows_the_configured_conversion(self, landing: Landing) -> None:
        self.configure(landing, "funnels: {}")
        goal = rows(landing.connection, "select funnel_name from uxpipeline.conversion_goal")
        assert goal == [(landing.settings.conversion,)]
