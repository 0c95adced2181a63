"""Supabase's API, acted out: it connects as `authenticator` and takes the role from the token."""

import json
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.sql.roles import SERVICE_ROLES
from uxpipeline_tests.sql.rows import insert

CLAIMS = "select set_config('request.jwt.claims', %s, true)"


@pytest.fixture
def gateway(api: Connection) -> str:
    """Like `authenticator`: it inherits nothing and may become the roles it was granted."""
    name = f"uxp_test_{uuid4().hex[:12]}"
    api.execute(sql.SQL("create role {} nologin noinherit").format(sql.Identifier(name)))
    api.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(name)))
    for role in SERVICE_ROLES:
        api.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(name)))
    return name


def test_what_it_has_by_itself_is_nothing(api: Connection, gateway: str) -> None:
    api.execute(sql.SQL("set local role {}").format(sql.Identifier(gateway)))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), api.transaction():
        api.execute("select session_id from public.user_sessions")


def test_a_claim_alone_makes_nobody_an_admin(api: Connection) -> None:
    api.execute("set local role beacon_ingest")
    api.execute(CLAIMS, ['{"role": "admin"}'])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), api.transaction():
        api.execute("update public.optimization_history set status = 'approved'")


@pytest.mark.parametrize(("role", "readable"), [("ai_analysis", True), ("admin", True), ("beacon_ingest", False)])
def test_the_role_of_the_token_decides(api: Connection, role: str, *, readable: bool) -> None:
    api.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    api.execute(CLAIMS, [json.dumps({"role": role})])
    if readable:
        assert value(api, "select count(*) from public.session_analytics") > 0
    else:
        insert(api, "user_sessions", session_id="from a token")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), api.transaction():
            api.execute("select session_id from public.user_sessions")


def test_the_migrations_grant_the_roles_to_authenticator_where_there_is_one(api: Connection) -> None:
    missing = """
        select r.name from unnest(%s::text[]) r (name)
        where exists (select from pg_roles where rolname = 'authenticator')
            and not pg_has_role('authenticator', r.name, 'member')
    """
    assert api.execute(missing, [list(SERVICE_ROLES)]).fetchall() == []
