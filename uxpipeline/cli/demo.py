"""`uxpipeline demo`: the shipped sample, through the whole chain, in a database of its own."""

from dataclasses import asdict
from datetime import date

from uxpipeline.cli.console import complain, out, print_json
from uxpipeline.cli.summaries import ranked_surfaces, run_with_progress
from uxpipeline.db.connect import Connection, connect
from uxpipeline.db.sqlfiles import statement
from uxpipeline.demo.build import Demo, prepare_demo
from uxpipeline.embedded.server import EmbeddedServer
from uxpipeline.friction.store import stored_scores
from uxpipeline.proposals.store import list_proposals
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
    summary = _summary(connection, demo)
    report = write_report(connection, demo.settings, None)
    if json:
        print_json({**summary, "report": report})
        return
    scores = stored_scores(connection, demo.as_of)
    files = summary["files"]
    out.print(f"Profile demo: conversion `{demo.settings.conversion}`, lower evidence gate, no warm-up.", style="dim")
    out.print(
        f"Loaded {files['files']} files, {files['lines']:,} lines: {files['inserted']:,} inserted,"
        f" {files['duplicates']:,} duplicates, {files['quarantined']:,} quarantined, {files['parked']:,} parked,"
        f" {files['ignored']:,} ignored."
    )
    for title, level in (("Elements", "element"), ("Pages", "page")):
        out.print(f"\n{title} by sessions certainly affected, 28 days to {demo.as_of}", style="bold")
        out.print(ranked_surfaces(scores, level))
    out.print("\nProposals", style="bold")
    for proposal in summary["proposals"]:
        out.print(f"• {proposal['change_description']}")
        out.print(f"  {_test_line(proposal['test'])}", style="dim")
    out.print(f"\nReport: {report}", soft_wrap=True)
    out.print("See it in the Dagster UI: uxpipeline dev --demo", style="bold")


def _summary(connection: Connection, demo: Demo) -> dict[str, object]:
    row = connection.execute(statement("report/ledger_totals")).fetchone() or (0,) * 7
    names = ("files", "lines", "inserted", "duplicates", "quarantined", "parked", "ignored")
    return {
        "profile": demo.settings.profile,
        "as_of": demo.as_of,
        "conversion": demo.settings.conversion,
        "files": dict(zip(names, row, strict=True)),
        "proposals": [asdict(proposal) for proposal in list_proposals(connection)],
    }


def _test_line(test: dict[str, object]) -> str:
    if test.get("needed_per_arm") is None:
        return f"{test['verdict']}: no baseline, none or all of the exposed sessions converted"
    return (
        f"{test['verdict']}: a test would need {test['needed_per_arm']:,} sessions per arm,"
        f" {float(str(test['sessions_per_week'])):.0f} come a week"
    )
