"""`uxpipeline demo`: the shipped sample, through the whole chain, in a database of its own."""

from datetime import date

from uxpipeline.cli.console import complain, out, print_json
from uxpipeline.cli.summaries import ranking, run_with_progress
from uxpipeline.db.connect import Connection, connect
from uxpipeline.demo.build import Demo, prepare_demo
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.friction.store import ranked_surfaces
from uxpipeline.ingest.ledger import ledger_totals
from uxpipeline.proposals.store import list_proposals
from uxpipeline.proposals.words import test_words
from uxpipeline.report.render import write_report
from uxpipeline.settings import Settings


def run_demo(settings: Settings, today: date, *, json: bool) -> int:
    """Build the demo for `today`, run the chain, show what came of it; returns the exit code."""
    with EmbeddedServer(settings).running() as server:
        demo = prepare_demo(settings, server, today)
        result = run_with_progress(demo.settings, demo.url, demo.as_of)
        for problem in result.problems:
            complain(problem)
        if not result.success:
            return 1
        with connect(demo.url) as connection:
            _show(connection, demo, json=json)
    return 0


def _show(connection: Connection, demo: Demo, *, json: bool) -> None:
    totals = ledger_totals(connection)
    proposals = list_proposals(connection)
    report = write_report(connection, demo.settings, None)
    if json:
        names = {"profile": demo.settings.profile, "as_of": demo.as_of, "conversion": demo.settings.conversion}
        print_json({**names, "files": totals, "proposals": proposals, "report": report})
        return
    out.print(f"Profile demo: conversion `{demo.settings.conversion}`, lower evidence gate, no warm-up.", style="dim")
    out.print(
        f"Loaded {totals.files} files, {totals.lines:,} lines: {totals.inserted:,} inserted,"
        f" {totals.duplicates:,} duplicates, {totals.quarantined:,} quarantined, {totals.parked:,} parked,"
        f" {totals.ignored:,} ignored."
    )
    for title, level in (("Elements", "element"), ("Pages", "page")):
        out.print(
            f"\n{title} by rank: what they surely cost, 28 days to {demo.as_of}",
            style="bold",
        )
        out.print(ranking(ranked_surfaces(connection, demo.as_of, level, most=5)))
    out.print("\nProposals", style="bold")
    for proposal in proposals:
        out.print(f"• {proposal.change_description}")
        out.print(f"  {test_words(proposal.test)}", style="dim")
    out.print(f"\nReport: {report}", soft_wrap=True)
    out.print("See it in the Dagster UI: uxpipeline dev --demo", style="bold")
