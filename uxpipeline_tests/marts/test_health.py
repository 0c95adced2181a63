"""How fresh and how plausible the marts are, said in numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline.marts import health
from uxpipeline.marts.refresh import refresh_marts, refresh_materialized_view
from uxpipeline_tests.marts.visits import act, enter, visit

NOW = datetime.now(UTC)
DAY = date(2026, 11, 21)


class TestVolume:
    def test_a_day_like_the_others_is_usual(self) -> None:
        assert health.judge_volume(DAY, [100, 104, 98, 101, 99, 103, 97, 100]).passed

    @pytest.mark.parametrize("today", [0, 40, 300])
    def test_a_collapse_or_a_flood_is_not(self, today: int) -> None:
        found = health.judge_volume(DAY, [100, 104, 98, 101, 99, 103, 97, today])
        assert not found.passed
        assert found.message.startswith(f"2026-11-21: {today} events; the median of the 7 days before is 100")

    def test_the_range_is_that_of_the_modified_z_score(self) -> None:
        # log1p: the median of e^1 - 1, e^2 - 1, ... e^7 - 1 is 4, their median absolute deviation 2.
        counts = [2.718281828459045**power - 1 for power in range(1, 8)]
        found = health.judge_volume(DAY, [*counts, 50])  # type: ignore[list-item]
        assert found.numbers["low"] == 0
        assert found.numbers["high"] == pytest.approx(2.718281828459045 ** (4 + 3.5 * 1.4826 * 2) - 1)

    def test_one_earlier_outlier_does_not_widen_the_range(self) -> None:
        assert not health.judge_volume(DAY, [100, 104, 98, 101, 99, 103, 97, 100_000, 3_000]).passed

    def test_equal_days_still_leave_room_for_chance(self) -> None:
        assert health.judge_volume(DAY, [100] * 8 + [130]).passed
        assert not health.judge_volume(DAY, [100] * 8 + [150]).passed

    def test_few_days_are_too_few_to_compare_with(self) -> None:
        found = health.judge_volume(DAY, [100] * 6 + [0])
        assert found.passed
        assert "6 days before it are too few" in found.message

    def test_a_silent_day_counts_as_zero(self, connection: Connection) -> None:
        for age in range(2, 12):
            moment = NOW - timedelta(days=age)
            visit(connection, f"s{age}", created_at=moment)
            for _ in range(9):
                act(connection, 0, session_id=f"s{age}", timestamp=moment)
        refresh_marts(connection, NOW)
        found = health.daily_volume(connection, NOW)
        assert not found.passed
        assert found.numbers["events"] == 0


class TestAges:
    def test_nothing_yet_is_no_alarm(self, connection: Connection) -> None:
        assert health.newest_event(connection, NOW).passed
        assert health.facts_complete(connection, NOW).passed
        assert health.daily_volume(connection, NOW).passed
        assert health.closed_days(connection, NOW).passed

    @pytest.mark.parametrize(("hours", "passed"), [(35, True), (37, False)])
    def test_the_newest_event_must_not_be_old(self, connection: Connection, hours: int, *, passed: bool) -> None:
        visit(connection, created_at=NOW)
        act(connection, 0, timestamp=NOW)
        refresh_marts(connection, NOW)
        found = health.newest_event(connection, NOW + timedelta(hours=hours))
        assert (found.passed, f"{hours}.0 h ago (limit 36.0 h)" in found.message) == (passed, True)

    def test_days_that_are_owed_are_told(self, connection: Connection) -> None:
        for age in range(3):
            visit(connection, f"s{age}", created_at=NOW - timedelta(days=age))
        refresh_marts(connection, NOW, most_days=1)
        found = health.facts_complete(connection, NOW + timedelta(hours=1))
        assert not found.passed
        assert found.message.startswith("2 UTC days are owed")

    def test_a_materialized_view_may_lag_but_not_for_long(self, connection: Connection) -> None:
        refresh_materialized_view(connection, "component_performance")
        connection.execute("update uxpipeline.mart_state set facts_version = facts_version + 1")
        view = "component_performance"
        assert health.materialized_view(connection, view, NOW + timedelta(hours=1)).passed
        assert not health.materialized_view(connection, view, NOW + timedelta(hours=37)).passed
        refresh_materialized_view(connection, view)
        assert health.materialized_view(connection, view, NOW + timedelta(hours=37)).passed

    def test_one_that_was_never_refreshed_is_told(self, connection: Connection) -> None:
        assert not health.materialized_view(connection, "component_performance", NOW).passed


def test_restatements_are_listed_with_before_after_and_cause(connection: Connection) -> None:
    then = NOW - timedelta(days=3)
    visit(connection, created_at=then)
    for _ in range(2):
        act(connection, 0, "error", timestamp=then)
        refresh_marts(connection, NOW)
    found = health.closed_days(connection, datetime.now(UTC))
    assert not found.passed
    assert found.message == "1 figures of complete days changed in the last 24 hours, on 1 days."
    assert found.numbers["changes"] == [
        f"{then.date()} daily_friction_summary: errors 1 → 2, events 1 → 2 (direct write)"
    ]
    assert health.closed_days(connection, datetime.now(UTC) + timedelta(hours=25)).passed


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("component", "update uxpipeline.component_totals set interactions = interactions + 1"),
        ("component", "update uxpipeline.component_totals set page_url = '/elsewhere'"),
        ("component", "update uxpipeline.component_totals set last_seen = last_seen + interval '1 second'"),
        ("friction", "update uxpipeline.friction_totals set sessions = sessions + 1"),
        ("friction", "update uxpipeline.friction_totals set element_path = '#x' where element_path = '#a'"),
        ("path", "update uxpipeline.path_totals set sessions = sessions + 1 where component_id = 'a'"),
        ("path", "update uxpipeline.path_totals set duration_seconds = duration_seconds + 1"),
        ("path", "update uxpipeline.path_totals set path = '{\"signup\": [1, 2]}'"),
    ],
)
def test_totals_are_added_up_again(connection: Connection, kind: str, spoil: str) -> None:
    visit(connection, created_at=NOW)
    for name in ("a", "b"):
        act(connection, 0, "rage_click", timestamp=NOW, component_id=name, element_path=f"#{name}")
    enter(connection, 1, 0)
    refresh_marts(connection, NOW)
    assert health.totals_agree(connection, kind, NOW).passed
    connection.execute(spoil.encode())
    found = health.totals_agree(connection, kind, NOW)
    assert (found.passed, found.numbers["unlike"] > 0) == (False, True)
