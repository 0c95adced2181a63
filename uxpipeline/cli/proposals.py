"""`uxpipeline proposals`: the queue for people."""

import typer
from rich.table import Table

from uxpipeline.cli.console import Json, database, out, print_json
from uxpipeline.db.migrate import require_current
from uxpipeline.proposals.store import list_proposals, show_proposal
from uxpipeline.settings import Settings

app = typer.Typer(help="Proposed changes, their evidence and their history.", no_args_is_help=True)


@app.command("list")
def list_all(
    *,
    status: str = typer.Option("", help="Only proposals with this status, e.g. proposed."),
    json: Json = False,
) -> None:
    """List proposals, newest first."""
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        found = list_proposals(connection, status or None)
    if json:
        print_json({"proposals": found})
        return
    table = Table("proposal", "status", "friction", "affected", "test", box=None)
    for proposal in found:
        evidence, test = proposal.evidence, proposal.test
        table.add_row(
            proposal.proposal_id,
            proposal.status,
            proposal.friction_point,
            f"{evidence.get('affected_sessions', '?')} of {evidence.get('exposed_sessions', '?')}",
            str(test.get("verdict", "")),
        )
    out.print(table if found else "No proposals.")


@app.command()
def show(proposal_id: str = typer.Argument(help="As `proposals list` names it."), *, json: Json = False) -> None:
    """Show one proposal: the change, the evidence, what a test would need, its history."""
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        found = show_proposal(connection, proposal_id)
    if json:
        print_json(found)
        return
    proposal = found.proposal
    out.print(f"{proposal.friction_point} ({proposal.status})", style="bold")
    out.print(proposal.change_description)
    for title, values in (
        ("Change", proposal.proposed_changes),
        ("Evidence", proposal.evidence),
        ("Test", proposal.test),
    ):
        table = Table(title, "", box=None)
        for name, value in values.items():
            table.add_row(name, str(value))
        out.print(table)
    for event in found.history:
        out.print(f"{event.at:%Y-%m-%d %H:%M} UTC  {event.from_status or '-'} → {event.to_status}  by {event.actor}")
