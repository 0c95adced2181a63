"""`uxpipeline experiments` as people and scripts meet it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from uxpipeline.cli.experiment_page import looks_plot
from uxpipeline.db.connect import Connection
from uxpipeline.experiments.activate import start_test
from uxpipeline.experiments.store import find_test
from uxpipeline.experiments.trajectory import picture, way_of
from uxpipeline.proposals.generate import propose
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import value
from uxpipeline_tests.experiments.visitors import (
    START,
    approved,
    history,
    nightly,
    run_until_decided,
    started,
    visit,
)
from uxpipeline_tests.processes import run_command
from uxpipeline_tests.proposals.scores import AS_OF, NOW, crowd, score

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def run(tmp_path: Path, database: str, *arguments: str) -> tuple[int, str, str]:
    variables = {"UXPIPELINE_DATABASE_URL": database, "UXPIPELINE_CONVERSION": "purchase"}
    found = run_command(tmp_path, *arguments, **variables)
    return found.returncode, found.stdout, found.stderr


def answer(tmp_path: Path, database: str, *arguments: str) -> Any:  # noqa: ANN401
    code, stdout, stderr = run(tmp_path, database, *arguments, "--json")
    assert code == 0, stderr
    return json.loads(stdout)


def test_a_test_is_started_evaluated_and_stopped(tmp_path: Path, database: str, connection: Connection) -> None:
    history(connection, start=TODAY)
    approved(connection)
    yesterday = TODAY - timedelta(days=1)
    history(connection, component="basket", start=yesterday)
    start_test(connection, approved(connection, "q", component_id="basket"), "Ada", "purchase", yesterday)
    begun = answer(tmp_path, database, "experiments", "start", "p", "--by", "Ada", "--confidence", "0.9")
    decided = answer(tmp_path, database, "experiments", "evaluate")
    listed = answer(tmp_path, database, "experiments", "list")
    stopped = answer(tmp_path, database, "experiments", "stop", "p-test", "--by", "Ada")

    assert (begun["test_id"], begun["design"]["alpha"], begun["design"]["target"]) == ("p-test", 0.1, "purchase")
    assert [(one["test_id"], one["verdict"]["reason"]) for one in decided["decisions"]] == [
        ("q-test", "no_complete_day")
    ]
    assert [test["status"] for test in listed["tests"]] == ["active", "active"]
    assert listed["wins"] == {"tests": 0, "won": 0, "by_chance": 0}
    assert stopped["proposal_id"] == "p"


def test_a_test_that_traffic_cannot_answer_is_refused_in_one_line(
    tmp_path: Path, database: str, connection: Connection
) -> None:
    history(connection, per_day=50, rate=0.06, start=TODAY)
    approved(connection)
    code, _, stderr = run(tmp_path, database, "experiments", "start", "p", "--by", "Ada")

    assert code == 1
    assert stderr.count("\n") == 1
    assert "days at most. Test a bolder change" in stderr


def test_where_the_test_is_refused_nothing_is_approved(tmp_path: Path, database: str, connection: Connection) -> None:
    crowd(connection, "buy", raged=8, calm=20)
    score(connection)

    settings = Settings.from_env({"UXPIPELINE_PROFILE": "demo", "UXPIPELINE_HOME": str(tmp_path)})
    (made,) = propose(connection, AS_OF, settings, NOW).made
    arguments = ("proposals", "approve", made.proposal_id, "--by", "Ada", "--start-test")
    code, _, stderr = run(tmp_path, database, *arguments)

    assert (code, "exposed sessions converted (`purchase`)" in stderr) == (1, True), stderr
    assert value(connection, "select status from public.optimization_history") == "proposed"
    assert run(tmp_path, database, *arguments, "--implement")[0] == 1


def test_a_decided_test_shows_its_way(tmp_path: Path, database: str, connection: Connection) -> None:
    run_until_decided(connection, started(connection).test_id, rates=(0.05, 0.07))
    code, shown, stderr = run(tmp_path, database, "experiments", "show", "p-test")
    _, listed, _ = run(tmp_path, database, "experiments", "list")

    assert code == 0, stderr
    assert "B (b_better)" in shown
    assert "week  1" in shown
    assert "After shrinkage: +" in shown
    assert "p-test:holdback" in listed


def test_a_day_that_is_not_over_is_refused(tmp_path: Path, database: str) -> None:
    code, _, stderr = run(tmp_path, database, "experiments", "evaluate", "--as-of", "2999-01-01")

    assert (code, stderr) == (1, "uxpipeline: 2999-01-01 is not over yet (UTC). Choose an earlier day\n")


def test_an_unknown_test_is_told_in_one_line(tmp_path: Path, database: str) -> None:
    code, _, stderr = run(tmp_path, database, "experiments", "show", "nothing")

    assert (code, stderr) == (1, "uxpipeline: There is no such test. See `uxpipeline experiments list`\n")


@pytest.mark.parametrize("width", [40, 80, 160])
def test_looks_fit_the_terminal(connection: Connection, width: int) -> None:
    test_id = started(connection).test_id
    for number in range(15):
        visit(connection, test_id, START.date() + timedelta(days=number), rates=(0.05, 0.06))
    nightly(connection, START.date() + timedelta(days=15))
    way = way_of(connection, find_test(connection, test_id), START.date() + timedelta(days=15))

    assert way
    lines = looks_plot(way, width)
    assert len(lines) == 2
    assert all(len(line) <= max(width, 56) for line in lines)
    drawn = picture("<b>", way)
    assert "<b>" not in drawn
    assert drawn.count("<line") == 1 + 2 * sum(look.boundary <= 5 for look in way.path.looks)
