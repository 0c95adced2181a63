"""What becomes of a proposal, whoever writes: the database's own rules, tried as owner and as the roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import psycopg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.sql.roles import acting_as
from uxpipeline_tests.sql.rows import FORGED, insert, unguarded
from uxpipeline_tests.sql.test_proposal_log import state

STATUSES = ("proposed", "approved", "rejected", "testing", "implemented", "rolled_back", "archived")
ALLOWED = {
    ("proposed", "approved"), ("proposed", "rejected"), ("proposed", "archived"),
    ("approved", "testing"), ("approved", "implemented"), ("approved", "rejected"),
    ("testing", "implemented"), ("testing", "rolled_back"), ("testing", "archived"),
    ("implemented", "rolled_back"), ("implemented", "archived"),
}  # fmt: skip
MOVES = [(old, new) for old, new in product(STATUSES, STATUSES) if old != new]
DATES = "select implemented_at, tested_at, deployed_at from public.optimization_history"
DECIDED = {
    "proposed_changes": "'{\"a\": 1}'",
    "change_description": "'something else'",
    "friction_point": "'something else'",
    "component_id": "'other'",
    "page_url": "'/other'",
    "expected_impact": "0.5",
    "ai_confidence": "0.5",
}


def given(connection: Connection, status: str = "proposed", author: str = "Ada") -> None:
    """A proposal by an author, in a status."""
    with unguarded(connection):
        insert(
            connection, "optimization_history", status=status, rollback_reason="slower",
            metadata={"author": author, "author_role": "someone", "author_stated": True},
        )  # fmt: skip


def update(connection: Connection, assignments: str) -> None:
    connection.execute(f"update public.optimization_history set {assignments}".encode())  # noqa: S608 - text of this file


def refusal(connection: Connection, assignments: str, sqlstate: str) -> psycopg.Error:
    """The server's refusal of an update; it has a code and says what to do."""
    with pytest.raises(psycopg.Error) as refused, connection.transaction():
        update(connection, assignments)
    assert refused.value.sqlstate == sqlstate
    assert refused.value.diag.message_hint
    return refused.value


@pytest.mark.parametrize(("old", "new"), MOVES)
@pytest.mark.parametrize("role", [None, "admin"])
def test_only_the_listed_moves_are_possible(db: Connection, role: str | None, old: str, new: str) -> None:
    given(db, old)
    state(db, "actor", "Bob")

    def move() -> None:
        if role is None:
            update(db, f"status = '{new}'")
            return
        with acting_as(db, role):
            update(db, f"status = '{new}'")

    if (old, new) in ALLOWED:
        move()
        assert value(db, "select status from public.optimization_history") == new
    else:
        with pytest.raises(psycopg.errors.CheckViolation, match=f"is {old}: it cannot become {new}"), db.transaction():
            move()


@contextmanager
def as_role(connection: Connection, role: str | None) -> Iterator[None]:
    """The block as a role, or as the owner; a refusal undoes it."""
    with connection.transaction() if role is None else acting_as(connection, role):
        yield


@pytest.mark.parametrize("role", [None, "admin", "ai_analysis"])
@pytest.mark.parametrize("status", [status for status in STATUSES if status != "proposed"])
def test_no_role_inserts_a_decided_proposal(db: Connection, role: str | None, status: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="starts as proposed"), as_role(db, role):
        insert(db, "optimization_history", status=status)


@pytest.mark.parametrize("column", FORGED)
@pytest.mark.parametrize("role", [None, "admin"])
def test_no_role_inserts_an_outcome(db: Connection, role: str | None, column: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no outcome yet"), as_role(db, role):
        insert(db, "optimization_history", **{column: FORGED[column]})


def test_a_forged_date_of_creation_is_overwritten(db: Connection) -> None:
    insert(db, "optimization_history", created_at="2001-01-01")
    assert value(db, "select now() - created_at < interval '1 hour' from public.optimization_history") is True


def test_a_forged_author_is_overwritten(db: Connection) -> None:
    state(db, "actor", "Ada")
    insert(db, "optimization_history", metadata={"author": "Bob", "author_role": "admin", "author_stated": False})
    found = value(db, "select metadata ->> 'author' from public.optimization_history")
    role = value(db, "select metadata ->> 'author_role' = current_user from public.optimization_history")
    assert (found, role) == ("Ada", True)


@pytest.mark.parametrize("role", ["ai_analysis", "admin"])
def test_the_generator_s_name_is_the_owner_s_alone(db: Connection, role: str) -> None:
    state(db, "actor", "UxPipeline:9.9.9")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="belongs to the generator"), acting_as(db, role):
        insert(db, "optimization_history")
    insert(db, "optimization_history")
    assert value(db, "select count(*) from public.optimization_history") == 1


@pytest.mark.parametrize("name", ["Ada", "ADA", " ada ", "uxpipeline:0.1.0"])
def test_nobody_approves_under_the_author_s_name(db: Connection, name: str) -> None:
    given(db, author="Ada")
    state(db, "actor", name)
    assert "cannot approve it" in str(refusal(db, "status = 'approved'", "42501"))
    state(db, "actor", "Bob")
    update(db, "status = 'approved'")


def test_who_stated_no_name_is_known_by_role(db: Connection) -> None:
    with acting_as(db, "admin"):
        insert(db, "optimization_history")
    state(db, "actor", "Bob")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="cannot approve it"), acting_as(db, "admin"):
        update(db, "status = 'approved'")
    update(db, "status = 'approved'")


def test_the_author_may_reject(db: Connection) -> None:
    given(db, author="Ada")
    state(db, "actor", "Ada")
    update(db, "status = 'rejected'")


@pytest.mark.parametrize("column", DECIDED)
def test_what_was_approved_no_longer_changes(db: Connection, column: str) -> None:
    given(db)
    update(db, f"{column} = {DECIDED[column]}")
    state(db, "actor", "Bob")
    update(db, f"status = 'approved', {column} = {DECIDED[column]}")
    update(db, f"{column} = {column}")
    with unguarded(db):
        update(db, f"{column} = {'null' if column in {'component_id', 'page_url'} else column}")
        update(db, "friction_point = 'as it was', change_description = 'so', proposed_changes = '{}'")
        update(db, "expected_impact = 0.1, ai_confidence = 0.1")
    assert "no longer changes" in str(refusal(db, f"{column} = {DECIDED[column]}", "23514"))


@pytest.mark.parametrize("change", ["proposal_id = 'q'", "created_at = '2001-01-01'", "id = gen_random_uuid()"])
def test_identity_never_changes(db: Connection, change: str) -> None:
    given(db)
    assert "never change" in str(refusal(db, change, "23514"))


@pytest.mark.parametrize("change", ["'{}'", "null", 'metadata || \'{"dedupe_key": "other"}\''])
def test_neither_does_the_author(db: Connection, change: str) -> None:
    given(db)
    assert "never change" in str(refusal(db, f"metadata = {change}", "23514"))
    update(db, "metadata = metadata || '{\"note\": 1}'")


@pytest.mark.parametrize("column", ["implemented_at", "tested_at", "deployed_at"])
def test_a_date_is_not_set_without_its_step(db: Connection, column: str) -> None:
    given(db, "implemented")
    assert "set by the database" in str(refusal(db, f"{column} = '2001-01-01'", "23514"))


@pytest.mark.parametrize(
    ("old", "new", "dated"),
    [
        ("approved", "testing", [False, True, False]),
        ("approved", "implemented", [True, False, True]),
        ("testing", "implemented", [True, False, True]),
        ("implemented", "archived", [False, False, False]),
    ],
)
def test_steps_are_dated_by_the_database(db: Connection, old: str, new: str, dated: list[bool]) -> None:
    given(db, old)
    forged = "implemented_at = '2001-01-01', tested_at = '2001-01-01', deployed_at = '2001-01-01'"
    update(db, f"status = '{new}', {forged}")
    (found,) = rows(db, DATES)
    assert [moment is not None and moment.year > 2001 for moment in found] == dated
    assert [moment is not None for moment in found] == dated


@pytest.mark.parametrize(("old", "untested"), [("approved", True), ("testing", None)])
def test_a_change_without_a_test_is_labelled(db: Connection, old: str, untested: object) -> None:
    given(db, old)
    update(db, "status = 'implemented'")
    assert value(db, "select metadata -> 'implemented_without_test' from public.optimization_history") is untested


@pytest.mark.parametrize("reason", ["null", "''", "'  '"])
def test_a_rollback_says_why(db: Connection, reason: str) -> None:
    given(db, "implemented")
    assert "says why" in str(refusal(db, f"status = 'rolled_back', rollback_reason = {reason}", "23514"))
    update(db, "status = 'rolled_back', rollback_reason = 'slower'")


@pytest.mark.parametrize("status", ["proposed", "approved", "rejected"])
def test_nothing_is_measured_before_a_change_is_live(db: Connection, status: str) -> None:
    given(db, status)
    assert "nothing was measured" in str(refusal(db, "actual_impact = 0.1", "23514"))


def test_harm_is_recorded_as_it_is(db: Connection) -> None:
    given(db, "implemented")
    update(db, "actual_impact = -0.0041")
    assert str(value(db, "select actual_impact from public.optimization_history")) == "-0.0041"


@pytest.mark.parametrize("relation", ["proposal_events", "proposal_evidence"])
@pytest.mark.parametrize("statement", ["update {} set as_of = as_of", "delete from {}", "truncate {}"])
def test_records_only_grow_for_the_owner_too(sample: Connection, relation: str, statement: str) -> None:
    text = statement.format(f"public.{relation}").replace("as_of", "at" if relation == "proposal_events" else "as_of")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"), sample.transaction():
        sample.execute(text.encode())
    sample.execute(f"alter table public.{relation} disable trigger refuse_rewrite".encode())
    sample.execute(text.encode())


def test_no_event_is_forged(db: Connection) -> None:
    forged = (
        b"insert into public.proposal_events (proposal_id, actor, database_role, to_status) values ('p', 'B', 'b', 'x')"
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="by the database alone"), db.transaction():
        db.execute(forged)
    insert(db, "optimization_history")
    assert value(db, "select count(*) from public.proposal_events") == 1


@pytest.mark.parametrize("role", ["ai_analysis", "admin"])
def test_no_role_records_evidence(db: Connection, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(db, role):
        insert(db, "proposal_evidence")


def test_the_log_names_the_newest_evidence(db: Connection) -> None:
    given(db)
    insert(db, "proposal_evidence", as_of="2026-11-19", result_hash="1" * 64)
    insert(db, "proposal_evidence", as_of="2026-11-18", result_hash="2" * 64)
    state(db, "actor", "Bob")
    update(db, "status = 'approved'")
    newest = "select evidence_hash from public.proposal_events order by id desc limit 1"
    assert value(db, newest) == "1" * 64


def test_one_live_proposal_of_the_generator_per_key(db: Connection) -> None:
    state(db, "actor", "uxpipeline:0.1.0")
    insert(db, "optimization_history", metadata={"dedupe_key": "k"})
    with pytest.raises(psycopg.errors.UniqueViolation), db.transaction():
        db.execute(
            b"insert into public.optimization_history"
            b" (proposal_id, status, friction_point, change_description, proposed_changes, metadata)"
            b" values ('q', 'proposed', '', '', '{}', '{\"dedupe_key\": \"k\"}')"
        )
    state(db, "actor", "Bob")
    insert(db, "optimization_history", proposal_id="q", metadata={"dedupe_key": "k"})
    update(db, "status = 'rejected'")
    state(db, "actor", "uxpipeline:0.1.0")
    insert(db, "optimization_history", proposal_id="r", metadata={"dedupe_key": "k"})
