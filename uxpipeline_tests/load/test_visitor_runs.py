"""Sessions of visitors whose tracker knows none: what lies less than half an hour apart is one visit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from uxpipeline.marts.refresh import refresh_marts
from uxpipeline.subjects.requests import erase_session, export_session
from uxpipeline_tests.db.queries import rows
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import START, message, orders
from uxpipeline_tests.marts.visits import forget

KEY = b"a key"
HALF_AN_HOUR = 1800
SESSIONS = "select session_id, page_count, duration_seconds from public.user_sessions order by created_at, session_id"


def session_of(visitor: str, second: float) -> str:
    return f"{visitor}:{round((START + timedelta(seconds=second)).timestamp() * 1000)}"


def sessions(landing: Landing) -> list[tuple[str, int, int]]:
    """Name, pages and seconds of each session."""
    return [(name, pages, seconds) for name, pages, seconds in rows(landing.connection, SESSIONS)]


@pytest.mark.parametrize(
    ("gap", "found"),
    [
        (HALF_AN_HOUR - 0.001, [(session_of("ann", 0), 2, HALF_AN_HOUR)]),
        (HALF_AN_HOUR, [(session_of("ann", 0), 1, 0), (session_of("ann", HALF_AN_HOUR), 1, 0)]),
    ],
)
def test_half_an_hour_of_silence_ends_a_visit(landing: Landing, gap: float, found: list[tuple[str, int, int]]) -> None:
    landing.load(message("ann", 0), message("ann", gap))
    assert sessions(landing) == found


def test_visitors_are_told_apart(landing: Landing) -> None:
    landing.load(message("ann", 0), message("bob", 1))
    assert [name for name, _, _ in sessions(landing)] == [session_of("ann", 0), session_of("bob", 1)]


@pytest.mark.parametrize("order", orders([0, 1700, 3400]))
def test_a_late_line_joins_two_visits_whatever_order_they_came_in(landing: Landing, order: tuple[int, ...]) -> None:
    for second in order:
        landing.load(message("ann", second))
    assert sessions(landing) == [(session_of("ann", 0), 3, 3400)]


def test_a_line_that_changes_nothing_else_may_join_two_visits(landing: Landing) -> None:
    landing.load(message("ann", 0), message("ann", 3400))
    assert len(sessions(landing)) == 2
    seen = message("ann", 1700, "Experiment Viewed", experiment_id="unknown", variation_name="A")
    assert counts(landing.load(seen)) == {"ignored": 1}
    assert sessions(landing) == [(session_of("ann", 0), 2, 3400)]


def test_a_repeated_message_is_a_duplicate_also_where_its_visit_has_grown_since(landing: Landing) -> None:
    landing.load(message("ann", 1000))
    landing.load(message("ann", 0))
    before = landing.state()
    assert counts(landing.load(message("ann", 1000), message("ann", 1100, "Unknown"))) == {
        "duplicates": 1,
        "ignored": 1,
    }
    assert landing.state() == before


def test_a_message_sent_again_says_the_same_time_whenever_it_arrives(landing: Landing) -> None:
    late = {"sentAt": "2026-11-20T10:00:40Z", "receivedAt": "2026-11-20T10:00:41Z"}
    landing.load(message("ann", 0) | {"sentAt": "2026-11-20T10:00:00Z", "receivedAt": "2026-11-20T10:00:02Z"})
    before = landing.state()
    assert counts(landing.load(message("ann", 0) | late)) == {"duplicates": 1}
    landing.clean()
    landing.load(message("ann", 0) | late)
    assert landing.state() == before


def test_a_wrong_clock_is_set_right(landing: Landing) -> None:
    ahead = {"sentAt": "2026-11-20T12:00:01Z", "receivedAt": "2026-11-20T10:00:03Z"}
    landing.load(message("ann", 7200) | ahead)
    assert sessions(landing) == [(session_of("ann", 0), 1, 0)]


def test_an_aborted_file_leaves_visits_as_they_were(landing: Landing) -> None:
    landing.load(message("ann", 0), message("ann", 3400))
    before = landing.state(), rows(landing.connection, "select * from uxpipeline.visitor_runs order by 2")
    assert landing.load(message("ann", 1700), "no json", max_bad=0.1).status == "aborted"
    assert (landing.state(), rows(landing.connection, "select * from uxpipeline.visitor_runs order by 2")) == before


def test_the_facts_follow_a_visit_that_was_joined(landing: Landing) -> None:
    forget(landing.connection)
    landing.load(message("ann", 0), message("ann", 3400))
    refresh_marts(landing.connection, NOW)
    landing.load(message("ann", 1700))
    refresh_marts(landing.connection, NOW)
    facts = "select distinct session_id from uxpipeline.session_facts"
    assert rows(landing.connection, facts) == [(session_of("ann", 0),)]


class TestErasure:
    @pytest.fixture
    def shop(self, landing: Landing) -> Landing:
        forget(landing.connection)
        landing.connection.execute("delete from uxpipeline.erased_sessions")
        return replace(landing, settings=replace(landing.settings, privacy_key=KEY.decode()))

    def test_what_belongs_to_an_erased_visit_does_not_come_back(self, shop: Landing) -> None:
        shop.load(message("ann", 0), message("ann", 9000))
        erase_session(shop.connection, session_of("ann", 0), KEY, NOW)
        again = shop.load(message("ann", 0), message("ann", -60), message("ann", 60), message("ann", 9100))
        assert again.ignored == {"erased_session": 3}
        assert sessions(shop) == [(session_of("ann", 9000), 2, 100)]

    def test_a_line_between_does_not_join_another_visit_to_it(self, shop: Landing) -> None:
        shop.load(message("ann", 0), message("ann", 3400))
        erase_session(shop.connection, session_of("ann", 0), KEY, NOW)
        shop.load(message("ann", 1700))
        assert sessions(shop) == [(session_of("ann", 3400), 1, 0)]

    def test_nothing_is_left_that_names_the_visitor(self, shop: Landing) -> None:
        shop.load(message("ann-1", 0))
        erase_session(shop.connection, session_of("ann-1", 0), KEY, NOW)
        assert export_session(shop.connection, session_of("ann-1", 0)) == {}
        runs = rows(shop.connection, "select to_jsonb(r)::text from uxpipeline.visitor_runs r")
        assert len(runs) == 1
        assert "ann-1" not in str(runs)
