"""One proposal as people read it in a terminal."""

from typing import Any, TypeGuard

from rich.table import Table

from uxpipeline.cli.console import out
from uxpipeline.cli.plots import interval_plot
from uxpipeline.proposals.store import ProposalRecord, StoredProposal
from uxpipeline.report.wording import text


def proposal_page(found: ProposalRecord) -> None:
    """Print the change, its evidence, what it is expected to do, what a test would need, and its history.

    Whoever may insert proposals may put any text into them: all of it is made plain first.
    """
    proposal = found.proposal
    out.print(f"{text(proposal.friction_point, 300)} ({proposal.status})", style="bold")
    out.print(text(proposal.change_description, 1000))
    _values("Change", proposal.proposed_changes)
    _evidence(found)
    for line in interval_plot(_intervals(proposal), out.width):
        out.print(line, soft_wrap=True)
    _values("Expected", proposal.prediction)
    _values("Test", proposal.test)
    if proposal.pr_url:
        out.print(f"Request: {text(proposal.pr_url, 500)}", soft_wrap=True)
    table = Table("when (UTC)", "from", "to", "by", "reason", "evidence", box=None)
    for event in found.history:
        table.add_row(
            f"{event.at:%Y-%m-%d %H:%M}",
            event.from_status or "-",
            event.to_status,
            text(event.actor),
            text(event.reason or "", 200),
            text((event.evidence_hash or "")[:12]),
        )
    out.print(table)


def _evidence(found: ProposalRecord) -> None:
    """The newest answer, its question and where it comes from."""
    if not found.evidence:
        out.print("No evidence on record: it cannot be approved before a run has scored the surface its change names.")
        return
    newest = found.evidence[0]
    _values("Evidence", newest.result)
    out.print(
        f"Asked of {text(newest.query_id)} as of {newest.as_of}, known at {newest.known_at:%Y-%m-%d %H:%M} UTC,"
        f" scored as {text(newest.score_version)}, answer {newest.result_hash[:12]}; {len(found.evidence)} on record.",
        style="dim",
    )


def _values(title: str, values: dict[str, Any]) -> None:
    if not values:
        return
    table = Table(title, "", box=None)
    for name, value in values.items():
        if value is not None:
            table.add_row(text(name), text(value, 300))
    out.print(table)


def _intervals(proposal: StoredProposal) -> list[tuple[str, float, float, float]]:
    """The affected share with its 90 % interval, the expected change with its 80 % one."""
    rows = [
        ("affected, 90 %", proposal.evidence, ("rate_low", "rate", "rate_high")),
        ("expected, 80 %", proposal.prediction, ("low", "median", "high")),
    ]
    found: list[tuple[str, float, float, float]] = []
    for name, values, keys in rows:
        numbers = [float(value) for value in map(values.get, keys) if _is_number(value)]
        if len(numbers) == len(keys):
            found.append((name, numbers[0], numbers[1], numbers[2]))
    return found


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
