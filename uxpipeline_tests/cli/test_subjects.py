"""`export` and `erase` as people and scripts call them."""

import gzip
import json
from pathlib import Path

from uxpipeline.db.connect import connect
from uxpipeline.ingest.reports import FileReport
from uxpipeline_tests.cli.loading import load
from uxpipeline_tests.factories import PAST, visit, write_lines
from uxpipeline_tests.processes import run_command


def load_visits(home: Path, database: str, name: str, *sessions: str) -> FileReport:
    lines = [line | PAST for session in sessions for line in visit(session, clicks=["buy"])]
    return load(home, database, write_lines(home / name, lines))


def test_a_copy_then_erasure_then_nothing(tmp_path: Path, database: str) -> None:
    load_visits(tmp_path, database, "a.ndjson", "mine", "another")

    copy = json.loads(run_command(tmp_path, "export", "mine", UXPIPELINE_DATABASE_URL=database).stdout)
    erased = run_command(tmp_path, "erase", "mine", "--json", UXPIPELINE_DATABASE_URL=database)
    after = run_command(tmp_path, "export", "mine", UXPIPELINE_DATABASE_URL=database)
    again = load_visits(tmp_path, database, "b.ndjson", "mine", "third")

    assert {relation: len(found) for relation, found in copy.items()} == {"user_sessions": 1, "behavior_events": 2}
    assert json.loads(erased.stdout) == {"erased": {"user_sessions": 1, "behavior_events": 2}}
    assert (after.returncode, after.stdout) == (1, "")
    assert after.stderr.startswith("uxpipeline: Nothing is stored about this session")
    assert (again.inserted, again.ignored) == (2, {"erased_session": 2})


def test_a_copy_in_a_file_is_for_its_owner_only(tmp_path: Path, database: str) -> None:
    load_visits(tmp_path, database, "a.ndjson", "mine")
    path = tmp_path / "copy.json"

    found = run_command(tmp_path, "export", "mine", "--out", str(path), UXPIPELINE_DATABASE_URL=database)

    assert found.stdout == f"3 rows written to {path}.\n"
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text(encoding="utf-8"))["user_sessions"][0]["session_id"] == "mine"


def test_a_copy_that_cannot_be_written_says_so_and_one_written_over_is_private(tmp_path: Path, database: str) -> None:
    load_visits(tmp_path, database, "a.ndjson", "mine")
    open_to_all = tmp_path / "copy.json"
    open_to_all.touch(mode=0o644)

    nowhere = str(tmp_path / "nowhere" / "copy.json")
    refused = run_command(tmp_path, "export", "mine", "--out", nowhere, UXPIPELINE_DATABASE_URL=database)
    run_command(tmp_path, "export", "mine", "--out", str(open_to_all), UXPIPELINE_DATABASE_URL=database)

    assert refused.returncode == 1
    assert (
        refused.stderr
        == "uxpipeline: The copy cannot be written: No such file or directory. Name another file with --out\n"
    )
    assert open_to_all.stat().st_mode & 0o077 == 0


def test_people_read_what_was_erased(tmp_path: Path, database: str) -> None:
    load_visits(tmp_path, database, "a.ndjson", "mine")

    found = run_command(tmp_path, "erase", "mine", UXPIPELINE_DATABASE_URL=database)

    assert found.stdout.splitlines() == [
        "1 row of user_sessions erased",
        "2 rows of behavior_events erased",
        "Figures are computed anew. Whatever of it comes again is refused.",
    ]


def test_what_is_left_of_a_session_is_found_wherever_it_is(tmp_path: Path, database: str) -> None:
    url = {"UXPIPELINE_DATABASE_URL": database}
    (tmp_path / "landing").mkdir()
    (tmp_path / "postgres").mkdir()
    for name in ("landing/a.ndjson.gz", "note.txt", "postgres/datafile"):
        content = b'{"session_id":"mine"}\n'
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    load_visits(tmp_path, database, "b.ndjson", "another-than-mine", "mine-too")
    (tmp_path / "b.ndjson").unlink()
    with connect(database) as connection:
        connection.execute("insert into uxpipeline.leases (name, holder, expires_at) values ('x', 'of mine', now())")

    found = run_command(tmp_path, "verify-erasure", "mine", "--json", **url)
    people = run_command(tmp_path, "verify-erasure", "mine", **url)

    left = json.loads(found.stdout)
    assert (found.returncode, left["tables"], left["unreadable"]) == (1, {"uxpipeline.leases": 1}, [])
    assert left["files"] == [str(tmp_path / "landing/a.ndjson.gz"), str(tmp_path / "note.txt")]
    assert left["tables_searched"] > 40
    assert "3 hits." in people.stdout
    assert "1 row of uxpipeline.leases" in people.stdout


def test_of_an_erased_session_nothing_is_left_to_find(tmp_path: Path, database: str) -> None:
    url = {"UXPIPELINE_DATABASE_URL": database}
    load_visits(tmp_path, database, "a.ndjson", "mine", "another")
    run_command(tmp_path, "run", **url)
    before = run_command(tmp_path, "verify-erasure", "mine", **url)
    (tmp_path / "a.ndjson").unlink()
    run_command(tmp_path, "erase", "mine", **url)

    after = run_command(tmp_path, "verify-erasure", "mine", **url)

    assert before.returncode == 1
    assert "of public.behavior_events" in before.stdout
    assert "of uxpipeline.session_facts" in before.stdout
    assert str(tmp_path / "a.ndjson") in before.stdout
    assert (after.returncode, after.stdout.splitlines()[1:]) == (0, [])
    assert after.stdout.endswith("searched: 0 hits.\n")


def test_retention_shows_first_and_forgets_when_told(tmp_path: Path, database: str) -> None:
    load_visits(tmp_path, database, "a.ndjson", "mine")
    given = {
        "UXPIPELINE_DATABASE_URL": database, "UXPIPELINE_KEEP_EVENTS_DAYS": "60", "UXPIPELINE_KEEP_SESSIONS_DAYS": "60"
    }  # fmt: skip
    run_command(tmp_path, "run", UXPIPELINE_DATABASE_URL=database)

    shown = run_command(tmp_path, "retention", **given)
    looked = run_command(tmp_path, "retention", "--json", **given)
    applied = run_command(tmp_path, "retention", "--apply", "--json", **given)
    after = run_command(tmp_path, "retention", "--json", **given)

    due = {"events": 2, "sessions": 1, "parked": 0, "quarantined": 0}
    assert "60 days" in shown.stdout
    assert "uxpipeline retention --apply" in shown.stdout
    assert json.loads(looked.stdout) == {"expired": due}
    assert json.loads(applied.stdout) == {"forgotten": due}
    assert json.loads(after.stdout) == {"expired": dict.fromkeys(due, 0)}
