"""Proposals from scores."""

from datetime import UTC, date, datetime

import dagster as dg

from uxpipeline.orchestration import specs
from uxpipeline.orchestration.proposal_metadata import proposal_metadata
from uxpipeline.orchestration.resources import PipelineResource
from uxpipeline.proposals.store import list_proposals


@dg.asset(
    deps=["friction_scores"],
    partitions_def=specs.AS_OF_DAYS,
    group_name=specs.PROPOSAL,
    owners=specs.OWNERS,
    kinds=specs.PYTHON_KINDS,
    metadata=specs.table_name("optimization_history"),
    code_version=specs.code_version("proposals/candidates", "proposals/insert_proposal"),
)
def optimization_history(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult[None]:
    """Typed changes proposed for the surfaces with the most certain friction, each with its evidence and test size."""
    from uxpipeline.proposals.generate import propose  # noqa: PLC0415 - scipy: not in the code location

    with pipeline.writing() as connection:
        as_of = date.fromisoformat(context.partition_key)
        generated = propose(connection, as_of, pipeline.settings, datetime.now(UTC))
        waiting = list_proposals(connection, "proposed")
        metadata = specs.relation_metadata(connection, "optimization_history")
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "as_of": context.partition_key,
            "profile": pipeline.settings.profile,
            **proposal_metadata(generated, waiting),
        }
    )
