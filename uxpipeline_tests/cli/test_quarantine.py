"""`quarantine` as people and scripts call it."""

import json
from pathlib import Path

from uxpipeline.db.connect import connect
from uxpipeline_tests.cli.loading import load
from uxpipeline_tests.factories import visit, write_lines
from uxpipeline_tests.processes import run_command

OLD = {"timestamp": "2019-06-01T10:00:00+00:00", "page_url": "https://shop.example/\x1b[2J"}


def quarantined(home: Path, database: str) -> Path:
    path = write_lines(home / "old.ndjson", [line | OLD for line in visit("s1")])
    load(home, database, path, max_bad=1.0)
    return path


def test_a_line_is_listed_shown_and_replayed_after_a_fix(tmp_path: Path, database: str) -> None:
    path = quarantined(tmp_path, database)

    listed = json.loads(run_command(tmp_path, "quarantine", "list", "--json", UXPIPELINE_DATABASE_URL=database).stdout)
    [line] = listed["lines"]
    shown = run_command(tmp_path, "quarantine", "show", str(line["id"]), UXPIPELINE_DATABASE_URL=database)
    in_vain = run_command(tmp_path, "quarantine", "replay", UXPIPELINE_DATABASE_URL=database)
    fixed = {"UXPIPELINE_DATABASE_URL": database, "UXPIPELINE_EARLIEST": "2019-01-01"}
    replayed = run_command(tmp_path, "quarantine", "replay", str(line["id"]), "--json", **fixed)

    assert listed["reasons"] == {line["reason"]: 1}
    assert f"line 1 of {path}" in shown.stdout
    assert "s1" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert in_vain.returncode == 2
    assert replayed.returncode == 0
    assert json.loads(replayed.stdout)["files"][0]["inserted"] == 1


def test_each_answer_says_what_to_do_next(tmp_path: Path, database: str) -> None:
    url = {"UXPIPELINE_DATABASE_URL": database}
    path = write_lines(tmp_path / "old.ndjson", [line | OLD for line in visit("s1", clicks=["buy"])])

    loaded = run_command(tmp_path, "load", str(path), "--max-bad", "100%", **url)
    cut = run_command(tmp_path, "quarantine", "list", "--limit", "1", **url)
    again = run_command(tmp_path, "quarantine", "replay", **url)
    no_such = run_command(tmp_path, "quarantine", "list", "--reason", "bad_tim", **url)
    none_replayed = run_command(tmp_path, "quarantine", "replay", "--reason", "bad_tim", **url)
    with connect(database) as connection:
        [(number,)] = connection.execute(
            "update uxpipeline.quarantine set payload = null where line_no = 1 returning id"
        )
    forgotten = run_command(tmp_path, "quarantine", "show", str(number), **url)

    assert "2 quarantined: `uxpipeline quarantine list` says why." in loaded.stdout
    assert "At most 1 line listed; `--limit` lists more." in cut.stdout
    assert "`uxpipeline quarantine show ID`" in cut.stdout
    assert "2 lines refused again: `uxpipeline quarantine list` says why." in again.stdout
    assert no_such.stdout.endswith("No line was refused as `bad_tim`.\n")
    assert none_replayed.stdout == "Nothing to replay: `uxpipeline quarantine list` has no such line.\n"
    assert forgotten.stdout.endswith("UXPIPELINE_KEEP_QUARANTINE_DAYS. Its file has it.\n")


def test_a_file_that_is_gone_exits_1_and_says_what_to_do(tmp_path: Path, database: str) -> None:
    quarantined(tmp_path, database).unlink()

    found = run_command(tmp_path, "quarantine", "replay", UXPIPELINE_DATABASE_URL=database)

    assert found.returncode == 1
    assert "is not there any more. Put it back" in found.stderr


def test_with_nothing_in_quarantine_there_is_nothing_to_do(tmp_path: Path, database: str) -> None:
    listed = run_command(tmp_path, "quarantine", "list", UXPIPELINE_DATABASE_URL=database)
    replayed = run_command(tmp_path, "quarantine", "replay", UXPIPELINE_DATABASE_URL=database)
    shown = run_command(tmp_path, "quarantine", "show", "1", UXPIPELINE_DATABASE_URL=database)

    assert (listed.stdout, listed.returncode) == ("Nothing is in quarantine.\n", 0)
    assert (replayed.stdout, replayed.returncode) == ("Nothing to replay.\n", 0)
    assert shown.returncode == 1
