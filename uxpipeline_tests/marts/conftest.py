"""Databases that scripts play on: a template with partitions, and a login the owner may not look at."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection, connect
from uxpipeline.settings import Settings
from uxpipeline_tests.conftest import fresh_database
from uxpipeline_tests.load.landing import Landing
from uxpipeline_tests.marts.inputs import MOMENTS, Events
from uxpipeline_tests.marts.stage import Stage, insert
from uxpipeline_tests.marts.visits import forget
from uxpipeline_tests.sql.rows import unguarded

FUNNELS = 'funnels: {purchase: [{step: product, page: "/product"}, {step: order, event: order}]}'
NewStage = Callable[[], AbstractContextManager[Stage]]
_PROPOSAL = """
    insert into public.optimization_history
        (proposal_id, status, friction_point, component_id, change_description, proposed_changes)
    values (%s, 'implemented', '#pay', %s, 'Larger', '{}')
"""


@pytest.fixture(scope="session")
def stranger(server_url: str) -> Iterator[str]:
    """User and password of another login, a beacon's: from its transactions the owner may not read."""
    name, password = f"uxp_test_{secrets.token_hex(6)}", secrets.token_hex(16)
    role, create = sql.Identifier(name), sql.SQL("create role {} login password {}")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create.format(role, sql.Literal(password)))
        connection.execute(sql.SQL("grant beacon_ingest to {}").format(role))
        yield f"{quote(name)}:{password}"
        connection.execute(sql.SQL("drop role {}").format(role))


@pytest.fixture(scope="session")
def midnight() -> datetime:
    """The start of today (UTC)."""
    return datetime.combine(datetime.now(UTC).date(), time(), UTC)


@pytest.fixture(scope="session")
def stage_template(server_url: str, template_database: str, midnight: datetime) -> Iterator[str]:
    """Partitions for every moment of scripts but the last, whose day's rows are in the default one; two proposals.

    Made beforehand: making one waits for every open transaction.
    """
    with fresh_database(server_url, template_database) as url:
        with connect(url) as connection:
            for moment in MOMENTS[:-1]:
                day = (midnight + moment).date()
                connection.execute("select uxpipeline.ensure_event_partitions(%s, %s + 1)", [day, day])
            with unguarded(connection):
                for component in ("basket", "menu"):
                    connection.execute(_PROPOSAL, [component, component])
            stage = Stage(url, connection, Settings.from_env({}), Path(), midnight, "")
            old = Events("old", 0, len(MOMENTS) - 1, "click", element=None, component=None)
            insert(connection, "behavior_events", old.rows(stage))
        yield urlsplit(url).path.lstrip("/")


@contextmanager
def _copy(server_url: str, template: str) -> Iterator[str]:
    """A copy of a database, dropped without force, which may not end strangers: the server waits for them to leave."""
    name = sql.Identifier(f"uxp_test_{secrets.token_hex(6)}")
    with psycopg.connect(server_url, autocommit=True) as connection:
        create = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(create.format(name, sql.Identifier(template)))
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name.as_string()[1:-1]}"))
        finally:
            connection.execute(sql.SQL("drop database {}").format(name))


@pytest.fixture
def new_stage(server_url: str, stage_template: str, midnight: datetime, stranger: str, tmp_path: Path) -> NewStage:
    """A function that makes a database for one script."""

    @contextmanager
    def made() -> Iterator[Stage]:
        folder = tmp_path / secrets.token_hex(6) / "files"
        folder.mkdir(parents=True)
        settings = replace(Settings.from_env({"UXPIPELINE_HOME": str(tmp_path)}), privacy_key="a key for tests")
        with _copy(server_url, stage_template) as url, connect(url) as connection:
            parts = urlsplit(url)
            beacon = urlunsplit(parts._replace(netloc=f"{stranger}@{parts.hostname}:{parts.port}"))
            stage = Stage(url, connection, settings, folder, midnight, beacon)
            try:
                yield stage
            finally:
                stage.end_sending(keep=False)

    return made


@pytest.fixture(scope="module")
def url(server_url: str, template_database: str) -> Iterator[str]:
    with fresh_database(server_url, template_database) as found:
        yield found


@pytest.fixture(scope="module")
def shared(url: str) -> Iterator[Connection]:
    with connect(url) as opened:
        yield opened


@pytest.fixture
def db(shared: Connection) -> Iterator[Connection]:
    """A database that is empty before and after each test."""
    yield shared
    forget(shared)


@pytest.fixture
def landing(db: Connection, tmp_path: Path) -> Landing:
    """Files to load into it."""
    funnels, folder = tmp_path / "funnels.yaml", tmp_path / "files"
    funnels.write_text(FUNNELS, encoding="utf-8")
    folder.mkdir()
    settings = replace(Settings.from_env({"UXPIPELINE_HOME": str(tmp_path)}), privacy_key="a key for tests")
    return Landing(db, replace(settings, funnels=funnels), folder)
