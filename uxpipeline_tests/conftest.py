"""Real servers for every test: `UXPIPELINE_TEST_DSN` when given, else the embedded PostgreSQL.

The DSN's role needs CREATEDB and CREATEROLE, and no more: each test gets a database of its own, cloned from one that
was migrated once.
"""

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.migrate import migrate
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.embedded.waiting import wait_until
from uxpipeline.settings import Settings
from uxpipeline_tests.load.faults import holds_a_fault
from uxpipeline_tests.load.invariants import assert_in_database, assert_of_loads
from uxpipeline_tests.load.witness import Witness

LEFT_CONNECTED = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = %s and usename = current_user and pid <> pg_backend_pid()
"""
CONNECTED = "select from pg_stat_activity where datname = %s"
DATA = Path(__file__).parent / "data"
# Linux' file system in memory: a database is cloned there ten times faster. Two servers need about a tenth of that.
IN_MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 4 << 30
PRINTED = pytest.StashKey[str]()


@pytest.fixture(scope="session", autouse=True)
def _quiet_environment() -> Iterator[None]:
    """No test sees the developer's own configuration, none reports telemetry."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("UXPIPELINE_") and not name.startswith("UXPIPELINE_TEST_"):
                patch.delenv(name)
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
        patch.setenv("GX_ANALYTICS_ENABLED", "false")
        yield


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A home folder that the embedded server's account can enter, as pytest's own folders are not when we are root."""
    with TemporaryDirectory(prefix="uxpipeline-", dir=fast_folder(), ignore_cleanup_errors=True) as folder:
        home = Path(folder).resolve()
        home.chmod(0o755)
        yield home


def fast_folder() -> Path | None:
    """Where to keep a server's files: in memory where there is enough of it, else where temporary files are."""
    usable = IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ENOUGH_MEMORY
    return IN_MEMORY if usable else None


@pytest.fixture
def open_home() -> Iterator[Path]:
    """A home folder of one test."""
    with temporary_home() as home:
        yield home


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """URL of a maintenance database on a server where we may create databases."""
    given = os.environ.get("UXPIPELINE_TEST_DSN")
    if given:
        yield given
        return
    with temporary_home() as home:
        server = EmbeddedServer(Settings.from_env({"UXPIPELINE_HOME": str(home)}), fast=True)
        with server.running():
            yield server.url()


@contextmanager
def fresh_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """A database of its own, dropped afterwards; a copy of `template` if one is named."""
    name = f"uxp_test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        if template:
            # A pooler may keep its connections to it.
            connection.execute(LEFT_CONNECTED, [template])
        source = sql.SQL("template {} strategy file_copy").format(sql.Identifier(template)) if template else sql.SQL("")
        connection.execute(sql.SQL("create database {} {}").format(sql.Identifier(name), source))
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            # The server looks again for those it ended only after 100 ms; most are about to leave by themselves.
            wait_until(lambda: connection.execute(CONNECTED, [name]).fetchone() is None, 0.05)
            assert wait_until(lambda: dropped(connection, name), 15)


def dropped(connection: Connection, name: str) -> bool:
    """Drop a database; false while the server process of another login, which we may not end, is still leaving it."""
    try:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


@pytest.fixture(scope="session")
def template_database(server_url: str) -> Iterator[str]:
    """Name of a migrated database that tests clone."""
    with fresh_database(server_url) as url:
        with connect(url) as connection:
            list(migrate(connection))
        yield urlsplit(url).path.lstrip("/")


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """URL of a database nothing was applied to."""
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def database(server_url: str, template_database: str) -> Iterator[str]:
    """URL of a migrated, empty database."""
    with fresh_database(server_url, template_database) as url:
        yield url


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    """An open connection to `database`."""
    with connect(database) as opened:
        yield opened


@pytest.fixture(scope="session")
def reordered_database(server_url: str, template_database: str) -> Iterator[str]:
    """URL of a migrated database in which I5 loads again what tests loaded, and which it leaves empty."""
    with fresh_database(server_url, template_database) as url:
        yield url


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what a test printed and logged for the invariants after it."""
    report = yield
    item.stash[PRINTED] = report.capstdout + report.capstderr + report.caplog
    return report


@pytest.fixture(autouse=True)
def _invariants(request: pytest.FixtureRequest) -> Iterator[None]:
    """I1 to I4 hold after every test that loads files, I1 to I8 after each that `faults.yaml` names for a fault."""
    fault = holds_a_fault(request.path, request.function.__name__)
    if not fault and request.path.parent.name not in {"load", "places"}:
        yield
        return
    known = "database" in request.fixturenames
    url = request.getfixturevalue("database") if known else None
    other = request.getfixturevalue("reordered_database") if known and fault else None
    witness = Witness()
    with witness.watching() if fault else nullcontext():
        yield
    if url:
        with connect(url) as connection:
            assert_in_database(connection)
    if fault:
        assert_of_loads(witness, request.node.stash[PRINTED], url, other)


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Settings of a project that uses `database`."""
    home = tmp_path / "home"
    (home / "landing").mkdir(parents=True)
    given = Settings.from_env({"UXPIPELINE_HOME": str(home), "UXPIPELINE_DATABASE_URL": database})
    return replace(given, privacy_key="a key for tests")


@pytest.fixture
def now() -> datetime:
    """The moment tests take for the present: the noon (UTC) after the last captured event."""
    return datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
