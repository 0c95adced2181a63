"""Lines that cannot be taken are kept with the reason, masked, and cost their neighbours nothing."""

import json

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import Line, assignment, event, record, step
from uxpipeline_tests.sql.rows import refresh

HOSTILE = [
    "'; drop table public.user_sessions; --", "\\N", "\\.", "$$", "%s %(x)s {} {0}", "\\\\ \\t", 'a "quoted" b',
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "NULL", "{}", "ünïcode 漢字",
]  # fmt: skip


def good(number: int) -> Line:
    return event("good", number)


def bad(**changes: object) -> Line:
    return event("bad", 0) | changes


REFUSED: list[tuple[Line | str, str, str]] = [
    ("{not json", "not_json", ""),
    ("[1, 2]", "not_an_object", ""),
    ('{"session_id": "s", "session_id": "t"}', "duplicate_key", ""),
    ('{"session_id": "s", "event_data": {"x": NaN}}', "non_finite_number", ""),
    (bad(event_type="Click"), "unknown_event_type", "event_type"),
    (bad(event_type=7), "wrong_type", "event_type"),
    (bad(page_url=None), "missing_field", "page_url"),
    (bad(timestamp="2026-11-20T10:00:00"), "bad_time", "timestamp"),
    (bad(timestamp=1763632800), "bad_time", "timestamp"),
    (bad(timestamp="2024-02-30T10:00:00Z"), "bad_time", "timestamp"),
    (bad(timestamp="1999-12-31T23:59:59Z"), "time_out_of_range", "timestamp"),
    (bad(event_data=[1, 2]), "wrong_type", "event_data"),
    (bad(event_data={"x": "y" * 70_000}), "too_large", "event_data"),
    (bad(session_id=""), "missing_field", "session_id"),
    (bad(session_id=5), "wrong_type", "session_id"),
    (bad(session_id="ada@example.test"), "bad_session_id", "session_id"),
    (bad(session_id="x" * 201), "bad_session_id", "session_id"),
    (bad(id="42"), "bad_id", "id"),
    (bad(kind="purchase"), "unknown_kind", "kind"),
    (assignment("bad", 0, variant="C"), "unknown_variant", "variant"),
    (step("bad", 0, order=0), "number_out_of_range", "step_order"),
    (step("bad", 0, duration_seconds=-1), "number_out_of_range", "duration_seconds"),
    (step("bad", 9, exited_at="2026-11-20T10:00:00Z"), "exit_before_entry", "exited_at"),
    (record("bad", page_count=3_000_000_000), "number_out_of_range", "page_count"),
    (record("bad", duration_seconds="long"), "wrong_type", "duration_seconds"),
]


@pytest.mark.parametrize(("line", "reason", "field"), REFUSED, ids=lambda case: case if isinstance(case, str) else "")
def test_a_line_that_breaks_a_rule_is_quarantined_with_the_field(
    landing: Landing, line: Line | str, reason: str, field: str
) -> None:
    landing.load(line, good(1))
    assert landing.quarantine() == [(1, reason, field)]


def test_the_lines_around_bad_ones_are_loaded(landing: Landing) -> None:
    lines = [line for number, (wrong, _, _) in enumerate(REFUSED) for line in (good(number), wrong)]
    report = landing.load(*lines)
    assert counts(report) == {"inserted": len(REFUSED), "quarantined": len(REFUSED)}
    assert [number for number, _, _ in landing.quarantine()] == list(range(2, 2 * len(REFUSED) + 1, 2))
    assert column(landing.connection, "select distinct session_id from public.user_sessions") == ["good"]


def test_line_numbers_are_those_of_the_file_blank_lines_included(landing: Landing) -> None:
    landing.load("", good(1), "", "{not json")
    assert landing.quarantine() == [(4, "not_json", "")]


def test_a_quarantined_line_is_kept_masked_and_without_its_visitor(landing: Landing) -> None:
    landing.load(record("bad", visitor_key="visitor-1", language="ada@example.test", page_count=-1), good(1))
    [payload] = column(landing.connection, "select payload from uxpipeline.quarantine")
    assert json.loads(payload) == {"kind": "session", "session_id": "bad", "language": "[email]", "page_count": -1}


def test_of_a_long_bad_line_only_the_beginning_is_kept(landing: Landing) -> None:
    landing.load(bad(event_data={"x": "word " * 20_000}), good(1))
    assert value(landing.connection, "select length(payload) from uxpipeline.quarantine") == 8192


def test_a_line_of_megabytes_is_not_kept(landing: Landing) -> None:
    landing.load(bad(element_text="word " * 300_000), good(1))
    assert [reason for _, reason, _ in landing.quarantine()] == ["line_too_long"]


@pytest.mark.parametrize(("ahead", "stored"), [(4 * 60, 1), (6 * 60, 0)])
def test_a_clock_may_run_five_minutes_ahead(landing: Landing, ahead: float, stored: int) -> None:
    line = good(1) | {"timestamp": NOW.replace(minute=int(ahead // 60)).isoformat()}
    landing.load(line)
    assert value(landing.connection, "select count(*) from public.behavior_events") == stored


LONG = {
    "element_path": "main > " * 1500 + "button#pay",
    "page_url": "https://shop.example/" + "word/" * 700,
    "component_id": "c" * 300,
    "element_type": "t" * 300,
}


class TestLongValues:
    def test_they_are_shortened_and_say_so(self, landing: Landing) -> None:
        landing.load(good(1) | LONG)
        [[changes]] = rows(landing.connection, "select metadata -> 'changes' from public.behavior_events")
        assert {change["field"] for change in changes} == set(LONG)
        assert {change["reason"] for change in changes} == {"shortened"}

    def test_the_end_of_a_path_stays_because_it_names_the_element(self, landing: Landing) -> None:
        landing.load(good(1) | LONG)
        assert (
            value(landing.connection, "select element_path like '%%> button#pay' from public.behavior_events") is True
        )

    def test_they_fit_the_materialized_views(self, landing: Landing, connection: Connection) -> None:
        landing.load(good(1) | LONG)
        refresh(connection)
        assert value(connection, "select count(*) from public.component_performance") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_stored_as_it_is(landing: Landing, text: str) -> None:
    landing.load(
        good(1) | {"component_id": text, "element_path": text, "event_data": {"text": text, text: 1}},
        step("good", 1, funnel=text, step_name=text),
    )
    found = rows(
        landing.connection,
        """
        select be.component_id, be.element_path, be.event_data ->> 'text', cf.funnel_name, cf.step_name
        from public.behavior_events be, public.conversion_funnels cf
        """,
    )
    assert found == [(text,) * 5]


def test_control_characters_do_not_reach_the_tables(landing: Landing) -> None:
    landing.load(good(1) | {"component_id": "a\tb\nc\x1b[31m\u202ed"})
    assert value(landing.connection, "select component_id from public.behavior_events") == "a b c[31md"
