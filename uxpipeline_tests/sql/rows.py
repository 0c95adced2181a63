"""Rows for SQL tests, written as the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from uxpipeline.db.connect import Connection
from uxpipeline.marts.facts import compute_day, follow_goal, newest_day_owed, note_touched
from uxpipeline.marts.refresh import MATERIALIZED_VIEWS, refresh_materialized_view

FORGED: dict[str, Any] = {
    "actual_impact": 0.1,
    "pr_url": "https://example.test/1",
    "pr_number": 1,
    "implemented_at": "2026-11-20",
    "tested_at": "2026-11-20",
    "deployed_at": "2026-11-20",
    "rollback_reason": "none",
}
"""What a new proposal cannot have yet."""
REQUIRED: dict[str, dict[str, Any]] = {
    "user_sessions": {"session_id": "s", "landing_page": "/"},
    "behavior_events": {"session_id": "s", "event_type": "click", "page_url": "/"},
    "conversion_funnels": {"session_id": "s", "funnel_name": "lead_capture", "step_name": "start", "step_order": 1},
    "a_b_tests": {
        "test_id": "t", "test_name": "Test", "component_id": "checkout", "variant_a": {}, "variant_b": {},
        "status": "active",
    },
    "variant_assignments": {"test_id": "t", "session_id": "s", "variant": "A"},
    "optimization_history": {
        "proposal_id": "p", "status": "proposed", "friction_point": "#pay", "change_description": "Larger",
        "proposed_changes": {},
    },
    "friction_scores": {
        "as_of": "2026-11-20", "surface_level": "site", "surface_key": "site", "signal": "any", "denominator": "page",
        "exposed_sessions": 1, "affected_sessions": 1, "affected_visitors": 1, "converted_sessions": 0, "rate": 0.5,
        "rate_low": 0.1, "rate_high": 0.9, "evidence_grade": "D", "score_version": "v", "input_watermark": "2026-11-21",
        "observed_days": 1,
    },
    "proposal_evidence": {
        "proposal_id": "p", "query_id": "q", "params": {}, "result": {}, "result_hash": "0" * 64, "as_of": "2026-11-20",
        "known_at": "2026-11-21", "score_version": "v",
    },
    "proposal_blocks": {
        "as_of": "2026-11-20", "surface_level": "page", "surface_key": "/cart", "signal": "error",
        "rule": "error_fallback", "reason": "cool_down", "detail": "",
    },
    "experiment_days": {"test_id": "t", "cohort_day": "2026-11-20", "n_a": 1, "c_a": 0, "n_b": 1, "c_b": 0},
    "experiment_guardrails": {"test_id": "t", "cohort_day": "2026-11-20", "metric": "error", "c_a": 0, "c_b": 0},
    "experiment_decisions": {"test_id": "t", "as_of": "2026-11-20", "decision": "continue"},
}  # fmt: skip


def insert(connection: Connection, relation: str, **values: object) -> None:
    """Insert a row: what the relation requires, and `values`."""
    insert_exactly(connection, relation, **(REQUIRED[relation] | values))


def insert_exactly(connection: Connection, relation: str, **values: object) -> None:
    statement = sql.SQL("insert into {} ({}) values ({}) on conflict do nothing").format(
        sql.Identifier("public", relation),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    connection.execute(statement, [Jsonb(value) if isinstance(value, dict) else value for value in values.values()])


def insert_parents(connection: Connection) -> None:
    """The session and the test that other rows refer to."""
    insert(connection, "user_sessions")
    insert(connection, "a_b_tests")


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Let the owner write proposals in any state for the block."""
    alter = "alter table public.optimization_history {} trigger guard_proposal"
    connection.execute(alter.format("disable").encode())
    yield
    connection.execute(alter.format("enable").encode())


def insert_sample(connection: Connection) -> None:
    """Enough of everything that each view and materialized view has a row."""
    insert_parents(connection)
    for _ in range(11):
        insert(connection, "behavior_events", event_type="rage_click", element_path="#pay", component_id="checkout")
    for relation in ("conversion_funnels", "variant_assignments", "friction_scores", "experiment_days"):
        insert(connection, relation)
    insert(connection, "experiment_decisions")
    insert(connection, "experiment_guardrails")
    over = {"design": {"kind": "test"}, "outcome": {}}
    insert(connection, "a_b_tests", test_id="over", status="completed", metadata=over)
    with unguarded(connection):
        insert(connection, "optimization_history", status="implemented", component_id="checkout")
    insert(connection, "proposal_evidence")
    insert(connection, "proposal_blocks")
    connection.execute("insert into uxpipeline.funnel_steps values ('lead_capture', 1, 'start')")
    refresh(connection)


def refresh(connection: Connection) -> None:
    """Bring facts and materialized views up to date, also inside a transaction of the test."""
    now = datetime.now(UTC)
    note_touched(connection)
    with connection.transaction():
        follow_goal(connection, now)
        while day := newest_day_owed(connection):
            compute_day(connection, day, now)
            drop_temporary_tables(connection)
    for relation in MATERIALIZED_VIEWS:
        refresh_materialized_view(connection, relation)


def drop_temporary_tables(connection: Connection) -> None:
    """What would go with the transaction that a refresh has for each day."""
    for (name,) in connection.execute("select relname from pg_class where relpersistence = 't' and relkind = 'r'"):
        connection.execute(sql.SQL("drop table {}").format(sql.Identifier("pg_temp", name)))
