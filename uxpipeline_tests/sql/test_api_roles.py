"""Supabase's API roles get nothing, even where they are given everything by default."""

import psycopg
import pytest

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import column, rows, value
from uxpipeline_tests.sql.conftest import API_ROLES
from uxpipeline_tests.sql.roles import SERVICE_ROLES, acting_as, assert_denied
from uxpipeline_tests.sql.test_ai_analysis import READABLE

TABLE_PRIVILEGES = """
    select c.relname, p.privilege
    from pg_class c
    cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p (privilege)
    where c.relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
        and has_table_privilege(%s, c.oid, p.privilege)
"""
COLUMN_PRIVILEGES = """
    select c.relname, p.privilege
    from pg_class c
    cross join unnest(array['select', 'insert', 'update', 'references']) p (privilege)
    where c.relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
        and has_any_column_privilege(%s, c.oid, p.privilege)
"""
SEQUENCE_PRIVILEGES = """
    select c.relname, p.privilege
    from pg_class c
    cross join unnest(array['select', 'usage', 'update']) p (privilege)
    where c.relnamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace) and c.relkind = 'S'
        and has_sequence_privilege(%s, c.oid, p.privilege)
"""
FUNCTIONS = """
    select p.proname from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'uxpipeline'::regnamespace)
        and has_function_privilege(%s, p.oid, 'execute')
"""

pytestmark = pytest.mark.parametrize("role", API_ROLES)


def test_new_tables_would_be_theirs_by_default(api: Connection, role: str) -> None:
    api.execute("create table public.unguarded ()")
    assert ("unguarded", "truncate") in rows(api, TABLE_PRIVILEGES, role)


@pytest.mark.parametrize("privileges", [TABLE_PRIVILEGES, COLUMN_PRIVILEGES, SEQUENCE_PRIVILEGES, FUNCTIONS])
def test_they_have_no_privilege_on_anything_of_ours(api: Connection, role: str, privileges: str) -> None:
    assert rows(api, privileges, role) == []


@pytest.mark.parametrize("relation", READABLE)
@pytest.mark.parametrize("statement", ["select from public.{}", "truncate public.{}"])
def test_they_are_denied(api: Connection, role: str, relation: str, statement: str) -> None:
    with pytest.raises(psycopg.Error) as refusal, acting_as(api, role):
        api.execute(statement.format(relation).encode())
    assert refusal.value.sqlstate in {"42501", "42809"}  # no view is truncated by anybody


def test_a_partition_made_later_is_no_way_in(api: Connection, role: str) -> None:
    value(api, "select uxpipeline.ensure_event_partitions('2026-11-20', '2026-11-20')")
    for partition in ("behavior_events_20261120", "behavior_events_default"):
        assert_denied(api, role, f"select from uxpipeline.{partition}")
        assert_denied(api, role, f"truncate uxpipeline.{partition}")


def test_they_close_no_session(api: Connection, role: str) -> None:
    assert_denied(api, role, "select public.close_session('s', '/')")


def test_they_do_not_become_a_service_role(api: Connection, role: str) -> None:
    members = "select r.rolname from pg_roles r where pg_has_role(%s, r.oid, 'member') and r.rolname = any (%s)"
    assert column(api, members, role, list(SERVICE_ROLES)) == []
