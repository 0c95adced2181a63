"""What the role of people in charge may do: everything with the seed's tables, nothing against the records we keep."""

import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.sql.roles import acting_as, assert_denied
from uxpipeline_tests.sql.rows import REQUIRED, insert
from uxpipeline_tests.sql.test_ai_analysis import READABLE

ITS_TABLES = [
    "user_sessions", "behavior_events", "conversion_funnels", "variant_assignments", "a_b_tests",
    "optimization_history",
]  # fmt: skip
OUR_RECORDS = [
    "friction_scores", "proposal_events", "proposal_evidence", "proposal_blocks", "experiment_days",
    "experiment_decisions", "experiment_guardrails",
]  # fmt: skip


@pytest.mark.parametrize("relation", READABLE)
def test_it_sees_rows_of_every_relation(sample: Connection, relation: str) -> None:
    with acting_as(sample, "admin"):
        found = value(sample, f"select count(*) from public.{relation}")  # noqa: S608 - a name of this file
    assert found > 0


@pytest.mark.parametrize("relation", ITS_TABLES)
def test_it_reads_every_column(sample: Connection, relation: str) -> None:
    with acting_as(sample, "admin"):
        assert sample.execute(f"select * from public.{relation}".encode()).fetchall()  # noqa: S608 - as above


@pytest.mark.parametrize("relation", ITS_TABLES)
def test_it_inserts(db: Connection, relation: str) -> None:
    with acting_as(db, "admin"):
        for needed in ("user_sessions", "a_b_tests", relation):
            insert(db, needed)
    assert value(db, f"select count(*) from public.{relation}") == 1  # noqa: S608 - as above


@pytest.mark.parametrize("relation", ITS_TABLES)
def test_it_updates(sample: Connection, relation: str) -> None:
    column = next(iter(REQUIRED[relation]))
    with acting_as(sample, "admin"):
        updated = sample.execute(f"update public.{relation} set {column} = {column}".encode())  # noqa: S608 - as above
    assert updated.rowcount > 0


@pytest.mark.parametrize("relation", ITS_TABLES)
def test_it_deletes(sample: Connection, relation: str) -> None:
    with acting_as(sample, "admin"):
        sample.execute(f"delete from public.{relation}".encode())  # noqa: S608 - as above
    assert value(sample, f"select count(*) from public.{relation}") == 0  # noqa: S608 - as above


@pytest.mark.parametrize("relation", [*ITS_TABLES, *OUR_RECORDS])
def test_it_truncates_nothing(sample: Connection, relation: str) -> None:
    assert_denied(sample, "admin", f"truncate public.{relation} cascade")


@pytest.mark.parametrize("relation", OUR_RECORDS)
@pytest.mark.parametrize("statement", ["delete from public.{}", "insert into public.{} default values"])
def test_it_does_not_rewrite_our_records(sample: Connection, relation: str, statement: str) -> None:
    assert_denied(sample, "admin", statement.format(relation))
