"""Rules that hold for every object we make, read from the catalog; each is shown to find an offender."""

import pytest

from uxpipeline.db import sqlfiles
from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import column, value
from uxpipeline_tests.sql.roles import SERVICE_ROLES

MUTABLE_SEARCH_PATH = """
    select proname from pg_proc
    where pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
        and not coalesce(proconfig, '{}') && array['search_path=""', 'search_path=']
"""
EXECUTABLE_BY_ALL = """
    select proname from pg_proc
    cross join lateral aclexplode(coalesce(proacl, acldefault('f', proowner))) acl
    where pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace) and acl.grantee = 0
"""
POLICY_FOR_ALL = "select polname from pg_policy where 0 = any (polroles)"
RESTRICTIVE = "select polname from pg_policy where not polpermissive"
OWNERS_VIEW = """
    select relname from pg_class
    where relkind = 'v' and relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
        and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on']
"""
OPEN_TABLE = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity
"""
NO_POLICY = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relrowsecurity
        and not exists (select from pg_policy where polrelid = pg_class.oid)
"""
READ_BY_ALL = """
    select relname from pg_class
    cross join lateral aclexplode(relacl) acl
    where relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace) and acl.grantee = 0
"""
NO_UNIQUE_INDEX = """
    select relname from pg_class
    where relkind = 'm' and relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
        and not exists (select from pg_index where indrelid = pg_class.oid and indisunique and indpred is null)
"""
UNCOMMENTED = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
        and obj_description(oid, 'pg_class') is null
"""
CALLS_AUTH = """
    select proname from pg_proc
    where pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace) and prosrc ~ '\\mauth\\.'
    union all
    select polname from pg_policy
    where concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) ~ '\\mauth\\.'
    union all
    select relname from pg_class
    where relkind in ('v', 'm') and relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
        and pg_get_viewdef(oid) ~ '\\mauth\\.'
"""
WEAK_DEFINER = """
    select proname from pg_proc where prosecdef and pronamespace = 'uxpipeline'::regnamespace
"""


@pytest.mark.parametrize(
    ("offenders", "offence", "name"),
    [
        (MUTABLE_SEARCH_PATH, "create function public.f() returns int language sql as 'select 1'", "f"),
        (EXECUTABLE_BY_ALL, "create function uxpipeline.f() returns int language sql as 'select 1'", "f"),
        (POLICY_FOR_ALL, "create policy all_of_them on public.a_b_tests for select using (true)", "all_of_them"),
        (RESTRICTIVE, "create policy narrow on public.a_b_tests as restrictive to admin using (true)", "narrow"),
        (OWNERS_VIEW, "create view public.v as select 1 as one", "v"),
        (OPEN_TABLE, "create table public.t ()", "t"),
        (NO_POLICY, "create table public.t (); alter table public.t enable row level security", "t"),
        (READ_BY_ALL, "grant select on public.a_b_tests to public", "a_b_tests"),
        (NO_UNIQUE_INDEX, "create materialized view public.m as select 1 as one", "m"),
        (UNCOMMENTED, "create table public.t ()", "t"),
        (WEAK_DEFINER, "create function uxpipeline.f() returns int security definer language sql as 'select 1'", "f"),
        (
            CALLS_AUTH,
            "create function public.f() returns int language plpgsql as 'begin return auth.uid(); end'",
            "f",
        ),
    ],
)
def test_no_object_breaks_the_rule(db: Connection, offenders: str, offence: str, name: str) -> None:
    assert column(db, offenders) == []
    db.execute(offence.encode())
    assert column(db, offenders) == [name]


@pytest.mark.parametrize("role", [*SERVICE_ROLES, "public"])
@pytest.mark.parametrize(
    ("schema", "privilege"), [("uxpipeline", "usage"), ("uxpipeline", "create"), ("public", "create")]
)
def test_no_role_enters_our_schema_or_makes_objects(db: Connection, role: str, schema: str, privilege: str) -> None:
    assert value(db, "select has_schema_privilege(%s, %s, %s)", role, schema, privilege) is False


@pytest.mark.parametrize("role", SERVICE_ROLES)
def test_no_service_role_is_a_member_of_another(db: Connection, role: str) -> None:
    memberships = "select count(*) from pg_auth_members where member = %s::regrole"
    assert value(db, memberships, role) == 0


def test_the_owner_can_act_as_every_service_role(db: Connection) -> None:
    for role in SERVICE_ROLES:
        db.execute(f"set local role {role}".encode())
        assert value(db, "select current_user") == role
        db.execute("reset role")


def test_no_shipped_file_needs_supabases_auth_schema() -> None:
    files = sqlfiles.root().rglob("*.sql")
    assert [path.name for path in files if "auth." in path.read_text(encoding="utf-8")] == []
