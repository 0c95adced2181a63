"""Commands as users and scripts meet them: exit codes, one clear line on stderr, JSON on stdout."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from uxpipeline.db import connect as connecting
from uxpipeline.db.connect import Connection, connect
from uxpipeline.errors import ServerTooOldError
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.factories import PAST, event, visit, write_lines
from uxpipeline_tests.processes import left_behind, run_command

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def complaint(home: Path, *arguments: str, **variables: str) -> str:
    """The one line on stderr of a command that fails."""
    found = run_command(home, *arguments, **variables)
    assert found.returncode == 1, found.stdout + found.stderr
    assert found.stderr.count("\n") == 1, found.stderr
    assert found.stderr.startswith("uxpipeline: ")
    return found.stderr


def test_help_lists_the_contract_s_commands(home: Path) -> None:
    found = run_command(home, "--help")

    for name in (
        "demo",
        "dev",
        "migrate",
        "load",
        "run",
        "report",
        "export",
        "erase",
        "doctor",
        "db",
        "quarantine",
        "proposals",
    ):
        assert f" {name} " in found.stdout


def test_clean_files_exit_0_and_report_every_count(home: Path, database: str) -> None:
    path = write_lines(home / "a.ndjson", [line | PAST for line in visit("s1", clicks=["buy"])])

    found = run_command(home, "load", str(path), "--json", UXPIPELINE_DATABASE_URL=database)

    assert found.returncode == 0, found.stderr
    (file,) = json.loads(found.stdout)["files"]
    assert (file["path"], file["source"], file["status"]) == (str(path), "native", "loaded")
    assert (file["lines"], file["inserted"], file["duplicates"], file["quarantined"]) == (2, 2, 0, 0)
    assert (file["parked"], file["ignored"]) == (0, {})
    assert file["rows_written"]["behavior_events"] == 2
    assert len(file["sha256"]) == 64


def test_the_same_file_again_exits_0_and_inserts_nothing(home: Path, database: str) -> None:
    path = write_lines(home / "a.ndjson", [line | PAST for line in visit("s1")])
    run_command(home, "load", str(path), UXPIPELINE_DATABASE_URL=database)

    found = run_command(home, "load", str(path), "--json", UXPIPELINE_DATABASE_URL=database)

    (file,) = json.loads(found.stdout)["files"]
    assert (found.returncode, file["status"], file["inserted"], file["duplicates"]) == (0, "already_loaded", 0, 1)


def test_quarantined_lines_exit_2(home: Path, database: str) -> None:
    lines = [event("s1", "click", second, **PAST) for second in range(30)]
    path = write_lines(home / "a.ndjson", [*lines, event("s1", "invented", 31, **PAST)])

    found = run_command(home, "load", str(path), "--json", UXPIPELINE_DATABASE_URL=database)

    (file,) = json.loads(found.stdout)["files"]
    assert (found.returncode, file["status"], file["quarantined"]) == (2, "loaded", 1)


def test_too_many_bad_lines_exit_1_and_load_nothing(home: Path, database: str) -> None:
    path = write_lines(home / "a.ndjson", [event("s1", "click", 1, **PAST), event("s1", "invented", 2, **PAST)])

    line = complaint(home, "load", str(path), UXPIPELINE_DATABASE_URL=database)

    assert "1 of 2 lines are bad" in line
    assert "--max-bad" in line
    with connect(database) as connection:
        assert connection.execute(b"select count(*) from behavior_events").fetchone() == (0,)


def test_a_missing_file_is_named(home: Path, database: str) -> None:
    assert "no-such-file" in complaint(home, "load", str(home / "no-such-file"), UXPIPELINE_DATABASE_URL=database)


def test_an_unreadable_file_is_named(home: Path, database: str) -> None:
    # Readable by nobody, not even by root.
    assert "/proc/self/mem" in complaint(home, "load", "/proc/self/mem", UXPIPELINE_DATABASE_URL=database)


def test_an_unknown_format_says_what_to_do(home: Path, database: str) -> None:
    path = home / "notes.txt"
    path.write_text("hello\n", encoding="utf-8")

    assert "--source" in complaint(home, "load", str(path), UXPIPELINE_DATABASE_URL=database)


def test_an_unknown_source_lists_the_known_ones(home: Path, database: str) -> None:
    path = write_lines(home / "a.ndjson", visit("s1"))

    line = complaint(home, "load", str(path), "--source", "abacus", UXPIPELINE_DATABASE_URL=database)

    assert "native, posthog" in line


def test_a_server_that_is_down_is_named(home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    line = complaint(home, "migrate", UXPIPELINE_DATABASE_URL=f"postgresql://me:secret@127.0.0.1:{port}/x")

    assert f"127.0.0.1:{port}" in line
    assert "secret" not in line


def test_a_wrong_password_is_not_repeated(home: Path, database: str) -> None:
    parts = urlsplit(database)
    wrong = urlunsplit(parts._replace(netloc=f"{parts.username}:hunter2@{parts.hostname}:{parts.port}"))

    line = complaint(home, "migrate", UXPIPELINE_DATABASE_URL=wrong)

    assert "refuses user" in line
    assert "hunter2" not in line


def test_a_missing_database_is_named(home: Path, database: str) -> None:
    missing = urlunsplit(urlsplit(database)._replace(path="/no_such_database"))

    assert "no_such_database" in complaint(home, "migrate", UXPIPELINE_DATABASE_URL=missing)


def test_an_old_server_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "OLDEST_SERVER", 990000)

    with pytest.raises(ServerTooOldError, match="Use PostgreSQL 15 or newer"), connect(database):
        pass


@pytest.mark.parametrize("arguments", [("load", "{path}"), ("report",), ("proposals", "list")])
def test_pending_migrations_are_named(home: Path, empty_database: str, arguments: tuple[str, ...]) -> None:
    path = write_lines(home / "a.ndjson", visit("s1"))

    line = complaint(home, *(one.format(path=path) for one in arguments), UXPIPELINE_DATABASE_URL=empty_database)

    assert "uxpipeline migrate" in line


def test_migrating_twice_has_nothing_to_do(home: Path, empty_database: str) -> None:
    planned = json.loads(
        run_command(home, "migrate", "--plan", "--json", UXPIPELINE_DATABASE_URL=empty_database).stdout
    )
    applied = json.loads(run_command(home, "migrate", "--json", UXPIPELINE_DATABASE_URL=empty_database).stdout)
    again = run_command(home, "migrate", UXPIPELINE_DATABASE_URL=empty_database)

    assert planned["planned"] == applied["applied"]
    assert "0001" in applied["applied"]
    assert (again.returncode, again.stdout.strip()) == (0, "Nothing to do.")


def test_the_sql_of_a_migration_can_be_read_before_it_is_applied(home: Path, empty_database: str) -> None:
    printed = run_command(home, "migrate", "--sql", UXPIPELINE_DATABASE_URL=empty_database).stdout
    with connect(empty_database) as connection:
        assert value(connection, "select count(*) from pg_class where relname = 'behavior_events'") == 0
    run_command(home, "migrate", UXPIPELINE_DATABASE_URL=empty_database)
    afterwards = run_command(home, "migrate", "--sql", UXPIPELINE_DATABASE_URL=empty_database)

    assert printed.count("-- sql/migrations/") == len(list((ROOT / "sql" / "migrations").glob("*.sql")))
    for view in (ROOT / "sql" / "repeatable" / "views").iterdir():
        assert view.read_text(encoding="utf-8") in printed
    assert (afterwards.returncode, afterwards.stdout) == (0, "")


def test_run_exits_1_for_a_day_that_is_not_over(home: Path, database: str) -> None:
    line = complaint(home, "run", "--as-of", "2999-01-01", UXPIPELINE_DATABASE_URL=database)

    assert "2999-01-01" in line


@pytest.mark.parametrize(
    ("arguments", "complains"),
    [
        (("run", "--as-of", "tomorrow"), "YYYY-MM-DD"),
        (("run", "--known-at", "2026-01-01T00:00:00"), "offset"),
        (("load", ".", "--max-bad", "many"), "--max-bad"),
        (("proposals", "show", "no-such"), "proposals list"),
    ],
)
def test_a_wrong_option_says_how_to_write_it(
    home: Path, database: str, arguments: tuple[str, ...], complains: str
) -> None:
    assert complains in complaint(home, *arguments, UXPIPELINE_DATABASE_URL=database)


def test_a_wrong_setting_is_named(home: Path) -> None:
    assert "UXPIPELINE_EXECUTOR" in complaint(home, "doctor", UXPIPELINE_EXECUTOR="carrier-pigeon")


def test_doctor_says_what_is_wrong_and_how_to_fix_it(home: Path, empty_database: str, database: str) -> None:
    sick = run_command(home, "doctor", "--json", UXPIPELINE_DATABASE_URL=empty_database)
    well = run_command(home, "doctor", "--json", UXPIPELINE_DATABASE_URL=database, UXPIPELINE_PRIVACY_KEY="k")

    (error,) = [finding for finding in json.loads(sick.stdout)["findings"] if finding["level"] == "error"]
    assert (sick.returncode, error["topic"], error["remedy"]) == (1, "migrations", "Run `uxpipeline migrate`")
    assert well.returncode == 0
    assert not [finding for finding in json.loads(well.stdout)["findings"] if finding["level"] == "error"]


def test_doctor_names_what_somebody_changed_by_hand(home: Path, database: str, connection: Connection) -> None:
    connection.execute("grant select on public.user_sessions to public")

    found = run_command(home, "doctor", "--json", UXPIPELINE_DATABASE_URL=database)

    (error,) = [finding for finding in json.loads(found.stdout)["findings"] if finding["level"] == "error"]
    assert (found.returncode, error["topic"]) == (1, "schema")
    assert "grant public.user_sessions to public is not ours: select" in error["message"]


def test_a_report_is_written_where_asked(home: Path, database: str) -> None:
    out = home / "friction.html"

    found = run_command(home, "report", "--out", str(out), "--json", UXPIPELINE_DATABASE_URL=database)

    assert json.loads(found.stdout) == {"report": str(out)}
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_one_shot_command_leaves_no_process(open_home: Path) -> None:
    found = run_command(open_home, "migrate")

    assert found.returncode == 0, found.stderr
    assert left_behind(open_home) == []


def test_db_start_leaves_the_server_up_until_stop(open_home: Path) -> None:
    assert run_command(open_home, "db", "start").returncode == 0
    up = json.loads(run_command(open_home, "db", "status", "--json").stdout)
    url = run_command(open_home, "db", "url").stdout.strip()
    with connect(url) as connection:
        assert connection.execute(b"select current_database()").fetchone() == ("uxpipeline",)
    assert run_command(open_home, "db", "stop").returncode == 0
    down = json.loads(run_command(open_home, "db", "status", "--json").stdout)

    assert (up["running"], up["kept"], down["running"]) == (True, True, False)
    assert left_behind(open_home) == []
