"""What the documents tell people to type works."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import yaml
from psycopg import sql

from uxpipeline.db.connect import Connection, connect
from uxpipeline.ingest.funnels import load_funnels
from uxpipeline.settings import VARIABLES
from uxpipeline_tests.db.queries import eventually_alone
from uxpipeline_tests.docs.pages import Block, blocks, page

SHELL_PAGES = sorted({block.page for block in blocks("run")})
BEACON, OWNER = blocks("run as beacon_ingest"), blocks("run as owner")


def _id(given: Path | Block) -> str:
    return given.page.name if isinstance(given, Block) else given.name


def run_shell(page: Path, database: str, folder: Path) -> str:
    """Run all marked blocks of a page in one shell; returns what it printed."""
    script = "".join(block.text for block in blocks("run") if block.page == page)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "UXPIPELINE_DATABASE_URL": database,
        "UXPIPELINE_HOME": str(folder / "home"),
    }
    finished = subprocess.run(
        ["bash", "-eu", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize("page", SHELL_PAGES, ids=_id)
def test_shell_blocks_run(page: Path, empty_database: str, tmp_path: Path) -> None:
    printed = run_shell(page, empty_database, tmp_path)

    if page.name == "sources.md":
        (again,) = json.loads(printed[printed.index("{") :])["files"]
        assert (again["status"], again["lines"], again["duplicates"]) == ("already_loaded", 6, 6)
        with connect(empty_database) as connection:
            ledger = connection.execute("select lines, inserted, parked from uxpipeline.ingest_files").fetchall()
        assert ledger == [(6, 5, 1)]


def test_the_funnel_example_is_valid(tmp_path: Path) -> None:
    (example,) = blocks("funnels")
    file = tmp_path / "funnels.yaml"
    file.write_text(example.text)

    assert [(step.funnel, step.order) for step in load_funnels(file).steps] == [
        ("purchase", 1), ("purchase", 2), ("purchase", 3), ("lead_capture", 1), ("lead_capture", 2),
    ]  # fmt: skip


def test_the_workflow_sets_variables_there_are_and_no_key_that_passes_over_policies() -> None:
    (block,) = blocks("workflow")
    steps = yaml.safe_load(block.text)["jobs"]["run"]["steps"]
    given = steps[-1]["env"]
    secret = {name for name, value in given.items() if "secrets." in value}

    assert {name for name in given if name.startswith("UXPIPELINE_")} <= set(VARIABLES)
    described = page("docs/operations.md").partition("| secret | is |")[2].partition("\n\n")[0]
    assert secret == {
        name for row in described.splitlines() for name in re.findall(r"`([A-Z_]+)`", row.split(" | ")[0])
    }
    assert all(value == f"${{{{ secrets.{name} }}}}" for name, value in given.items() if name in secret)
    assert not any("SERVICE" in name or "SIGNING" in name for name in given)


@pytest.mark.parametrize("block", BEACON, ids=_id)
def test_a_beacon_may_do_what_it_is_told(block: Block, connection: Connection) -> None:
    for _ in range(2):
        with connection.transaction():
            connection.execute("set local role beacon_ingest")
            connection.execute(block.text.encode())

    counted = connection.execute(
        """select (select count(*) from public.user_sessions), (select count(*) from public.behavior_events),
           (select count(*) from public.user_sessions where exit_page is not null and exit_reason = 'close')"""
    ).fetchone()
    assert counted == (1, 2, 1)  # run twice at two moments: the event's time is part of its key


@pytest.mark.parametrize("block", OWNER, ids=_id)
def test_the_default_partition_is_emptied_as_described(block: Block, connection: Connection) -> None:
    connection.execute("insert into public.user_sessions (session_id, landing_page) values ('s', '/')")
    for hour in (0, 23):
        connection.execute(
            """insert into public.behavior_events (session_id, event_type, page_url, "timestamp")
               values ('s', 'click', '/', %s)""",
            (datetime(2025, 6, 2, hour, 59, tzinfo=UTC),),
        )
    before = connection.execute("select * from public.behavior_events order by id").fetchall()
    assert rows_in(connection, "behavior_events_default") == 2

    connection.execute(block.text.encode())

    assert rows_in(connection, "behavior_events_default") == 0
    assert rows_in(connection, "behavior_events_20250602") == 2
    assert connection.execute("select * from public.behavior_events order by id").fetchall() == before


@pytest.fixture
def logins(connection: Connection) -> Iterator[dict[str, str]]:
    """The logins that the page on security makes, and their passwords; roles belong to the cluster, so they go."""
    (block,) = blocks("logins")
    made = dict(re.findall(r"create role (\w+) login .*password '(.+)'", block.text))
    connection.execute(block.text.encode())
    yield made
    # What another role's session holds only that role may end.
    assert eventually_alone(connection)
    for name in made:
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


def as_login(database: str, name: str, password: str) -> str:
    place = urlsplit(database)
    return urlunsplit(place._replace(netloc=f"{name}:{password}@{place.hostname}:{place.port}"))


def test_each_login_does_what_its_role_may_and_no_more(database: str, logins: dict[str, str]) -> None:
    assert sorted(logins) == ["ada", "dashboard", "website_beacon"]
    with connect(as_login(database, "website_beacon", logins["website_beacon"])) as beacon:
        beacon.execute(BEACON[0].text.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            beacon.execute("select session_id from public.user_sessions")
    with connect(as_login(database, "dashboard", logins["dashboard"])) as dashboard:
        assert dashboard.execute("select count(*) from public.session_analytics").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            dashboard.execute("select element_text from public.behavior_events")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            dashboard.execute("insert into public.optimization_history (proposal_id) values ('p')")
    with connect(as_login(database, "ada", logins["ada"])) as ada:
        assert ada.execute("update public.user_sessions set language = 'de'").rowcount == 1
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ada.execute("truncate public.user_sessions cascade")


def rows_in(connection: Connection, table: str) -> int:
    query = sql.SQL("select count(*) from {}").format(sql.Identifier("uxpipeline", table))
    (counted,) = connection.execute(query).fetchone() or (0,)
    return int(counted)
