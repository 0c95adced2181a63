"""`uxpipeline proposals`: the queue for people."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from uxpipeline.cli.console import Json, database, out, print_json
from uxpipeline.db.connect import Connection
from uxpipeline.db.migrate import require_current
from uxpipeline.errors import ConfigurationError
from uxpipeline.friction.words import NOT_ESTIMATED
from uxpipeline.proposals.names import surface_name
from uxpipeline.proposals.store import list_proposals, show_proposal
from uxpipeline.proposals.words import affected_words
from uxpipeline.report.wording import text
from uxpipeline.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from uxpipeline.proposals.decide import Decision

app = typer.Typer(help="Proposed changes, their evidence, and what people decide about them.", no_args_is_help=True)

ProposalId = Annotated[str, typer.Argument(help="As `proposals list` names it.", metavar="ID")]
By = Annotated[str, typer.Option(help="Your name; it goes on record, and cannot be the author's.")]
PrUrl = Annotated[str, typer.Option(help="https URL of the pull or merge request.")]
MOST_BLOCKS = 1000


@app.command("list")
def list_all(
    *,
    status: str = typer.Option("", help="Only proposals with this status, e.g. proposed."),
    blocked: bool = typer.Option(False, "--blocked", help="Friction that was not proposed, and why."),  # noqa: FBT003  # a flag
    json: Json = False,
) -> None:
    """List proposals, newest first."""
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        if blocked:
            _list_blocked(connection, json=json)
            return
        found = list_proposals(connection, status or None)
    if json:
        print_json({"proposals": found})
        return
    table = Table(Column("proposal", no_wrap=True), "status", "friction", "affected", "expected", "test", box=None)
    for proposal in found:
        expected, verdict = proposal.expected_impact, str(proposal.test.get("verdict", ""))
        table.add_row(
            text(proposal.proposal_id),
            proposal.status,
            text(proposal.friction_point, 100),
            affected_words(proposal.evidence),
            NOT_ESTIMATED if expected is None else f"{expected:+.1%}",
            text(verdict.replace("_", " ")),
        )
    out.print(table if found else "No proposals.")


@app.command()
def show(proposal_id: ProposalId, *, json: Json = False) -> None:
    """Show one proposal: the change, the evidence, what a test would need, its history."""
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        found = show_proposal(connection, proposal_id)
    if json:
        print_json(found)
        return
    from uxpipeline.cli.proposal_page import proposal_page  # noqa: PLC0415  # keeps `--help` fast

    proposal_page(found)


@app.command()
def approve(
    proposal_id: ProposalId,
    *,
    by: By,
    implement: bool = typer.Option(False, "--implement", help="Record also that the change is live, untested."),  # noqa: FBT003  # a flag
    start_test: bool = typer.Option(False, "--start-test", help="Start its randomised test; refused, nothing changes."),  # noqa: FBT003  # a flag
    json: Json = False,
) -> None:
    """Approve a proposal after asking its evidence again.

    Fails where the evidence no longer holds.
    """
    from uxpipeline.proposals import decide  # noqa: PLC0415  # statistics load slowly

    if start_test and implement:
        raise ConfigurationError("--start-test and --implement exclude each other", "Choose one")
    if start_test:
        _approve_and_start(proposal_id, by, json=json)
        return
    _decided(lambda connection: decide.approve(connection, proposal_id, by, implement=implement), json=json)


@app.command()
def reject(
    proposal_id: ProposalId,
    *,
    by: By,
    reason: Annotated[str, typer.Option(help="already_fixed, wontfix_intentional, ...", metavar="CODE")],
    json: Json = False,
) -> None:
    """Reject a proposal; the reason decides whether it may come back."""
    from uxpipeline.proposals import decide  # noqa: PLC0415  # as above

    _decided(lambda connection: decide.reject(connection, proposal_id, by, reason), json=json)


@app.command("implement")
def implement_change(proposal_id: ProposalId, *, by: By, pr_url: PrUrl = "", json: Json = False) -> None:
    """Record that an approved change is live."""
    from uxpipeline.proposals import decide  # noqa: PLC0415  # as above

    _decided(lambda connection: decide.implement(connection, proposal_id, by, pr_url), json=json)


@app.command("rollback")
def roll_back(
    proposal_id: ProposalId,
    *,
    by: By,
    reason: Annotated[str, typer.Option(help="Why, in a sentence.", metavar="TEXT")],
    pr_url: PrUrl = "",
    json: Json = False,
) -> None:
    """Record that a change was taken back, and why."""
    from uxpipeline.proposals import decide  # noqa: PLC0415  # as above

    _decided(lambda connection: decide.roll_back(connection, proposal_id, by, reason, pr_url), json=json)


def _approve_and_start(proposal_id: str, by: str, *, json: bool) -> None:
    from uxpipeline.experiments.activate import Options, approve_and_start  # noqa: PLC0415  # as above

    settings = Settings.from_env()
    options = Options(most=settings.concurrent_tests)
    with database(settings) as (connection, _url):
        require_current(connection)
        started = approve_and_start(connection, proposal_id, by, settings.conversion, datetime.now(UTC), options)
    if json:
        print_json(started)
    else:
        out.print(f"{started.proposal_id} is testing as {started.test_id}, by {started.by}.")


def _decided(take: "Callable[[Connection], Decision]", *, json: bool) -> None:
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        decision = take(connection)
    if json:
        print_json(decision)
    else:
        out.print(f"{decision.proposal_id} is {decision.status.replace('_', ' ')}, by {decision.by}.")


def _list_blocked(connection: Connection, *, json: bool) -> None:
    from uxpipeline.proposals.blocks import list_blocks  # noqa: PLC0415  # as above

    found = list_blocks(connection, MOST_BLOCKS)
    if json:
        print_json({"blocked": found})
        return
    if not found:
        out.print("Nothing is blocked.")
        return
    table = Table("surface", "signal", "affected", "reason", "detail", box=None)
    for block in found:
        affected = f"{block.affected_sessions} of {block.exposed_sessions}"
        table.add_row(surface_name(block.surface_key), block.signal, affected, block.reason, text(block.detail, 200))
    out.print(f"Not proposed on {found[0].as_of}: {found[0].total}")
    out.print(table)
