"""Every change of a proposal's status is on record: who, from, to, why."""

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.roles import acting_as
from uxpipeline_tests.sql.rows import insert

LOG = "select from_status, to_status from public.proposal_events order by id"
APPROVE = "update public.optimization_history set status = 'approved'"


def state(connection: Connection, name: str, text: str) -> None:
    connection.execute("select set_config(%s, %s, true)", [f"uxpipeline.{name}", text])


def test_a_new_proposal_is_logged(db: Connection) -> None:
    insert(db, "optimization_history")
    assert rows(db, LOG) == [(None, "proposed")]


def test_a_change_of_status_is_logged(db: Connection) -> None:
    insert(db, "optimization_history")
    state(db, "actor", "Bob")
    db.execute(APPROVE)
    assert rows(db, LOG) == [(None, "proposed"), ("proposed", "approved")]


@pytest.mark.parametrize("change", ["status = status", "component_id = 'checkout'"])
def test_other_changes_are_not_logged(db: Connection, change: str) -> None:
    insert(db, "optimization_history")
    db.execute(f"update public.optimization_history set {change}".encode())  # noqa: S608 - text of this file
    assert rows(db, LOG) == [(None, "proposed")]


def test_the_log_names_who_acted_why_and_on_what_evidence(db: Connection) -> None:
    state(db, "actor", "Ada")
    state(db, "reason", "duplicate")
    insert(db, "optimization_history", metadata={"evidence_hash": "abc"})
    logged = rows(db, "select actor, reason, evidence_hash, database_role = session_user from public.proposal_events")
    assert logged == [("Ada", "duplicate", "abc", True)]


def test_who_states_no_name_is_logged_by_login(db: Connection) -> None:
    insert(db, "optimization_history")
    assert value(db, "select actor = session_user and reason is null from public.proposal_events") is True


@pytest.mark.parametrize("role", ["ai_analysis", "admin"])
def test_whoever_may_propose_is_logged_without_a_privilege_on_the_log(db: Connection, role: str) -> None:
    with acting_as(db, role):
        insert(db, "optimization_history")
    assert rows(db, LOG) == [(None, "proposed")]


def test_the_log_survives_the_proposal(db: Connection) -> None:
    insert(db, "optimization_history")
    db.execute("delete from public.optimization_history")
    assert rows(db, LOG) == [(None, "proposed")]
