"""Randomised tests: daily counts, decisions, outcomes."""

import base64
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from uxpipeline.orchestration import specs
from uxpipeline.orchestration.resources import PipelineResource

if TYPE_CHECKING:
    from uxpipeline.db.connect import Connection
    from uxpipeline.experiments.evaluate import Evaluated

MOST_PICTURES = 5
_DECISIONS = ("| test | decision | reason | days | z | needed | harm e | split p |", "|" + " --- |" * 8)
_OUTCOMES = ("| signal | change | tests | Brier | in the 80 % interval | recovered | from |", "|" + " --- |" * 7)


@dg.asset(
    deps=["variant_assignments", "session_facts", "session_funnels"],
    partitions_def=specs.AS_OF_DAYS,
    group_name=specs.EXPERIMENT,
    owners=specs.OWNERS,
    kinds=specs.SQL_KINDS,
    metadata=specs.table_name("experiment_days"),
    code_version=specs.code_version("experiments/count_days"),
)
def experiment_days(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult[None]:
    """Units and conversions per test, arm and cohort day, once a cohort had its time to convert."""
    from uxpipeline.experiments.days import count_days  # noqa: PLC0415 - statistics: not in the code location

    with pipeline.writing() as connection:
        changed = count_days(connection, date.fromisoformat(context.partition_key))
        metadata = specs.relation_metadata(connection, "experiment_days")
    return dg.MaterializeResult(metadata={**metadata, "as_of": context.partition_key, "days_new_or_restated": changed})


@dg.asset(
    deps=["experiment_days", "optimization_history"],
    partitions_def=specs.AS_OF_DAYS,
    group_name=specs.EXPERIMENT,
    owners=specs.OWNERS,
    kinds=specs.PYTHON_KINDS,
    metadata=specs.table_name("experiment_decisions"),
)
def experiment_decisions(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult[None]:
    """What is decided about every running test: go on, B, A, none, roll back, pause; decisions take effect at once."""
    from uxpipeline.experiments.evaluate import evaluate  # noqa: PLC0415 - as above

    as_of = date.fromisoformat(context.partition_key)
    with pipeline.writing() as connection:
        found = evaluate(connection, as_of, datetime.now(UTC))
        metadata = specs.relation_metadata(connection, "experiment_decisions")
        pictures = _pictures(connection, found, as_of)
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "as_of": context.partition_key,
            "dagster/partition_row_count": len(found),
            "decided": sum(one.verdict.final for one in found),
            "decisions": dg.MetadataValue.md(_decisions(found)),
            "trajectories": dg.MetadataValue.md(pictures or "No running test has a complete day."),
        }
    )


@dg.asset(
    deps=["experiment_decisions"],
    partitions_def=specs.AS_OF_DAYS,
    group_name=specs.EXPERIMENT,
    owners=specs.OWNERS,
    kinds=specs.SQL_KINDS,
    metadata=specs.table_name("actual_impact"),
    code_version=specs.code_version("repeatable/views/actual_impact", "experiments/measured"),
)
def actual_impact(pipeline: PipelineResource) -> dg.MaterializeResult[None]:
    """Predicted beside measured effects of finished tests, and what they teach the next prediction."""
    from uxpipeline.experiments.calibration import calibrate, measured_outcomes, wins  # noqa: PLC0415 - as above

    with pipeline.connection() as connection:
        outcomes = measured_outcomes(connection)
        counted = wins(connection)
        metadata = specs.relation_metadata(connection, "actual_impact")
    rows = [
        f"| {signal} | {change} | {found.tests} | {_shown(found.brier)} | {_shown(found.coverage)} |"
        f" {found.recovery[0] / sum(found.recovery):.2f} | {found.source} |"
        for (signal, change), found in calibrate(outcomes).items()
    ]
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "tests_finished": counted.tests,
            "won": counted.won,
            "won_by_chance_expected": round(counted.by_chance, 2),
            "calibration": dg.MetadataValue.md("\n".join([*_OUTCOMES, *rows]) if rows else "No test has ended yet."),
        }
    )


def _decisions(found: "list[Evaluated]") -> str:
    rows = [
        f"| {one.test_id} | {verdict.decision} | {verdict.reason} | {verdict.days} | {_shown(verdict.z)} |"
        f" {_shown(verdict.boundary)} | {verdict.harm_e:.3g} | {verdict.srm_p:.3g} |"
        for one in found
        for verdict in (one.verdict,)
    ]
    return "\n".join([*_DECISIONS, *rows]) if rows else "No test is running."


def _pictures(connection: "Connection", found: "list[Evaluated]", as_of: date) -> str:
    """Trajectories with their boundaries, the decided tests first."""
    from uxpipeline.experiments.store import find_test  # noqa: PLC0415 - as above
    from uxpipeline.experiments.trajectory import picture, way_of  # noqa: PLC0415 - as above

    parts = []
    for one in sorted(found, key=lambda one: not one.verdict.final)[:MOST_PICTURES]:
        way = way_of(connection, find_test(connection, one.test_id), as_of)
        if way:
            data = base64.b64encode(picture(one.test_id, way).encode()).decode()
            parts.append(f"**{one.test_id}**\n\n![trajectory](data:image/svg+xml;base64,{data})")
    return "\n\n".join(parts)


def _shown(value: Any) -> str:  # noqa: ANN401 - a number or nothing
    return "–" if value is None else f"{value:.2f}"
