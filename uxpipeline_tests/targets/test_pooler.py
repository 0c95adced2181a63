"""The commands of every day work on this server, by the way its URL leads, such as through a transaction pooler."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from uxpipeline.db.connect import connect
from uxpipeline_tests.db.queries import rows, value
from uxpipeline_tests.factories import visit, write_lines
from uxpipeline_tests.processes import run_command

pytestmark = pytest.mark.target
LOADERS = 4


@pytest.fixture
def direct(empty_database: str) -> str:
    """The same database without the pooler: where Dagster keeps its records."""
    given = urlsplit(os.environ["UXPIPELINE_TEST_DIRECT_DSN"])
    return urlunsplit(given._replace(path=urlsplit(empty_database).path))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def test_migrate_load_and_run_pass(home: Path, empty_database: str, direct: str) -> None:
    urls = {"UXPIPELINE_DATABASE_URL": empty_database, "UXPIPELINE_DAGSTER_DATABASE_URL": direct}

    def uxpipeline(*arguments: str) -> subprocess.CompletedProcess[str]:
        found = run_command(home, *arguments, **urls, UXPIPELINE_PRIVACY_KEY="key")
        assert found.returncode == 0, (arguments, found.stdout, found.stderr)
        return found

    def load(number: int) -> list[dict[str, object]]:
        sessions = [line for one in range(5) for line in visit(f"s{(number + one) % LOADERS}", clicks=["buy"])]
        file = write_lines(home / f"{number}.ndjson", [*sessions, *visit(f"own-{number}", rages=["buy"])])
        found: list[dict[str, object]] = json.loads(uxpipeline("load", str(file), "--json").stdout)["files"]
        return found

    uxpipeline("migrate")
    assert "Nothing to do" in uxpipeline("migrate").stdout
    with ThreadPoolExecutor(LOADERS) as pool:
        loaded = list(pool.map(load, range(LOADERS)))
    assert {file["status"] for [file] in loaded} == {"loaded"}
    write_lines(home / "landing" / "late.ndjson", visit("late", clicks=["buy"]))
    uxpipeline("run")
    with connect(empty_database) as connection:
        assert value(connection, "select count(*) from public.user_sessions") == 2 * LOADERS + 1
        assert value(connection, "select count(distinct id) from public.behavior_events") == 4 * LOADERS + 2
        assert len(rows(connection, "select from uxpipeline.ingest_files")) == LOADERS + 1
        assert rows(connection, "select from uxpipeline.leases") == []
