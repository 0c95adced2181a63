"""The commands that stand on their own."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from uxpipeline.cli import subjects
from uxpipeline.cli.console import (
    Json,
    complain,
    database,
    line_progress,
    out,
    parse_day,
    parse_moment,
    print_json,
    printable,
    step_progress,
)
from uxpipeline.db.lease import lease
from uxpipeline.db.migrate import migrate as apply_migrations
from uxpipeline.db.migrate import pending, require_current
from uxpipeline.db.target import target_url
from uxpipeline.errors import ConfigurationError
from uxpipeline.settings import Settings

_LEVEL_STYLES = {"ok": "green", "warning": "yellow", "error": "red"}
LoadPaths = Annotated[
    list[str], typer.Argument(help="Files or folders, local or at s3:// or gs:// addresses.", metavar="PATH...")
]


def register(app: typer.Typer) -> None:
    """Add the commands in the order the help lists them."""
    for command in (
        demo,
        dev,
        migrate,
        load,
        run,
        report,
        subjects.export,
        subjects.erase,
        subjects.verify_erasure,
        subjects.retention,
        doctor,
    ):
        app.command()(command)


def migrate(
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would be applied and change nothing.")] = False,
    show_sql: Annotated[bool, typer.Option("--sql", help="Print that SQL and change nothing.")] = False,
    json: Json = False,
) -> None:
    """Apply the SQL that the database lacks; a second time there is nothing to do."""
    with database(Settings.from_env()) as (connection, _url):
        if show_sql:
            for migration in pending(connection):
                typer.echo(f"-- sql/{migration.file.name}.sql\n{migration.file.text}")
            return
        if plan:
            versions = [migration.version for migration in pending(connection)]
        else:
            with step_progress() as progress:
                task = progress.add_task("migrating", total=len(pending(connection)))
                versions = []
                for migration in apply_migrations(connection):
                    versions.append(migration.version)
                    progress.advance(task)
    if json:
        print_json({"planned" if plan else "applied": versions})
    else:
        for version in versions:
            out.print(f"{'would apply' if plan else 'applied'} {version}")
        out.print(f"{len(versions)} files." if versions else "Nothing to do.")


def load(
    paths: LoadPaths,
    *,
    source: Annotated[
        str, typer.Option(help="Format: auto, native, posthog, snowplow, segment, rudderstack or rrweb.")
    ] = "auto",
    max_bad: Annotated[str, typer.Option(help="Largest share of bad lines a file may have, e.g. 5% or 0.05.")] = "5%",
    json: Json = False,
) -> None:
    """Load tracker exports or native files.

    Exit code 0: clean; 2: loaded, some lines quarantined; 1: a file was aborted and nothing of it loaded.
    """
    from uxpipeline.ingest.files.landing import place  # noqa: PLC0415  # parsers load slowly; `--help` need not wait
    from uxpipeline.ingest.load import load_paths  # noqa: PLC0415  # as above
    from uxpipeline.quality.staged import audit_child  # noqa: PLC0415  # as above

    settings = Settings.from_env()
    with database(settings) as (connection, url), line_progress(disable=json) as progress:
        require_current(connection)
        task = progress.add_task("loading", total=None)
        with lease(connection, url), audit_child(url) as auditor:
            reports = load_paths(
                connection,
                settings,
                [place(path) for path in paths],
                datetime.now(UTC),
                source=source,
                max_bad=_share(max_bad),
                auditor=auditor,
                progress=lambda done: progress.update(
                    task, description=printable(done.path.name), completed=done.lines, total=done.all_lines
                ),
            )
    if json:
        print_json({"files": reports})
    else:
        from uxpipeline.cli.summaries import loaded_files  # noqa: PLC0415  # as above

        out.print(loaded_files(reports))
        for seen, files in Counter(file.seen for file in reports if file.seen).items():
            out.print(f"{seen} ({files} {'file' if files == 1 else 'files'})")
        if refused := sum(file.quarantined for file in reports if file.status == "loaded"):
            out.print(f"{refused:,} quarantined: `uxpipeline quarantine list` says why.")
    for file in reports:
        if file.status == "aborted":
            complain(f"{file.path}: {file.problem}")
    raise typer.Exit(load_exit([(file.status, file.quarantined) for file in reports]))


def run(
    *,
    as_of: Annotated[str, typer.Option(help="Last day (UTC) of the scoring window; default: yesterday.")] = "",
    known_at: Annotated[str, typer.Option(help="Score only from what had been received by this time.")] = "",
    json: Json = False,
) -> None:
    """Run the whole chain once: load the landing folder, check, refresh, score, propose, evaluate tests.

    Exit code 1 when a step or a blocking check failed.
    """
    from uxpipeline.cli.summaries import run_with_progress  # noqa: PLC0415  # Dagster takes seconds to import

    settings = Settings.from_env()
    day = parse_day(as_of) if as_of else datetime.now(UTC).date() - timedelta(days=1)
    moment = parse_moment(known_at) if known_at else None
    with target_url(settings) as url:
        result = run_with_progress(settings, url, day, moment)
    if json:
        print_json(result)
    else:
        out.print(f"Run {result.run_id} for {result.as_of}: {'succeeded' if result.success else 'failed'}")
        for check in result.failed_checks:
            out.print(f"check did not pass: {check}")
    for problem in result.problems:
        complain(problem)
    raise typer.Exit(0 if result.success else 1)


def report(
    *,
    out_file: Annotated[Path | None, typer.Option("--out", help="Where to write it; default: the home folder.")] = None,
    json: Json = False,
) -> None:
    """Write the HTML report: ranked friction, proposals, what was loaded and quarantined."""
    from uxpipeline.report.render import write_report  # noqa: PLC0415  # templates load slowly

    settings = Settings.from_env()
    with database(settings) as (connection, _url):
        require_current(connection)
        path = write_report(connection, settings, out_file)
    if json:
        print_json({"report": path})
    else:
        out.print(f"Report: {path}", soft_wrap=True)


def doctor(*, json: Json = False) -> None:
    """Check connection, server, roles, migrations, partitions and freshness; say how to fix what is wrong."""
    from uxpipeline.doctor import diagnose  # noqa: PLC0415  # keeps `--help` fast

    findings = diagnose(Settings.from_env())
    if json:
        print_json({"findings": findings})
    else:
        table = Table(box=None, show_header=False)
        for finding in findings:
            table.add_row(
                Text(finding.level, _LEVEL_STYLES[finding.level]), finding.topic, finding.message, finding.remedy
            )
        out.print(table)
    raise typer.Exit(1 if any(finding.level == "error" for finding in findings) else 0)


def demo(*, json: Json = False) -> None:
    """Load the shipped sample into a database of its own, run the whole chain, write the report."""
    from uxpipeline.cli.demo import run_demo  # noqa: PLC0415  # Dagster takes seconds to import

    raise typer.Exit(run_demo(Settings.from_env(), datetime.now(UTC).date(), json=json))


def dev(
    *,
    port: Annotated[int, typer.Option(help="Port of the Dagster UI on 127.0.0.1.")] = 3000,
    on_demo: Annotated[bool, typer.Option("--demo", help="Show the demo's database instead.")] = False,
) -> None:
    """Serve the Dagster UI with schedules and sensors until Ctrl-C."""
    from uxpipeline.cli.dev import serve  # noqa: PLC0415  # Dagster takes seconds to import

    raise typer.Exit(serve(Settings.from_env(), port, on_demo=on_demo))


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ConfigurationError(f"--max-bad is `{text}`", "Write a share like 5% or 0.05")
    return share


def load_exit(outcomes: list[tuple[str, int]]) -> int:
    """Exit code of a load, from status and quarantined lines of its files."""
    if any(status == "aborted" for status, _ in outcomes):
        return 1
    return 2 if any(quarantined for _, quarantined in outcomes) else 0
