"""One proposal as people read it in a terminal."""

from collections.abc import Iterator

from rich.table import Table

from uxpipeline.cli.console import out
from uxpipeline.cli.plots import interval_plot
from uxpipeline.friction.words import NOT_ESTIMATED, loss_words
from uxpipeline.proposals.store import ProposalRecord, StoredEvidence, StoredProposal
from uxpipeline.proposals.words import affected_words, change_words, number, numbers, test_words
from uxpipeline.report.wording import text

_FEW, _MANY = 300, 1000
Row = tuple[str, str]


def proposal_page(found: ProposalRecord) -> None:
    """Print the change, its evidence, what it is expected to do, what a test would need, and its history.

    Whoever may insert proposals may put any text into them: all of it is made plain first.
    """
    proposal = found.proposal
    newest = found.evidence[0] if found.evidence else None
    out.print(f"{text(proposal.friction_point, _FEW)} ({proposal.status})", style="bold")
    out.print(text(proposal.change_description, _MANY))
    _section("Change", _change(proposal))
    _section("Evidence", _evidence(newest, proposal) if newest else _no_evidence())
    for line in interval_plot(_intervals(proposal, newest), out.width - 1):
        out.print(f" {line}", soft_wrap=True)
    _section("Test", [("verdict", test_words(proposal.test))])
    if proposal.pr_url:
        out.print(f"Request: {text(proposal.pr_url, 500)}", soft_wrap=True)
    _history(found)
    _next(proposal, newest)


def _section(title: str, rows: Iterator[Row] | list[Row]) -> None:
    table = Table(title, "", box=None, title_justify="left")
    for name, value in rows:
        table.add_row(text(name), value)
    out.print(table)


def _change(proposal: StoredProposal) -> Iterator[Row]:
    """The typed change, part by part."""
    changes = proposal.proposed_changes
    yield "kind", text(changes.get("change_type", "not stated"), _FEW)
    for part in ("target", "change"):
        values = changes.get(part)
        for name, value in values.items() if isinstance(values, dict) else ():
            yield str(name), text(value, _FEW)
    places = (("page", proposal.page_url), ("component", proposal.component_id))
    yield from ((name, text(value, _FEW)) for name, value in places if value)
    yield "to take it back", text(changes.get("rollback", "not stated"), _FEW)


def _no_evidence() -> Iterator[Row]:
    yield "none on record", "It cannot be approved before a run has scored the surface its change names."


def _evidence(newest: StoredEvidence, proposal: StoredProposal) -> Iterator[Row]:
    """The newest answer, its question and where it comes from."""
    result = newest.result
    visitors, converted = number(result, "affected_visitors"), number(result, "converted_sessions")
    yield "sessions affected", affected_words(result) + ("" if visitors is None else f", {visitors:,.0f} visitors")
    if converted is not None:
        yield "of those exposed", f"{converted:,.0f} converted"
    lost = numbers(result, "lost_conversions", "lost_low", "lost_high")
    yield "conversions lost", f"{loss_words(*lost)}, 95 %, in 28 days" if lost else NOT_ESTIMATED
    chance = number(result, "p_loss")
    if chance is not None:
        yield "chance of a loss", f"{chance:.0%}"
    yield "grade", text(result.get("evidence_grade", "none"), _FEW)
    yield "expected", f"{change_words(proposal.prediction)}, 80 %" if proposal.prediction else NOT_ESTIMATED
    asked = f"{text(newest.query_id)}, as of {newest.as_of}, known at {newest.known_at:%Y-%m-%d %H:%M} UTC"
    yield "asked", f"{asked}, scored as {text(newest.score_version)}, answer {newest.result_hash[:12]}"


def _intervals(proposal: StoredProposal, newest: StoredEvidence | None) -> list[tuple[str, float, float, float]]:
    """The affected share with its 90 % interval, the expected change with its 80 % one."""
    rows = [
        ("affected, 90 %", newest.result if newest else {}, ("rate_low", "rate", "rate_high")),
        ("expected, 80 %", proposal.prediction, ("low", "median", "high")),
    ]
    found: list[tuple[str, float, float, float]] = []
    for name, values, keys in rows:
        known = numbers(values, *keys)
        if known and max(map(abs, known)) < 1e6:
            found.append((name, known[0], known[1], known[2]))
    return found


def _history(found: ProposalRecord) -> None:
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


def _next(proposal: StoredProposal, newest: StoredEvidence | None) -> None:
    """What people can do with it now."""
    if proposal.status != "proposed":
        return
    if newest:
        out.print("Yes: uxpipeline proposals approve ID --by NAME", style="dim")
    out.print("No: uxpipeline proposals reject ID --by NAME --reason CODE", style="dim")
