"""The seed's materialized views and views."""

from collections.abc import Callable

import dagster as dg

from uxpipeline.marts.refresh import refresh_materialized_view
from uxpipeline.orchestration import specs
from uxpipeline.orchestration.resources import PipelineResource

Body = Callable[[PipelineResource], dg.MaterializeResult[None]]


def _mart(folder: str, relation: str, description: str, deps: list[str]) -> Callable[[Body], dg.AssetsDefinition]:
    return dg.asset(
        name=relation,
        description=description,
        deps=deps,
        group_name=specs.MART,
        owners=specs.OWNERS,
        kinds=specs.SQL_KINDS,
        metadata=specs.table_name(relation),
        code_version=specs.code_version(f"repeatable/{folder}/{relation}"),
    )


def _materialized_view(relation: str, description: str, deps: list[str]) -> dg.AssetsDefinition:
    @_mart("matviews", relation, description, deps)
    def refreshed(pipeline: PipelineResource) -> dg.MaterializeResult[None]:
        with pipeline.writing() as connection:
            refresh = refresh_materialized_view(connection, relation)
            metadata = specs.relation_metadata(connection, relation)
        return dg.MaterializeResult(
            metadata={**metadata, "seconds": round(refresh.seconds, 3), "concurrently": refresh.concurrently}
        )

    return refreshed


def _view(relation: str, description: str, deps: list[str]) -> dg.AssetsDefinition:
    @_mart("views", relation, description, deps)
    def observed(pipeline: PipelineResource) -> dg.MaterializeResult[None]:
        with pipeline.connection() as connection:
            return dg.MaterializeResult(metadata=specs.relation_metadata(connection, relation))

    return observed


daily_friction_summary = _materialized_view(
    "daily_friction_summary",
    "Events per UTC day, element and type over the last 30 days; refreshed without blocking readers.",
    ["behavior_events"],
)
component_performance = _materialized_view(
    "component_performance",
    "Interactions, friction and conversions per component and page; refreshed without blocking readers.",
    ["behavior_events", "conversion_funnels"],
)
friction_points = _view(
    "friction_points",
    "Elements with more than ten friction events: a list to browse, not a ranking.",
    ["behavior_events", "user_sessions"],
)
session_analytics = _view(
    "session_analytics",
    "Per session: events by kind, scroll depth, funnels entered.",
    ["user_sessions", "behavior_events", "conversion_funnels"],
)
conversion_impact = _view(
    "conversion_impact",
    "Sessions that touched a changed component and converted; a correlation, not an effect.",
    ["optimization_history", "behavior_events", "conversion_funnels"],
)
