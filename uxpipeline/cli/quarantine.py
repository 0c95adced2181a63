"""`uxpipeline quarantine`: lines that could not be taken, and loading them once they can."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from uxpipeline.cli.console import Json, complain, database, out, print_json, printable, step_progress
from uxpipeline.db.lease import lease
from uxpipeline.db.migrate import require_current
from uxpipeline.errors import InputError
from uxpipeline.ingest.ledger import quarantine_reasons, quarantined_files, quarantined_line, quarantined_lines
from uxpipeline.report.wording import count, text
from uxpipeline.settings import Settings

app = typer.Typer(help="Lines that could not be taken, why, and loading them after a fix.", no_args_is_help=True)

LineId = Annotated[int, typer.Argument(help="As `quarantine list` numbers it.", metavar="ID", min=1)]
LineIds = Annotated[list[int] | None, typer.Argument(help="Only these lines; default: all.", metavar="[ID...]")]
Reason = Annotated[str | None, typer.Option(help="Only lines that were refused for this reason, e.g. bad_time.")]
MOST_LINES = 100


@app.command("list")
def list_all(
    *,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(help="How many lines to list at most.", min=1)] = MOST_LINES,
    replayed: Annotated[bool, typer.Option("--replayed", help="Also lines that were replayed since.")] = False,
    json: Json = False,
) -> None:
    """List what is in quarantine: how much for which reason, and the lines of the newest files."""
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        reasons = quarantine_reasons(connection)
        lines = quarantined_lines(connection, reason=reason, most=limit, with_replayed=replayed)
    if json:
        print_json({"reasons": dict(reasons), "lines": lines})
        return
    for name, number in reasons:
        out.print(f"{number:,} {name}")
    if not lines:
        out.print(f"No line was refused as `{printable(reason)}`." if reason else "Nothing is in quarantine.")
        return
    table = Table("id", "line", "reason", "field", "replayed", box=None)
    for line in lines:
        since = f"{line.replayed_at:%Y-%m-%d %H:%M}" if line.replayed_at else ""
        table.add_row(str(line.id), text(line.place, 60), line.reason, text(line.detail, 60), since)
    out.print(table)
    if len(lines) == limit:
        out.print(f"At most {count(limit, 'line')} listed; `--limit` lists more.")
    out.print("`uxpipeline quarantine show ID` shows a line, docs/sources.md what a reason means.")
    out.print("`uxpipeline quarantine replay` loads lines after a fix.")


@app.command()
def show(line_id: LineId, *, json: Json = False) -> None:
    """Show one line: where it came from, why it was refused, and its text, masked."""
    with database(Settings.from_env()) as (connection, _url):
        require_current(connection)
        line = quarantined_line(connection, line_id)
    if line is None:
        raise InputError(f"Nothing in quarantine has the number {line_id}", "See `uxpipeline quarantine list`")
    if json:
        print_json(line)
        return
    out.print(f"line {line.line_no} of {printable(line.path)}, read as {line.source}", soft_wrap=True)
    out.print(printable(f"{line.reason}: {line.detail}" if line.detail else line.reason))
    if line.payload is None:
        out.print("What it said was kept UXPIPELINE_KEEP_QUARANTINE_DAYS. Its file has it.")
    else:
        out.print(printable(line.payload), soft_wrap=True)


@app.command()
def replay(ids: LineIds = None, *, reason: Reason = None, json: Json = False) -> None:
    """Load lines from quarantine after a fix, from the files they came in.

    Exit code 0: none is left; 2: some were refused again; 1: a file is gone or changed.
    """
    from uxpipeline.ingest.load import replay_lines  # noqa: PLC0415  # parsers load slowly; `--help` need not wait
    from uxpipeline.quality.staged import audit_child  # noqa: PLC0415  # as above

    settings = Settings.from_env()
    with database(settings) as (connection, url), step_progress() as progress:
        require_current(connection)
        files = quarantined_files(connection, ids or (), reason)
        task = progress.add_task("replaying", total=len(files))
        reports = []
        with lease(connection, url), audit_child(url) as auditor:
            for report in replay_lines(connection, settings, files, datetime.now(UTC), auditor=auditor):
                reports.append(report)
                progress.advance(task)
    if json:
        print_json({"files": reports})
    elif reports:
        from uxpipeline.cli.summaries import loaded_files  # noqa: PLC0415  # as above

        out.print(loaded_files(reports))
        if refused := sum(report.quarantined for report in reports):
            out.print(f"{count(refused, 'line')} refused again: `uxpipeline quarantine list` says why.")
    else:
        out.print("Nothing to replay" + (": `uxpipeline quarantine list` has no such line." if ids or reason else "."))
    for report in reports:
        if report.status == "aborted":
            complain(f"{report.path}: {report.problem}")
    aborted = any(report.status == "aborted" for report in reports)
    raise typer.Exit(1 if aborted else 2 if any(report.quarantined for report in reports) else 0)
