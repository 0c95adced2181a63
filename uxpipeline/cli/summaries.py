"""Results as people read them in a terminal."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from rich.table import Table

from uxpipeline.cli.console import step_progress
from uxpipeline.friction.store import RANKING_HEADER, RankedSurface
from uxpipeline.ingest.reports import FileReport
from uxpipeline.orchestration.chain import ChainResult, run_chain
from uxpipeline.settings import Settings


def run_with_progress(settings: Settings, url: str, as_of: date, known_at: datetime | None = None) -> ChainResult:
    """Run the chain under a bar that names the step that ended last."""
    with step_progress() as progress:
        task = progress.add_task("starting Dagster", total=None)
        return run_chain(
            settings,
            url,
            as_of,
            known_at,
            lambda step, _ok: progress.update(task, description=step, advance=1),
        )


def loaded_files(reports: Sequence[FileReport]) -> Table:
    """One row per file and a total."""
    table = Table("file", "status", box=None)
    counts = ("lines", "inserted", "duplicates", "quarantined", "parked", "ignored")
    for name in counts:
        table.add_column(name, justify="right")
    totals: Counter[str] = Counter()
    for report in reports:
        values = {name: getattr(report, name) for name in counts} | {"ignored": sum(report.ignored.values())}
        totals.update(values)
        table.add_row(report.name, report.status, *(str(values[name]) for name in counts))
    if len(reports) > 1:
        table.add_section()
        table.add_row(f"{len(reports)} files", "", *(str(totals[name]) for name in counts), style="bold")
    return table


def ranking(surfaces: Sequence[RankedSurface]) -> Table:
    """Ranked surfaces with their 90 % intervals."""
    table = Table(*RANKING_HEADER, box=None)
    for surface in surfaces:
        table.add_row(*surface.cells())
    return table
