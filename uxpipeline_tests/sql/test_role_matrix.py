"""Role × object × verb, made from `privileges.yaml`; each kind of breach is shown to be found."""

from uuid import uuid4

import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.sql import matrix

ATTEMPTS = ("select", "insert", "update", "delete", "truncate", "refresh", "usage", "execute")
PUBLIC = "public"
# What default privileges give the platform's administrator, found on an object of nobody's.
PROBE = """
    create table public.probe ();
    create function public.probe() returns integer language sql return 1;
    revoke all on function public.probe() from public;
"""
# A refresh reads with the rights of the owner.
REFRESHED_BY_ADMIN = """
    grant usage on schema uxpipeline to admin;
    grant select on uxpipeline.component_totals to admin;
    alter materialized view public.component_performance owner to admin;
"""


@pytest.fixture
def stranger(api: Connection) -> str:
    """A role that nobody gave anything, to act as PUBLIC; gone with the test's transaction."""
    name = f"uxp_test_{uuid4().hex[:12]}"
    api.execute(sql.SQL("create role {} nologin").format(sql.Identifier(name)))
    api.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(name)))
    return name


def test_every_object_is_declared_and_every_declaration_has_an_object(db: Connection) -> None:
    assert matrix.undeclared(db) == []


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("create table public.newcomer ()", "public.newcomer"),
        ("create view uxpipeline.newcomer as select 1 as one", "uxpipeline.newcomer"),
        ("create function public.newcomer() returns integer language sql return 1", "public.newcomer()"),
        ("create sequence uxpipeline.newcomer", "uxpipeline.newcomer"),
        ("drop view uxpipeline.recent_events", "uxpipeline.recent_events"),
    ],
)
def test_a_new_object_has_to_be_declared_and_a_gone_one_taken_out(db: Connection, statement: str, name: str) -> None:
    db.execute(statement.encode())
    assert matrix.undeclared(db) == [name]


@pytest.mark.parametrize("role", matrix.roles())
@pytest.mark.parametrize("schema", matrix.schema_users())
def test_each_role_enters_the_schemas_it_is_declared_for_and_makes_nothing(
    api: Connection, role: str, schema: str
) -> None:
    assert value(api, "select has_schema_privilege(%s, %s, 'usage')", role, schema) is (
        role in matrix.schema_users()[schema]
    )
    assert value(api, "select has_schema_privilege(%s, %s, 'create')", role, schema) is False


@pytest.mark.parametrize("role", matrix.roles())
def test_each_role_has_exactly_the_declared_privileges(sample: Connection, api_roles: object, role: str) -> None:
    del api_roles
    assert matrix.grant_differences(sample, role) == []


@pytest.mark.parametrize("role", matrix.roles())
def test_each_role_has_no_more_where_everything_is_given_by_default(api: Connection, role: str) -> None:
    assert matrix.grant_differences(api, role) == []


@pytest.mark.parametrize("verb", ATTEMPTS)
@pytest.mark.parametrize("role", matrix.roles())
def test_each_attempt_ends_as_declared(api: Connection, stranger: str, role: str, verb: str) -> None:
    assert matrix.attempt_differences(api, role, verb, acting=stranger if role == PUBLIC else role) == []


def test_what_a_role_may_read_has_rows_to_be_hidden(api: Connection) -> None:
    assert matrix.empty_readable(api) == []


def test_the_platforms_administrator_has_what_default_privileges_gave_and_no_more(api: Connection) -> None:
    """`service_role` of Supabase, where there is one."""
    api.execute(PROBE.encode())
    assert matrix.service_role_differences(api) == []


@pytest.mark.parametrize(
    ("breach", "role", "verb", "name"),
    [
        ("grant truncate on public.user_sessions to anon", "anon", "truncate", "public.user_sessions"),
        ("grant select on public.behavior_events to public", "public", "select", "public.behavior_events"),
        ("grant select (event_data) on public.behavior_events to ai_analysis", "ai_analysis", "select",
         "public.behavior_events"),
        ("revoke select (language) on public.user_sessions from ai_analysis", "ai_analysis", "select",
         "public.user_sessions"),
        ("grant select on uxpipeline.quarantine to admin", "admin", "select", "uxpipeline.quarantine"),
        ("grant update on public.friction_scores to admin", "admin", "update", "public.friction_scores"),
        ("grant execute on function uxpipeline.page_key(text) to public", "beacon_ingest", "execute",
         "uxpipeline.page_key(text)"),
        ("grant usage on sequence uxpipeline.load_id to beacon_ingest", "beacon_ingest", "usage", "uxpipeline.load_id"),
        ("revoke select on public.component_performance from admin", "admin", "select", "public.component_performance"),
    ],
)  # fmt: skip
def test_a_grant_too_many_or_too_few_is_found(api: Connection, breach: str, role: str, verb: str, name: str) -> None:
    api.execute(breach.encode())
    assert [(found.subject, found.verb) for found in matrix.grant_differences(api, role)] == [(name, verb)]


@pytest.mark.parametrize(
    ("breach", "role", "verb", "names"),
    [
        ("drop policy ai_analysis_read on public.a_b_tests", "ai_analysis", "select",
         ["public.a_b_tests", "public.actual_impact"]),
        ("drop policy ai_analysis_read on uxpipeline.session_facts", "ai_analysis", "select",
         ["public.session_analytics"]),
        ("drop policy admin_read on uxpipeline.path_totals", "admin", "select", ["public.conversion_impact"]),
        ("drop policy admin_read on uxpipeline.friction_totals", "admin", "select", ["public.friction_points"]),
        ("drop policy beacon_ingest_insert on public.behavior_events", "beacon_ingest", "insert",
         ["public.behavior_events"]),
        ("drop policy admin_all on public.conversion_funnels", "admin", "delete", ["public.conversion_funnels"]),
        ("alter policy admin_all on public.user_sessions using (session_id <> 's')", "admin", "update",
         ["public.user_sessions"]),
        ("grant select on public.daily_friction_summary to anon", "anon", "select", ["public.daily_friction_summary"]),
        ("grant truncate on public.friction_scores to authenticated", "authenticated", "truncate",
         ["public.friction_scores"]),
        ("grant execute on function public.close_session(text, text, text, integer) to public", "public", "execute",
         ["public.close_session(text,text,text,integer)"]),
        ("revoke select on uxpipeline.funnel_steps from ai_analysis", "ai_analysis", "select",
         ["public.conversion_impact"]),
        (REFRESHED_BY_ADMIN, "admin", "refresh", ["public.component_performance"]),
    ],
)  # fmt: skip
def test_a_breach_that_shows_when_a_role_tries_is_found(
    api: Connection, stranger: str, breach: str, role: str, verb: str, names: list[str]
) -> None:
    with api.transaction():
        api.execute("grant create on schema public to admin")
        api.execute(breach.encode())
    acting = stranger if role == PUBLIC else role
    assert [found.subject for found in matrix.attempt_differences(api, role, verb, acting=acting)] == names
