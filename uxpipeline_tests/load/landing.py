"""Writing files and loading them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from uxpipeline.db.connect import Connection
from uxpipeline.ingest.load import DEFAULT_MAX_BAD, load_paths
from uxpipeline.ingest.reports import FileReport
from uxpipeline.settings import Settings
from uxpipeline_tests.db.queries import column, rows
from uxpipeline_tests.load.lines import Line

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""Two days after the visits: every session is over."""

STATE = Path(__file__).with_name("state.sql").read_text(encoding="utf-8")
LEDGER = """
    select path, source, sha256, status, lines, inserted, duplicates, quarantined, parked, ignored,
        rows_written, problem
    from uxpipeline.ingest_files order by id
"""
# Sessions take events, steps and assignments with them, files take quarantine and parked rows.
CLEAN = """
    delete from public.user_sessions; delete from public.a_b_tests; delete from uxpipeline.ingest_files;
    delete from uxpipeline.funnel_steps; delete from uxpipeline.leases; delete from uxpipeline.stage_lines;
    delete from uxpipeline.stage_events; delete from uxpipeline.stage_sessions;
    delete from uxpipeline.stage_funnel_steps; delete from uxpipeline.stage_assignments;
    delete from uxpipeline.stage_conversions; delete from uxpipeline.stage_moments;
    delete from uxpipeline.stage_remarks; delete from uxpipeline.stage_repeated_ids;
    delete from uxpipeline.visitor_runs;
    delete from uxpipeline.remarks; delete from uxpipeline.stage_verdicts;
    delete from uxpipeline.bucket_files; delete from uxpipeline.bucket_listings;
"""


@dataclass
class Landing:
    """A folder of files and the database they are loaded into."""

    connection: Connection
    settings: Settings
    folder: Path

    def write(self, lines: Iterable[Line | str], name: str | None = None) -> Path:
        """A new file; lines that are text already are written as they are."""
        path = self.folder / (name or f"{len(list(self.folder.iterdir())):03}.ndjson")
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        return path

    def load(self, *lines: Line | str, now: datetime = NOW, max_bad: float = 1.0) -> FileReport:
        """Load one file of these lines, whatever share of them is bad."""
        return self.load_file(self.write(lines), now=now, max_bad=max_bad)

    def load_file(self, path: Path, now: datetime = NOW, max_bad: float = DEFAULT_MAX_BAD) -> FileReport:
        [report] = self.load_all(path, now=now, max_bad=max_bad)
        return report

    def load_all(self, *paths: Path | str, now: datetime = NOW, max_bad: float = DEFAULT_MAX_BAD) -> list[FileReport]:
        return load_paths(self.connection, self.settings, paths, now, max_bad=max_bad)

    def state(self) -> list[str]:
        """Everything in the four session tables but surrogate ids and clocks."""
        return column(self.connection, STATE)

    def ledger(self) -> list[dict[str, Any]]:
        """The rows of the ledger, as reports have them."""
        names = [name.strip() for name in LEDGER.split("select", 1)[1].split("from", 1)[0].split(",")]
        return [dict(zip(names, row, strict=True)) for row in rows(self.connection, LEDGER)]

    def quarantine(self) -> list[tuple[Any, ...]]:
        """Line, reason and detail of what was rejected."""
        return rows(self.connection, "select line_no, reason, detail from uxpipeline.quarantine order by id")

    def clean(self) -> None:
        self.connection.execute(CLEAN.encode())

    def add_test(self, name: str = "known") -> None:
        self.connection.execute(
            """
            insert into public.a_b_tests (test_id, test_name, component_id, variant_a, variant_b, status)
            values (%s, 'Test', 'checkout', '{}', '{}', 'active')
            """,
            [name],
        )


def counts(report: FileReport) -> dict[str, int]:
    """What became of the lines, without what became of none."""
    found = {
        "inserted": report.inserted,
        "duplicates": report.duplicates,
        "quarantined": report.quarantined,
        "parked": report.parked,
        "ignored": sum(report.ignored.values()),
    }
    assert sum(found.values()) == report.lines
    return {name: lines for name, lines in found.items() if lines}


def as_dict(report: FileReport) -> dict[str, Any]:
    """What the ledger keeps of a report."""
    return {field.name: getattr(report, field.name) for field in fields(report) if field.name != "seen"}
