"""Facts, and the seed's materialized views and views on top of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from uxpipeline.db.sqlfiles import files_below
from uxpipeline.marts.facts import FactsRefresh, refresh_facts
from uxpipeline.marts.refresh import refresh_materialized_view
from uxpipeline.orchestration import specs
from uxpipeline.orchestration.resources import PipelineResource

Body = Callable[[PipelineResource], dg.MaterializeResult[None]]
FACTS = {
    "session_facts": (
        "Per session: events by kind, first and last event, scroll depth, funnels, conversion.",
        ["user_sessions", "behavior_events", "conversion_funnels"],
    ),
    "session_components": (
        "Per session, component and page: interactions, friction, conversion.",
        ["behavior_events", "conversion_funnels"],
    ),
    "session_friction": (
        "Per session, element and kind of friction: how often, when, on which pages.",
        ["behavior_events", "user_sessions"],
    ),
    "session_funnels": (
        "Per session and funnel: how far it got, in order and in any order, and why no further.",
        ["conversion_funnels", "behavior_events", "user_sessions"],
    ),
    "day_elements": (
        "Per UTC day, element and kind of event: events, sessions, hesitation.",
        ["behavior_events"],
    ),
}


def _facts_spec(relation: str) -> dg.AssetSpec:
    description, deps = FACTS[relation]
    return dg.AssetSpec(
        relation,
        deps=deps,
        description=description,
        group_name=specs.MART,
        owners=specs.OWNERS,
        kinds=specs.SQL_KINDS,
        metadata=specs.table_name(relation, "uxpipeline"),
        freshness_policy=specs.FRESH,
        code_version=specs.code_version(
            *(step.name for folder in ("owed", "sessions") for step in files_below(f"marts/{folder}")),
            "marts/day_elements",
        ),
    )


@dg.multi_asset(specs=[_facts_spec(relation) for relation in FACTS], name="refresh_facts")
def facts(pipeline: PipelineResource) -> Iterator[dg.MaterializeResult[None]]:
    """Compute again the sessions and UTC days that came or changed since the last refresh, and nothing else."""
    with pipeline.writing() as connection:
        refreshed = refresh_facts(connection, datetime.now(UTC))
        for relation in FACTS:
            metadata = specs.relation_metadata(connection, relation, "uxpipeline")
            yield dg.MaterializeResult(asset_key=relation, metadata={**metadata, **_done(refreshed)})


def _done(refreshed: FactsRefresh) -> dict[str, Any]:
    return {
        "days_computed": len(refreshed.days),
        "newest_day": refreshed.days[0].isoformat() if refreshed.days else "none",
        "sessions_computed": refreshed.sessions,
        "backlog_days": refreshed.backlog_days,
        "restatements": refreshed.restated,
        "days_found_unlike": refreshed.unlike_days,
        "watermark": dg.MetadataValue.timestamp(refreshed.watermark),
    }


def _mart(folder: str, relation: str, description: str, deps: list[str]) -> Callable[[Body], dg.AssetsDefinition]:
    return dg.asset(
        name=relation,
        description=description,
        deps=deps,
        group_name=specs.MART,
        owners=specs.OWNERS,
        kinds=specs.SQL_KINDS,
        metadata=specs.table_name(relation),
        freshness_policy=specs.FRESH,
        code_version=specs.code_version(f"repeatable/{folder}/{relation}"),
    )


def _materialized_view(relation: str, description: str, deps: list[str]) -> dg.AssetsDefinition:
    @_mart("matviews", relation, description, deps)
    def refreshed(pipeline: PipelineResource) -> dg.MaterializeResult[None]:
        with pipeline.writing() as connection:
            refresh = refresh_materialized_view(connection, relation)
            metadata = specs.relation_metadata(connection, relation)
        return dg.MaterializeResult(
            metadata={**metadata, "seconds": round(refresh.seconds, 3), "refreshed": refresh.how}
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
    ["day_elements"],
)
component_performance = _materialized_view(
    "component_performance",
    "Interactions, friction and conversions per component and page; refreshed without blocking readers.",
    ["session_components"],
)
friction_points = _view(
    "friction_points",
    "Elements with more than ten friction events: a list to browse, not a ranking.",
    ["session_friction"],
)
session_analytics = _view(
    "session_analytics",
    "Per session: events by kind, scroll depth, funnels entered.",
    ["user_sessions", "session_facts"],
)
conversion_impact = _view(
    "conversion_impact",
    "Sessions that touched a changed component and converted; a correlation, not an effect.",
    ["optimization_history", "session_components", "session_funnels"],
)
