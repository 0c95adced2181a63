"""The table of targets: what is not green is red, also what never ran."""

from collections import Counter
from pathlib import Path

import pytest

from uxpipeline_tests.targets import __main__ as runner
from uxpipeline_tests.targets.__main__ import COLUMNS, MODELS, TARGETS, Target, run

REPORT = """<testsuites><testsuite>
<testcase classname="uxpipeline_tests.db.test_upgrade" name="a"/>
<testcase classname="uxpipeline_tests.db.test_upgrade.TestMore" name="b"/>
<testcase classname="uxpipeline_tests.db.test_catalog" name="c"><failure/></testcase>
<testcase classname="uxpipeline_tests.sql.test_poison" name="d"><skipped/></testcase>
</testsuite></testsuites>"""


def test_every_model_is_reached_directly_and_through_a_pooler() -> None:
    assert len(TARGETS) == 2 * len(MODELS) == len({target.name for target in TARGETS})


def test_every_column_is_asked_of_some_target_and_its_files_exist() -> None:
    assert {name for target in TARGETS for name in target.columns()} == set(COLUMNS)
    files = [runner.ROOT / "uxpipeline_tests" / f"{name}.py" for names in COLUMNS.values() for name in names]
    assert [file.name for file in files if not file.is_file()] == []


def test_failed_skipped_and_missing_tests_are_red(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    outcomes = runner._outcomes(report)
    told = {name: runner._told([outcomes[name]]) for name in outcomes}
    assert told == {"db/test_upgrade": "2 ok", "db/test_catalog": "RED: 1 of 1", "sql/test_poison": "RED: 1 of 1"}
    assert runner._told([outcomes["db/test_upgrade"], Counter()]) == "RED: did not run"


def test_a_target_that_does_not_start_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "NPM", tmp_path / "nothing")
    told = run(Target(17, "plain", pooled=False), tmp_path)
    assert set(told.values()) == {"RED: did not run", runner.NOT_FOR_IT}
    assert "There are no server programs" in (tmp_path / "17 plain.log").read_text(encoding="utf-8")
