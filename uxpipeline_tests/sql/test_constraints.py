"""What no row may be, whoever writes it: beside each bad value stands one that just passes."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.sql.rows import insert, insert_parents, unguarded

KIB = 1024
ID = "01a10b00-37ff-7c36-b988-312ee5154704"
CLOCKS = [
    ("user_sessions", "created_at"),
    ("behavior_events", "timestamp"),
    ("conversion_funnels", "entered_at"),
    ("variant_assignments", "assigned_at"),
]
BOUNDED = [
    # relation, column, what just passes, what does not
    ("user_sessions", "session_id", "x" * 200, "x" * 201),
    ("user_sessions", "session_id", "x", ""),
    ("user_sessions", "session_id", "ü" * 100, "ü" * 101),
    ("user_sessions", "user_agent", "x" * 1024, "x" * 1025),
    ("user_sessions", "referrer", "x" * 1000, "x" * 1001),
    ("user_sessions", "landing_page", "x" * 1000, "x" * 1001),
    ("user_sessions", "exit_page", "x" * 1000, "x" * 1001),
    ("user_sessions", "exit_reason", "timeout", "bored"),
    ("user_sessions", "device_type", "tablet", "smarttv"),
    ("user_sessions", "screen_resolution", "x" * 32, "x" * 33),
    ("user_sessions", "language", "x" * 64, "x" * 65),
    ("user_sessions", "country_code", "DE", "de"),
    ("user_sessions", "country_code", "DE", "u"),
    ("user_sessions", "duration_seconds", 0, -1),
    ("user_sessions", "page_count", 0, -1),
    ("user_sessions", "visitor_key", "x" * 64, "x" * 65),
    ("behavior_events", "event_type", "scroll_depth", "Click"),
    ("behavior_events", "element_path", "x" * 1000, "x" * 1001),
    ("behavior_events", "element_type", "x" * 200, "x" * 201),
    ("behavior_events", "element_text", "x" * 4096, "x" * 4097),
    ("behavior_events", "coordinates", "{}", '"x"'),
    ("behavior_events", "coordinates", "{}", "[1, 2]"),
    ("behavior_events", "viewport_size", "{}", "null"),
    ("behavior_events", "event_data", "{}", "[1, 2]"),
    ("behavior_events", "metadata", "{}", "null"),
    ("behavior_events", "page_url", "x" * 1000, "x" * 1001),
    ("behavior_events", "component_id", "x" * 200, "x" * 201),
    ("conversion_funnels", "funnel_name", "x" * 200, ""),
    ("conversion_funnels", "step_name", "x" * 200, "x" * 201),
    ("conversion_funnels", "step_order", 1, 0),
    ("conversion_funnels", "step_order", 1, -1),
    ("conversion_funnels", "duration_seconds", 0, -9),
    ("conversion_funnels", "metadata", "{}", "[]"),
    ("optimization_history", "expected_impact", "-0.1", "-1.1"),
    ("optimization_history", "ai_confidence", "1", "1.01"),
    ("optimization_history", "proposed_changes", "{}", "[]"),
    ("a_b_tests", "confidence_threshold", "0.99", "1"),
    ("a_b_tests", "confidence_threshold", "0.01", "0"),
    ("a_b_tests", "confidence_threshold", "0.95", "NaN"),
    ("a_b_tests", "confidence_threshold", "0.95", "9.99"),
    ("a_b_tests", "sample_size", 1, 0),
    ("a_b_tests", "sample_size", 1, -5),
    ("a_b_tests", "variant_a", "{}", "null"),
    ("a_b_tests", "winner_variant", "none", "C"),
    ("variant_assignments", "variant", "B", "C"),
    ("variant_assignments", "conversion_events", "[]", "{}"),
    ("variant_assignments", "metadata", "{}", "[]"),
    *[(relation, column, "2000-01-01 00:00:00+00", "1999-12-31 23:59:59+00") for relation, column in CLOCKS],
    *[(relation, column, "2099-12-31 23:59:59+00", "2100-01-01 00:00:00+00") for relation, column in CLOCKS],
    *[(relation, column, "2026-11-20", moment) for relation, column in CLOCKS for moment in ("infinity", "-infinity")],
]  # fmt: skip


def parents_of(connection: Connection, relation: str) -> None:
    if relation not in {"user_sessions", "a_b_tests"}:
        insert_parents(connection)


@pytest.mark.parametrize(("relation", "column", "passes", "refused"), BOUNDED)
def test_a_value_out_of_bounds_is_refused(
    db: Connection, relation: str, column: str, passes: object, refused: object
) -> None:
    parents_of(db, relation)
    with db.transaction(force_rollback=True):
        insert(db, relation, **{column: passes})
    with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
        insert(db, relation, **{column: refused})


@pytest.mark.parametrize(
    ("column", "passes", "refused"),
    [
        ("actual_impact", "-1", "-1.0001"),
        ("actual_impact", "9.99", "9.9901"),
        ("actual_impact", None, "NaN"),
        ("status", "archived", "done"),
        ("pr_number", 1, 0),
    ],
)
def test_an_outcome_out_of_bounds_is_refused(db: Connection, column: str, passes: object, refused: object) -> None:
    with unguarded(db):
        insert(db, "optimization_history", **{column: passes})
        with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
            insert(db, "optimization_history", proposal_id="q", **{column: refused})


@pytest.mark.parametrize(
    ("relation", "column"),
    [
        *CLOCKS,
        ("user_sessions", "updated_at"),
        ("user_sessions", "landing_page"),
        ("behavior_events", "event_data"),
        ("behavior_events", "page_url"),
        ("a_b_tests", "start_date"),
    ],
)
def test_a_column_with_a_default_is_not_emptied(db: Connection, relation: str, column: str) -> None:
    parents_of(db, relation)
    with pytest.raises(psycopg.errors.NotNullViolation):
        insert(db, relation, **{column: None})


@pytest.mark.parametrize(
    ("relation", "column", "limit"),
    [
        ("behavior_events", "coordinates", 4 * KIB),
        ("behavior_events", "viewport_size", 4 * KIB),
        ("behavior_events", "event_data", 64 * KIB),
        ("behavior_events", "metadata", 64 * KIB),
        ("conversion_funnels", "metadata", 64 * KIB),
        ("variant_assignments", "metadata", 64 * KIB),
        ("optimization_history", "proposed_changes", 64 * KIB),
    ],
)
def test_an_object_has_a_largest_size_however_well_it_compresses(
    db: Connection, relation: str, column: str, limit: int
) -> None:
    insert_parents(db)
    with db.transaction(force_rollback=True):
        insert(db, relation, **{column: {"a": "x" * (limit - 64)}})
    with pytest.raises(psycopg.errors.CheckViolation):
        insert(db, relation, **{column: {"a": "x" * limit}})


def test_a_step_ends_no_earlier_than_it_began(db: Connection) -> None:
    insert_parents(db)
    began = "2026-11-20 10:00:00+00"
    insert(db, "conversion_funnels", entered_at=began, exited_at=began)
    with pytest.raises(psycopg.errors.CheckViolation):
        insert(db, "conversion_funnels", step_order=2, entered_at=began, exited_at="2026-11-20 09:59:59+00")


def test_a_step_does_not_end_at_infinity(db: Connection) -> None:
    insert_parents(db)
    with pytest.raises(psycopg.errors.CheckViolation):
        insert(db, "conversion_funnels", exited_at="infinity")


def test_a_test_ends_no_earlier_than_it_began(db: Connection) -> None:
    insert(db, "a_b_tests", start_date="2026-11-20", end_date="2026-11-20")
    with pytest.raises(psycopg.errors.CheckViolation):
        insert(db, "a_b_tests", test_id="u", start_date="2026-11-20", end_date="2026-11-19")


@pytest.mark.parametrize("effect", ["-0.1000", "0.0040", "0.0049", "0.9960", "1.5000"])
@pytest.mark.parametrize("column", ["actual_impact", "expected_impact"])
def test_small_and_harmful_effects_are_kept_as_they_are(db: Connection, column: str, effect: str) -> None:
    with unguarded(db):
        insert(db, "optimization_history", **{column: effect})
    stored = f"select {column} from public.optimization_history"  # noqa: S608 - a name of this file
    assert value(db, stored) == Decimal(effect)


@pytest.mark.parametrize(
    ("relation", "twice"),
    [
        ("user_sessions", {}),
        ("behavior_events", {"id": ID, "timestamp": "2026-11-20"}),
        ("conversion_funnels", {"id": ID}),
        ("conversion_funnels", {}),
        ("variant_assignments", {}),
        ("a_b_tests", {}),
        ("optimization_history", {}),
    ],
)
def test_the_same_row_is_stored_once(db: Connection, relation: str, twice: dict[str, Any]) -> None:
    parents_of(db, relation)
    for _ in range(2):
        insert(db, relation, **twice)
    assert value(db, f"select count(*) from public.{relation}") == 1  # noqa: S608 - a name of this file


@pytest.mark.parametrize("relation", ["behavior_events", "conversion_funnels", "variant_assignments"])
def test_rows_go_with_their_session(db: Connection, relation: str) -> None:
    insert_parents(db)
    insert(db, relation)
    db.execute("delete from public.user_sessions")
    assert value(db, f"select count(*) from public.{relation}") == 0  # noqa: S608 - a name of this file


@pytest.mark.parametrize("relation", ["behavior_events", "conversion_funnels", "variant_assignments"])
def test_a_row_without_its_session_is_refused(db: Connection, relation: str) -> None:
    insert(db, "a_b_tests")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        insert(db, relation)
