"""SQL is tested inside one transaction that is rolled back: nothing, near miss, bad case, in one database for all."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate
from uxpipeline_tests.conftest import fresh_database
from uxpipeline_tests.sql.rows import insert_sample

API_ROLES = ("anon", "authenticated")


@pytest.fixture(scope="session")
def sql_connection(server_url: str, template_database: str) -> Iterator[Connection]:
    with fresh_database(server_url, template_database) as url, connect(url) as opened:
        # Nothing of ours may need a search path.
        opened.execute("set search_path = ''")
        yield opened


@pytest.fixture
def db(sql_connection: Connection) -> Iterator[Connection]:
    """A migrated, empty database; whatever a test does to it is rolled back."""
    with sql_connection.transaction(force_rollback=True):
        yield sql_connection


@pytest.fixture(scope="session")
def sample_connection(server_url: str, template_database: str) -> Iterator[Connection]:
    with fresh_database(server_url, template_database) as url, connect(url) as opened:
        opened.execute("set search_path = ''")
        insert_sample(opened)
        yield opened


@pytest.fixture
def sample(sample_connection: Connection) -> Iterator[Connection]:
    """Another database like it, with a few rows in every relation that people read."""
    with sample_connection.transaction(force_rollback=True):
        yield sample_connection


@pytest.fixture(scope="session")
def api_roles(server_url: str) -> tuple[str, ...]:
    """Supabase's API roles, made where the cluster lacks them; roles belong to the cluster, so they stay."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        for role in API_ROLES:
            try:
                connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
            except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                continue
            connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(role)))
    return API_ROLES


@pytest.fixture(scope="session")
def api_connection(server_url: str, api_roles: tuple[str, ...]) -> Iterator[Connection]:
    """A database that gives its API roles everything by default, as Supabase's older projects do, then migrated."""
    roles = sql.SQL(", ").join(map(sql.Identifier, api_roles))
    with fresh_database(server_url) as url, connect(url) as opened:
        for kind in ("tables", "functions", "sequences"):
            defaults = "alter default privileges in schema public grant all on {} to {}"
            opened.execute(sql.SQL(defaults).format(sql.SQL(kind), roles))
        opened.execute(sql.SQL("grant usage on schema public to {}").format(roles))
        list(migrate(opened))
        opened.execute("set search_path = ''")
        insert_sample(opened)
        yield opened


@pytest.fixture
def api(api_connection: Connection) -> Iterator[Connection]:
    with api_connection.transaction(force_rollback=True):
        yield api_connection
