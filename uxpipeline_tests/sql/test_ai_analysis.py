"""What the role of analysts and language models may do: read what no visitor wrote freely, and propose."""

import psycopg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.roles import acting_as, assert_denied
from uxpipeline_tests.sql.rows import FORGED, insert, insert_parents, unguarded

READABLE = [
    "user_sessions", "behavior_events", "conversion_funnels", "variant_assignments", "a_b_tests",
    "optimization_history", "proposal_events", "proposal_evidence", "proposal_blocks",
    "friction_scores", "experiment_days", "experiment_decisions", "experiment_guardrails",
    "actual_impact",
    "session_analytics", "friction_points", "conversion_impact", "daily_friction_summary", "component_performance",
]  # fmt: skip
HIDDEN = {
    "user_sessions": {"user_agent", "referrer", "visitor_key"},
    "behavior_events": {"element_text", "event_data", "metadata"},
    "conversion_funnels": {"dropoff_reason", "metadata"},
    "variant_assignments": {"metadata"},
}
OUTCOMES = {**FORGED, "created_at": "2020-01-01", "id": "01a10b00-37ff-7c36-b988-312ee5154704"}


@pytest.mark.parametrize("relation", READABLE)
def test_it_sees_rows_of_every_relation_made_for_it(sample: Connection, relation: str) -> None:
    with acting_as(sample, "ai_analysis"):
        found = value(sample, f"select count(*) from public.{relation}")  # noqa: S608 - a name of this file
    assert found > 0


@pytest.mark.parametrize("relation", READABLE)
def test_it_sees_as_many_rows_as_the_owner(sample: Connection, relation: str) -> None:
    counted = f"select count(*) from public.{relation}"  # noqa: S608 - a name of this file
    with acting_as(sample, "ai_analysis"):
        found = value(sample, counted)
    assert found == value(sample, counted)


def test_it_sees_no_figures_of_surfaces_that_fewer_than_five_sessions_met(db: Connection) -> None:
    few = [("site", "site", 1), ("element", "#four", 4), ("page", "/four", 4), ("element", "#five", 5)]
    for level, key, exposed in few:
        insert(db, "friction_scores", surface_level=level, surface_key=key, exposed_sessions=exposed)
    scores = "select surface_key from public.friction_scores order by 1"
    with acting_as(db, "ai_analysis"):
        found = rows(db, scores)
    assert found == [("#five",), ("site",)]
    assert len(rows(db, scores)) == len(few)


@pytest.mark.parametrize(("relation", "column"), [(name, column) for name in HIDDEN for column in sorted(HIDDEN[name])])
def test_it_does_not_read_what_visitors_write_or_are_known_by(sample: Connection, relation: str, column: str) -> None:
    assert_denied(sample, "ai_analysis", f"select {column} from public.{relation}")  # noqa: S608 - names of this file


@pytest.mark.parametrize("relation", HIDDEN)
def test_a_new_column_is_hidden_until_it_is_granted(db: Connection, relation: str) -> None:
    db.execute(sql.SQL("alter table {} add column newcomer text").format(sql.Identifier("public", relation)))
    assert_denied(db, "ai_analysis", f"select newcomer from public.{relation}")  # noqa: S608 - a name of this file


@pytest.mark.parametrize("relation", READABLE)
@pytest.mark.parametrize("statement", ["delete from {}", "truncate {}", "insert into {} default values"])
def test_it_changes_nothing(sample: Connection, relation: str, statement: str) -> None:
    with pytest.raises(psycopg.Error) as refusal, acting_as(sample, "ai_analysis"):
        sample.execute(statement.format(f"public.{relation}").encode())
    # Views and materialized views are refused as what they are.
    assert refusal.value.sqlstate in {"42501", "42809", "55000"}


def test_it_proposes(db: Connection) -> None:
    with acting_as(db, "ai_analysis"):
        insert(db, "optimization_history", ai_confidence=0.8, expected_impact=0.02, component_id="checkout")
    assert rows(db, "select proposal_id, status from public.optimization_history") == [("p", "proposed")]


@pytest.mark.parametrize("status", ["approved", "rejected", "implemented", "testing", "rolled_back", "archived"])
def test_it_does_not_propose_what_is_already_decided(db: Connection, status: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="starts as proposed"), acting_as(db, "ai_analysis"):
        insert(db, "optimization_history", status=status)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"),
        unguarded(db),
        acting_as(db, "ai_analysis"),
    ):
        insert(db, "optimization_history", status=status)


@pytest.mark.parametrize("column", OUTCOMES)
def test_it_does_not_write_outcomes(db: Connection, column: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(db, "ai_analysis"):
        insert(db, "optimization_history", **{column: OUTCOMES[column]})


def test_it_does_not_change_a_proposal(sample: Connection) -> None:
    assert_denied(sample, "ai_analysis", "update public.optimization_history set status = 'approved'")


@pytest.mark.parametrize("relation", ["user_sessions", "behavior_events", "a_b_tests", "variant_assignments"])
def test_it_adds_no_observations_and_no_tests(db: Connection, relation: str) -> None:
    insert_parents(db)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(db, "ai_analysis"):
        insert(db, relation)
