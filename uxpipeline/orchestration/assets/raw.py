"""From landing files to checked tables."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from uxpipeline.home import privacy_key
from uxpipeline.ingest.load import load_landing
from uxpipeline.ingest.reports import FileReport
from uxpipeline.marts.partitions import drain_default_partition
from uxpipeline.marts.refresh import close_silent_sessions, ensure_partitions
from uxpipeline.orchestration import specs
from uxpipeline.orchestration.resources import PipelineResource
from uxpipeline.quality.staged import GreatExpectations
from uxpipeline.subjects.requests import erase_returned
from uxpipeline.subjects.retention import forget_expired

LANDING = dg.AssetKey("landing_files")
DESCRIPTIONS = {
    "ingest_files": "The ledger of files: what became of every line of every file.",
    "user_sessions": "Browsing sessions, supplied by the tracker or completed from their events.",
    "behavior_events": "What visitors did: clicks, rage clicks, hesitation, forms, errors, page views.",
    "conversion_funnels": "The funnel steps that sessions reached.",
    "variant_assignments": "Which session saw which variant of which test.",
}
SCHEMAS = {"ingest_files": "uxpipeline"}
GROUPS = {"variant_assignments": specs.EXPERIMENT}
FILES_ACCEPTED = dg.AssetCheckSpec(
    "files_accepted", asset="ingest_files", description="Every file of the landing folder could be loaded."
)

landing_files = dg.AssetSpec(
    LANDING,
    group_name=specs.RAW,
    owners=specs.OWNERS,
    kinds={"file"},
    description="Tracker exports and native files in the landing folder or bucket (`UXPIPELINE_LANDING`).",
)


def _spec(relation: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        relation,
        deps=[LANDING, "schema_migrations"],
        group_name=GROUPS.get(relation, specs.RAW),
        owners=specs.OWNERS,
        kinds=specs.PYTHON_KINDS,
        description=DESCRIPTIONS[relation],
        metadata=specs.table_name(relation, SCHEMAS.get(relation, "public")),
        freshness_policy=specs.FRESH,
    )


@dg.multi_asset(specs=[_spec(relation) for relation in DESCRIPTIONS], check_specs=[FILES_ACCEPTED], name="load_landing")
def raw_tables(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Load what is new in the landing folder; rows inserted directly are already there."""
    now = datetime.now(UTC)
    if isinstance(pipeline.settings.landing, Path):
        pipeline.settings.landing.mkdir(parents=True, exist_ok=True)
    with pipeline.writing() as connection:
        ensure_partitions(connection, now.date())
        drain_default_partition(connection)
        forgotten = forget_expired(connection, pipeline.settings, now)
        context.log.info(
            "forgotten, as kept too long: %s events, %s sessions, %s parked lines, %s texts of quarantined lines",
            forgotten.events, forgotten.sessions, forgotten.parked, forgotten.quarantined,
        )  # fmt: skip
        reports = load_landing(connection, pipeline.settings, now, auditor=GreatExpectations(pipeline.url))
        for report in reports:
            if report.seen:
                context.log.info("%s: %s as %s, %s lines", report.name, report.status, report.seen, report.lines)
        erase_returned(connection, privacy_key(pipeline.settings))
        close_silent_sessions(connection, now)
        for relation in DESCRIPTIONS:
            metadata = specs.relation_metadata(connection, relation, SCHEMAS.get(relation, "public"))
            written = sum(report.rows_written.get(relation, 0) for report in reports)
            extra: dict[str, Any] = _files(reports) if relation == "ingest_files" else {"rows_written": written}
            yield dg.MaterializeResult(asset_key=relation, metadata={**metadata, **extra})
    yield _acceptance(reports)


def _acceptance(reports: list[FileReport]) -> dg.AssetCheckResult:
    refused = {report.name: report.problem or "" for report in reports if report.status in {"aborted", "skipped"}}
    return dg.AssetCheckResult(
        asset_key=FILES_ACCEPTED.asset_key,
        check_name=FILES_ACCEPTED.name,
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"refused": len(refused), "files": dg.MetadataValue.json(refused)},
    )


def _files(reports: list[FileReport]) -> dict[str, Any]:
    columns = ("name", "source", "seen", "status", "lines", "inserted", "duplicates", "quarantined", "parked")
    rows = [
        (*columns, "ignored"),
        ("---",) * (len(columns) + 1),
        *((*(getattr(report, name) for name in columns), sum(report.ignored.values())) for report in reports),
    ]
    return {
        "files_loaded": sum(report.status == "loaded" for report in reports),
        "lines": sum(report.lines for report in reports),
        "quarantined": sum(report.quarantined for report in reports),
        "files": dg.MetadataValue.md("\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)),
    }
