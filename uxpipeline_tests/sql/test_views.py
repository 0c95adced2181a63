"""What the seed's views count, and what a conversion is."""

from datetime import datetime
from typing import Any

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.sql.rows import insert, refresh, unguarded

START = "2026-11-20 10:00:00+00"
ANALYTICS = "select total_events, click_count, funnels_entered from public.session_analytics"
CONVERTED = "select session_id from uxpipeline.converted_sessions order by session_id"
IMPACT = "select total_conversions, avg_funnel_time, affected_funnels from public.conversion_impact"


def session(connection: Connection, name: str = "s", **values: object) -> None:
    insert(connection, "user_sessions", session_id=name, **values)


def event(connection: Connection, session_id: str = "s", kind: str = "click", **values: object) -> None:
    insert(connection, "behavior_events", session_id=session_id, event_type=kind, **values)


def step(connection: Connection, session_id: str, order: int, funnel: str = "lead_capture", **values: object) -> None:
    insert(connection, "conversion_funnels", session_id=session_id, step_order=order, funnel_name=funnel, **values)


def configure(connection: Connection, funnel: str, *orders: int) -> None:
    for order in orders:
        connection.execute("insert into uxpipeline.funnel_steps values (%s, %s, %s)", [funnel, order, f"step {order}"])


class TestSessionAnalytics:
    def test_events_are_not_multiplied_by_funnel_steps(self, db: Connection) -> None:
        session(db)
        for _ in range(3):
            event(db)
        for order in range(1, 5):
            step(db, "s", order)
        refresh(db)
        assert rows(db, ANALYTICS) == [(3, 3, ["lead_capture"])]

    def test_a_session_without_funnels_entered_none(self, db: Connection) -> None:
        session(db)
        event(db)
        refresh(db)
        assert rows(db, ANALYTICS) == [(1, 1, [])]

    def test_a_session_without_events_is_there_with_zeros(self, db: Connection) -> None:
        session(db)
        refresh(db)
        assert rows(db, ANALYTICS) == [(0, 0, [])]

    @pytest.mark.parametrize(
        ("kind", "count"),
        [
            ("click", "click_count"),
            ("rage_click", "rage_click_count"),
            ("hesitation", "hesitation_count"),
            ("form_abandon", "form_abandon_count"),
            ("form_submit", "form_submit_count"),
        ],
    )
    def test_each_kind_of_event_is_counted_on_its_own(self, db: Connection, kind: str, count: str) -> None:
        session(db)
        event(db, kind=kind)
        event(db, kind="page_view")
        refresh(db)
        assert value(db, f"select {count} from public.session_analytics") == 1  # noqa: S608 - a name of this file

    def test_the_deepest_scroll_counts_only_from_scroll_events(self, db: Connection) -> None:
        session(db)
        for percentage in (40, 75.5):
            event(db, kind="scroll_depth", event_data={"percentage": percentage})
        event(db, event_data={"percentage": 99})
        refresh(db)
        assert float(value(db, "select max_scroll_depth from public.session_analytics")) == 75.5


class TestFrictionPoints:
    POINTS = "select event_count, affected_sessions from public.friction_points"

    def test_ten_events_are_few_and_eleven_are_frequent(self, db: Connection) -> None:
        session(db)
        for _ in range(10):
            event(db, kind="rage_click", element_path="#pay")
        refresh(db)
        assert rows(db, self.POINTS) == []
        event(db, kind="rage_click", element_path="#pay")
        refresh(db)
        assert rows(db, self.POINTS) == [(11, 1)]

    def test_what_is_no_friction_is_no_point(self, db: Connection) -> None:
        session(db)
        for _ in range(11):
            event(db, kind="click", element_path="#pay")
        refresh(db)
        assert rows(db, self.POINTS) == []

    def test_an_event_before_its_session_took_no_negative_time(self, db: Connection) -> None:
        session(db, created_at=START)
        for _ in range(11):
            event(db, kind="error", timestamp="2026-10-20 10:00:00+00")
        refresh(db)
        assert value(db, "select avg_time_to_event from public.friction_points") == 0


class TestConversion:
    def test_a_session_converts_by_the_last_configured_step(self, db: Connection) -> None:
        configure(db, "lead_capture", 1, 2)
        for name, order in (("began", 1), ("converted", 2)):
            session(db, name)
            step(db, name, order)
        assert column(db, CONVERTED) == ["converted"]

    def test_a_step_beyond_the_configured_ones_is_no_conversion(self, db: Connection) -> None:
        configure(db, "lead_capture", 1, 2)
        session(db)
        step(db, "s", 3)
        assert column(db, CONVERTED) == []

    def test_an_unconfigured_funnel_ends_with_the_highest_step_seen(self, db: Connection) -> None:
        for name, order in (("one", 1), ("three", 3)):
            session(db, name)
            step(db, name, order)
        assert column(db, CONVERTED) == ["three"]

    def test_the_steps_of_other_funnels_do_not_count(self, db: Connection) -> None:
        configure(db, "purchase", 1, 2, 3)
        configure(db, "lead_capture", 1, 2)
        for name, order, funnel in (("lead", 2, "lead_capture"), ("buyer", 3, "purchase"), ("cart", 2, "purchase")):
            session(db, name)
            step(db, name, order, funnel)
        assert column(db, CONVERTED) == ["lead"]

    def test_another_funnel_can_be_the_goal(self, db: Connection) -> None:
        db.execute("update uxpipeline.conversion_goal set funnel_name = 'purchase'")
        session(db)
        step(db, "s", 1, "purchase")
        assert column(db, CONVERTED) == ["s"]

    def test_a_session_converts_once_at_the_time_of_the_step(self, db: Connection) -> None:
        session(db)
        step(db, "s", 1, entered_at=START)
        converted = rows(db, "select session_id, converted_at from uxpipeline.converted_sessions")
        assert converted == [("s", datetime.fromisoformat(START))]


class TestConversionImpact:
    @pytest.fixture
    def changed(self, db: Connection) -> Connection:
        """A change of component `checkout` in a funnel of two steps."""
        configure(db, "lead_capture", 1, 2)
        with unguarded(db):
            insert(db, "optimization_history", status="implemented", component_id="checkout")
        return db

    def visit(self, connection: Connection, name: str, component: str, order: int, **values: Any) -> None:  # noqa: ANN401
        session(connection, name)
        event(connection, name, component_id=component)
        step(connection, name, order, **values)

    def test_sessions_that_touched_the_component_and_reached_the_end_are_counted(self, changed: Connection) -> None:
        self.visit(changed, "converted", "checkout", 2, duration_seconds=30)
        refresh(changed)
        assert rows(changed, IMPACT) == [(1, 30, ["lead_capture"])]

    def test_reaching_an_earlier_step_is_no_conversion(self, changed: Connection) -> None:
        self.visit(changed, "began", "checkout", 1)
        refresh(changed)
        assert rows(changed, IMPACT) == [(0, None, ["lead_capture"])]

    def test_sessions_elsewhere_are_not_counted(self, changed: Connection) -> None:
        self.visit(changed, "elsewhere", "footer", 2)
        refresh(changed)
        assert rows(changed, IMPACT) == [(0, None, [])]

    def test_a_session_counts_once_however_often_it_touched_the_component(self, changed: Connection) -> None:
        self.visit(changed, "eager", "checkout", 2, duration_seconds=30)
        self.visit(changed, "calm", "checkout", 2, duration_seconds=10)
        for _ in range(5):
            event(changed, "eager", component_id="checkout")
        refresh(changed)
        assert rows(changed, IMPACT) == [(2, 20, ["lead_capture"])]

    @pytest.mark.parametrize(("status", "listed"), [("testing", 1), ("proposed", 0), ("rolled_back", 0)])
    def test_only_changes_that_are_live_are_listed(self, db: Connection, status: str, listed: int) -> None:
        with unguarded(db):
            insert(db, "optimization_history", status=status)
        refresh(db)
        assert value(db, "select count(*) from public.conversion_impact") == listed
