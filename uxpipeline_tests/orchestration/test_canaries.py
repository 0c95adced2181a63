"""I7: what visitors wrote and who they are reaches no log, no metadata and no report, whether all goes well or not."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from psycopg import sql

from uxpipeline.db.connect import Connection
from uxpipeline_tests.db.queries import column, value
from uxpipeline_tests.orchestration.canaries import SOURCES, TRACES, WHO, files
from uxpipeline_tests.processes import run_command

TABLES = """
    select quote_ident(relnamespace::regnamespace::text) || '.' || quote_ident(relname) from pg_class
    where relkind in ('r', 'p', 'm') and not relispartition and relnamespace::regnamespace::text = any (%s)
"""
FAILING = """
    create function public.fail() returns trigger language plpgsql as $$
    begin raise exception 'canary: %', new using errcode = '22P02', detail = 'ada.canary zebracanary'; end $$;
    create trigger fail before insert on uxpipeline.session_facts for each row execute function public.fail();
"""


def holding(connection: Connection, schemas: list[str], words: tuple[str, ...]) -> list[tuple[str, str]]:
    """Tables of these schemas and which of these words they hold in any column."""
    found = sql.SQL("select exists (select from {} t where t::text like %s)")
    return [
        (table, word)
        for table in column(connection, TABLES, schemas)
        for word in words
        if value(connection, found.format(sql.SQL(table)).as_string(), f"%{word}%")
    ]


def said_in(text: str, words: tuple[str, ...]) -> list[str]:
    return [word for word in words if word in text]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose landing folder holds planted lines of every source."""
    home = tmp_path / "canary-home"
    (home / "landing").mkdir(parents=True)
    for name, content in files().items():
        (home / "landing" / name).write_bytes(content)
    return home


def uxpipeline(home: Path, url: str, *arguments: str) -> CompletedProcess[str]:
    return run_command(home, *arguments, UXPIPELINE_DATABASE_URL=url, UXPIPELINE_PRIVACY_KEY="key")


def logs(home: Path) -> str:
    """Everything below the home but what was put there."""
    files = [path for path in home.rglob("*") if path.is_file() and path.parent.name != "landing"]
    return "\n".join(path.read_bytes().decode(errors="replace") for path in files)


def test_the_search_finds_what_is_there(connection: Connection) -> None:
    connection.execute("insert into public.user_sessions (session_id, landing_page) values (%s, '/')", [WHO])
    assert holding(connection, ["public", "uxpipeline"], (WHO,)) == [("public.user_sessions", WHO)]


def test_nothing_that_a_visitor_wrote_reaches_any_log(home: Path, database: str, connection: Connection) -> None:
    loaded = uxpipeline(home, database, "load", str(home / "landing"), "--max-bad", "100%", "--json")
    assert loaded.returncode == 2, loaded.stderr
    reports = json.loads(loaded.stdout)["files"]
    assert {report["source"] for report in reports} == {*SOURCES, "snowplow"}
    assert {report["path"]: report for report in reports if report["inserted"] < 3 or not report["quarantined"]} == {}
    connection.execute(FAILING.encode())
    failed = uxpipeline(home, database, "run")
    assert failed.returncode == 1
    assert "22P02" in failed.stderr
    connection.execute(b"drop function public.fail() cascade")
    ran = [uxpipeline(home, database, *words) for words in (["run"], ["report"], ["quarantine", "list"], ["doctor"])]
    assert ran[0].returncode == 0, ran[0].stderr

    said = "\n".join(done.stdout + done.stderr for done in (loaded, failed, *ran)) + logs(home)
    assert said_in(said, (*TRACES, WHO)) == []
    assert holding(connection, ["public", "uxpipeline", "dagster"], TRACES) == []
    assert holding(connection, ["dagster"], (WHO,)) == []
    assert value(connection, "select count(*) from uxpipeline.ingest_files f where f::text like %s", f"%{WHO}%") == 0
