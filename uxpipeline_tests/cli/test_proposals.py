"""`uxpipeline proposals` as people and scripts meet it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from uxpipeline.cli.plots import interval_line, interval_plot
from uxpipeline.db.connect import Connection
from uxpipeline.proposals.generate import propose
from uxpipeline.settings import Settings
from uxpipeline_tests.processes import run_command
from uxpipeline_tests.proposals.scores import AS_OF, NOW, crowd, score
from uxpipeline_tests.sql.rows import insert

HOSTILE = "\x1b[31m<b>[link](http://e)\r\nuxpipeline: all fine\N{RIGHT-TO-LEFT OVERRIDE}"


@pytest.fixture
def proposal(connection: Connection, settings: Settings) -> str:
    """Id of a proposal under the demo's gate; another surface is blocked."""
    crowd(connection, "buy", raged=8, calm=20)
    crowd(connection, "quiet", raged=2, calm=40, page="/quiet")
    score(connection)
    (made,) = propose(connection, AS_OF, replace(settings, profile="demo"), NOW).made
    return made.proposal_id


def run(tmp_path: Path, database: str, *arguments: str) -> tuple[int, str, str]:
    found = run_command(tmp_path, "proposals", *arguments, UXPIPELINE_DATABASE_URL=database)
    return found.returncode, found.stdout, found.stderr


def answer(tmp_path: Path, database: str, *arguments: str) -> Any:  # noqa: ANN401
    code, stdout, stderr = run(tmp_path, database, *arguments, "--json")
    assert code == 0, stderr
    return json.loads(stdout)


def test_a_proposal_goes_its_way(tmp_path: Path, database: str, proposal: str) -> None:
    request = "https://git.example/shop/pull/17"
    approved = answer(tmp_path, database, "approve", proposal, "--by", "Ada")
    live = answer(tmp_path, database, "implement", proposal, "--by", "Ada", "--pr-url", request)
    back = answer(tmp_path, database, "rollback", proposal, "--by", "Bob", "--reason", "Slower")
    shown = answer(tmp_path, database, "show", proposal)

    assert (approved["status"], live["status"], back["status"]) == ("approved", "implemented", "rolled_back")
    assert (live["pr_number"], shown["proposal"]["pr_url"]) == (17, request)
    assert [event["to_status"] for event in shown["history"]] == ["proposed", "approved", "implemented", "rolled_back"]
    assert shown["proposal"]["rollback_reason"] == "Slower"
    assert shown["evidence"][0]["result"]["affected_sessions"] == 8


def test_rejecting_says_so(tmp_path: Path, database: str, proposal: str) -> None:
    code, stdout, _ = run(tmp_path, database, "reject", proposal, "--by", "Ada", "--reason", "already_fixed")

    assert (code, stdout) == (0, f"{proposal} is rejected, by Ada.\n")
    assert answer(tmp_path, database, "list", "--status", "rejected")["proposals"][0]["proposal_id"] == proposal


@pytest.mark.parametrize(
    ("arguments", "complains"),
    [
        (("approve", "{id}", "--by", "uxpipeline:0.1.0"), "--by NAME"),
        (("approve", "no-such", "--by", "Ada"), "uxpipeline proposals list"),
        (("reject", "{id}", "--by", "Ada", "--reason", "because"), "already_fixed"),
        (("implement", "{id}", "--by", "Ada"), "it can become: approved, rejected, archived"),
        (("implement", "{id}", "--by", "Ada", "--pr-url", "http://git.example/1"), "https://HOST/PATH"),
        (("rollback", "{id}", "--by", "Ada", "--reason", "Slower"), "cannot become rolled_back"),
    ],
)
def test_a_refusal_is_one_line(
    tmp_path: Path, database: str, proposal: str, arguments: tuple[str, ...], complains: str
) -> None:
    code, stdout, stderr = run(tmp_path, database, *(part.format(id=proposal) for part in arguments))

    assert (code, stdout, stderr.count("\n")) == (1, "", 1)
    assert complains in stderr


def test_a_page_shows_evidence_interval_test_and_history(tmp_path: Path, database: str, proposal: str) -> None:
    _, stdout, _ = run(tmp_path, database, "show", proposal)

    assert "Repeated fast clicks on #buy (proposed)" in stdout
    assert re.search(r"sessions affected +8 of 28, 8 visitors *\n", stdout)
    assert "━" in stdout
    plain = " ".join(stdout.split())
    assert re.search(r"it would need [\d,]+ sessions per arm; 196 come a week", plain)
    assert re.search(r"With [\d,]+ a week it would end in 6 weeks", plain)
    assert "proposals approve ID --by NAME" in stdout
    assert "uxpipeline:0.1.0" in stdout
    assert max(map(len, stdout.splitlines())) <= 80


def test_what_is_blocked_is_listed_with_its_reason(
    tmp_path: Path, database: str, proposal: str, connection: Connection
) -> None:
    (block,) = answer(tmp_path, database, "list", "--blocked")["blocked"]
    _, stdout, _ = run(tmp_path, database, "list", "--blocked")

    assert proposal
    assert (block["surface_key"], block["reason"]) == ("#quiet", "too_little_evidence")
    assert block["detail"] == "affected_sessions 2, at least 5"
    assert "Not proposed on 2026-11-20: 1" in stdout
    connection.execute(b"delete from proposal_blocks")
    assert run(tmp_path, database, "list", "--blocked")[1] == "Nothing is blocked.\n"


@pytest.mark.parametrize("arguments", [("list",), ("show", "p")])
def test_texts_of_others_are_shown_as_text(
    tmp_path: Path, database: str, connection: Connection, arguments: tuple[str, ...]
) -> None:
    odd = {"evidence": {HOSTILE: HOSTILE}, "test": {"verdict": HOSTILE}, "prediction": [HOSTILE]}
    insert(
        connection, "optimization_history", friction_point=HOSTILE, change_description=HOSTILE,
        proposed_changes={HOSTILE: HOSTILE}, metadata=odd,
    )  # fmt: skip
    code, stdout, stderr = run(tmp_path, database, *arguments)

    assert (code, stderr) == (0, "")
    assert "\x1b" not in stdout
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in stdout
    assert not [line for line in stdout.splitlines() if line.startswith("uxpipeline: ")]


@pytest.mark.parametrize("width", [1, 11, 40])
def test_a_line_is_as_wide_as_asked(width: int) -> None:
    assert len(interval_line(-0.1, 0.2, 0.3, (-0.1, 0.5), width)) == width


def test_an_interval_is_drawn_to_scale() -> None:
    assert interval_line(0.2, 0.3, 0.5, (0.0, 1.0), 11) == "│·━●━━·····"
    assert interval_line(-0.5, 0.0, 0.5, (-1.0, 1.0), 11) == "··━━━●━━━··"[:11]


def test_a_narrow_terminal_gets_the_figures_alone() -> None:
    (line,) = interval_plot([("affected", 0.1, 0.2, 0.3)], width=30)

    assert line == "affected  +20.0% (+10.0% to +30.0%)"
