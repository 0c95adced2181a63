"""Forms that were started and left, as derived from what PostHog sends."""

from datetime import timedelta

import pytest

from uxpipeline.marts.refresh import close_silent_sessions
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.load.landing import NOW, Landing
from uxpipeline_tests.load.lines import START, orders, posthog, submit, touch

HALF_AN_HOUR = 30 * 60
EVENTS = """
    select event_type, extract(epoch from "timestamp" - %s)::integer
    from public.behavior_events where event_type like 'form%%' order by "timestamp", event_type desc
"""


def forms(landing: Landing) -> list[tuple[str, int]]:
    """Form events and the seconds after the start of the visit at which they happened."""
    return [(kind, second) for kind, second in rows(landing.connection, EVENTS, START)]


@pytest.mark.parametrize("order", orders([3, 7, 12]))
def test_a_form_is_started_by_its_earliest_touch_whatever_file_brings_it_first(
    landing: Landing, order: tuple[int, ...]
) -> None:
    for second in order:
        landing.load(touch("s", second), submit("s", 20))
    assert forms(landing) == [("form_start", 3), ("form_submit", 20)]


def test_a_form_is_started_by_its_earliest_touch_whatever_line_it_is_on(landing: Landing) -> None:
    landing.load(touch("s", 7), touch("s", 3), touch("s", 12), submit("s", 20))
    assert forms(landing) == [("form_start", 3), ("form_submit", 20)]


def test_the_earliest_touch_brings_its_own_field(landing: Landing) -> None:
    landing.load(touch("s", 7, "email"))
    landing.load(touch("s", 3, "name"))
    field = "select event_data ->> 'field' from public.behavior_events where event_type = 'form_start'"
    assert rows(landing.connection, field) == [("name",)]


def test_each_form_of_a_session_is_started_on_its_own(landing: Landing) -> None:
    landing.load(touch("s", 3), touch("s", 7, form="newsletter"), now=START + timedelta(minutes=1))
    assert forms(landing) == [("form_start", 3), ("form_start", 7)]


@pytest.mark.parametrize(("silence", "abandoned"), [(HALF_AN_HOUR - 1, []), (HALF_AN_HOUR, [("form_abandon", 9)])])
def test_a_form_is_abandoned_after_half_an_hour_of_silence_at_the_last_event_on_its_page(
    landing: Landing, silence: float, abandoned: list[tuple[str, int]]
) -> None:
    landing.load(touch("s", 3), posthog("s", 9, "$rageclick"), now=START + timedelta(seconds=9 + silence))
    assert forms(landing) == [("form_start", 3), *abandoned]


def test_what_a_visitor_does_elsewhere_does_not_move_when_the_form_was_left(landing: Landing) -> None:
    landing.load(touch("s", 3), posthog("s", 500, page="/elsewhere"))
    assert forms(landing) == [("form_start", 3), ("form_abandon", 3)]


def test_a_visitor_busy_on_another_page_has_not_abandoned_yet(landing: Landing) -> None:
    landing.load(touch("s", 3), posthog("s", 2000, page="/elsewhere"), now=START + timedelta(seconds=2100))
    assert forms(landing) == [("form_start", 3)]


def test_a_submitted_form_is_not_abandoned(landing: Landing) -> None:
    landing.load(touch("s", 3), submit("s", 9))
    assert forms(landing) == [("form_start", 3), ("form_submit", 9)]


def test_another_form_submitted_does_not_save_it(landing: Landing) -> None:
    landing.load(touch("s", 3), submit("s", 9, form="newsletter"))
    assert ("form_abandon", 9) in forms(landing)


def test_a_late_submission_withdraws_the_abandon(landing: Landing) -> None:
    landing.load(touch("s", 3))
    assert forms(landing) == [("form_start", 3), ("form_abandon", 3)]
    landing.load(submit("s", 9))
    assert forms(landing) == [("form_start", 3), ("form_submit", 9)]


def test_a_late_event_on_the_page_moves_the_abandon(landing: Landing) -> None:
    landing.load(touch("s", 3))
    landing.load(posthog("s", 40, "$rageclick"))
    assert forms(landing) == [("form_start", 3), ("form_abandon", 40)]


def test_a_visitor_who_comes_back_withdraws_the_abandon(landing: Landing) -> None:
    landing.load(touch("s", 3))
    landing.load(posthog("s", 4000, "$rageclick"), now=START + timedelta(seconds=4100))
    assert forms(landing) == [("form_start", 3)]


class TestWithoutAnotherLoad:
    def test_a_session_that_fell_silent_is_closed(self, landing: Landing) -> None:
        landing.load(touch("s", 3), now=START + timedelta(minutes=1))
        assert forms(landing) == [("form_start", 3)]
        close_silent_sessions(landing.connection, START + timedelta(hours=1))
        assert forms(landing) == [("form_start", 3), ("form_abandon", 3)]

    def test_a_session_that_fell_silent_while_nothing_ran_for_weeks_is_closed(self, landing: Landing) -> None:
        landing.load(touch("s", 3), now=START + timedelta(minutes=1))
        close_silent_sessions(landing.connection, START + timedelta(weeks=4))
        assert forms(landing) == [("form_start", 3), ("form_abandon", 3)]

    def test_a_session_that_did_not_is_left_open(self, landing: Landing) -> None:
        landing.load(touch("s", 3), now=START + timedelta(minutes=1))
        close_silent_sessions(landing.connection, START + timedelta(minutes=20))
        assert forms(landing) == [("form_start", 3)]

    def test_closing_again_changes_nothing(self, landing: Landing) -> None:
        landing.load(touch("s", 3))
        everything = "select xmin::text, to_jsonb(be) from public.behavior_events be order by id"
        before = rows(landing.connection, everything), landing.state()
        close_silent_sessions(landing.connection, NOW - timedelta(days=1))
        assert (rows(landing.connection, everything), landing.state()) == before
