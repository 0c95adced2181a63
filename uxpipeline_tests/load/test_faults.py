"""The list of faults is complete and its tests are there; and the faults that have no better place."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from uxpipeline.ingest.load import load_paths
from uxpipeline.ingest.reports import Done
from uxpipeline_tests.db.queries import column, value
from uxpipeline_tests.load.faults import TESTS, listed
from uxpipeline_tests.load.landing import NOW, Landing, counts
from uxpipeline_tests.load.lines import event

READ = """
import resource, sys
from pathlib import Path
from uxpipeline.ingest.files.readers import read_lines

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print([(line.number, line.refusal.reason) for line in read_lines(Path(sys.argv[1]))])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
NAMES = ["a'; drop table x.ndjson", 'quo"te', "new\nline", "%s %(load_id)s", "$(touch here)", "ünï"]


@pytest.mark.parametrize(("kind", "letter", "number"), [("faults", "F", 39), ("invariants", "I", 8)])
def test_the_list_is_complete(kind: str, letter: str, number: int) -> None:
    assert [name.split()[0] for name in listed()[kind]] == [f"{letter}{one}" for one in range(1, number + 1)]


@pytest.mark.parametrize(
    "named", sorted({test for kind in listed().values() for tests in kind.values() for test in tests})
)
def test_a_listed_test_is_there(named: str) -> None:
    file, name = named.split("::")
    assert re.search(rf"^ *def {name}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_a_gigabyte_without_a_line_end_costs_one_line_and_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    with path.open("wb") as file:
        file.write(b'{"text": "')
        file.truncate(1024**3)
    told = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True).stdout
    lines, kilobytes = told.splitlines()
    assert lines == "[(1, 'line_too_long')]"
    assert int(kilobytes) < 32 * 1024


def test_a_file_that_vanishes_costs_only_itself(landing: Landing) -> None:
    landing.write([event("s", 0)], "a")
    gone = landing.write([event("t", 0)], "b")
    landing.write([event("u", 0)], "c")
    seen: list[str] = []

    def vanish(done: Done) -> None:
        seen.append(done.path.name)
        gone.unlink(missing_ok=True)

    reports = load_paths(landing.connection, landing.settings, [landing.folder], NOW, progress=vanish)
    assert [(report.name, report.status) for report in reports] == [("a", "loaded"), ("b", "aborted"), ("c", "loaded")]
    assert "does not exist" in (reports[1].problem or "")


def test_names_are_only_names(landing: Landing) -> None:
    for number, name in enumerate(NAMES):
        (landing.folder / f"{number}").mkdir()
        landing.write([event(f"s{number}", number)], f"{number}/{name}")
        landing.write([event(f"t{number}", number)], f"{number}/same")
    assert {report.status for report in landing.load_all(landing.folder)} == {"loaded"}
    assert sorted(column(landing.connection, "select path from uxpipeline.ingest_files")) == sorted(
        str(path) for path in landing.folder.rglob("*") if path.is_file()
    )


def test_one_bad_line_of_many_costs_itself(landing: Landing) -> None:
    lines = [event("s", second / 100) for second in range(6000)]
    report = landing.load(*lines[:3000], "{not json", *lines[3000:], max_bad=0.001)
    assert counts(report) == {"inserted": 6000, "quarantined": 1}
    assert value(landing.connection, "select count(*) from public.behavior_events") == 6000
