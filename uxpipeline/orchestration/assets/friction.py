"""Friction scores per as-of day."""

from datetime import UTC, date, datetime

import dagster as dg

from uxpipeline.orchestration import specs
from uxpipeline.orchestration.resources import PipelineResource
from uxpipeline.orchestration.score_metadata import score_metadata


class ScoreConfig(dg.Config):
    """Options of one scoring."""

    known_at: str | None = None
    """RFC 3339 moment: score only from what had been received by then; default: everything."""


@dg.asset(
    deps=["behavior_events", "user_sessions", "conversion_funnels", "daily_friction_summary", "component_performance"],
    partitions_def=specs.AS_OF_DAYS,
    group_name=specs.FRICTION,
    owners=specs.OWNERS,
    kinds=specs.PYTHON_KINDS,
    metadata=specs.table_name("friction_scores"),
    code_version=specs.code_version(*specs.statements_below("friction/score")),
)
def friction_scores(
    context: dg.AssetExecutionContext, config: ScoreConfig, pipeline: PipelineResource
) -> dg.MaterializeResult[None]:
    """How often sessions met friction at each element, component and page, and what it cost, with intervals."""
    from uxpipeline.friction.parameters import parameters_of  # noqa: PLC0415
    from uxpipeline.friction.scores import score_day  # noqa: PLC0415 - pandas and scipy: not in the code location

    as_of = date.fromisoformat(context.partition_key)
    known_at = datetime.fromisoformat(config.known_at) if config.known_at else None
    with pipeline.writing() as connection:
        parameters = parameters_of(pipeline.settings.profile)
        scores = score_day(connection, as_of, known_at, datetime.now(UTC), parameters)
        metadata = specs.relation_metadata(connection, "friction_scores")
        shown = score_metadata(connection, as_of)
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "dagster/partition_row_count": len(scores),
            "as_of": context.partition_key,
            "score_version": str(scores["score_version"].iloc[0]) if len(scores) else "no events in the window",
            **shown,
        }
    )
