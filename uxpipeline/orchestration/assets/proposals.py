"""Proposals from scores."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from uxpipeline.orchestration import specs
from uxpipeline.orchestration.resources import PipelineResource

if TYPE_CHECKING:
    from uxpipeline.proposals.generate import Generated

MOST_BLOCKS = 20
_HEADER = ("| surface | signal | reason | detail |", "| --- | --- | --- | --- |")


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
        metadata = specs.relation_metadata(connection, "optimization_history")
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "as_of": context.partition_key,
            "profile": pipeline.settings.profile,
            **proposal_metadata(generated),
        }
    )


def proposal_metadata(generated: "Generated") -> dict[str, Any]:
    """What was proposed, and what was not and why; surfaces as proposals name them, never as browsers wrote them."""
    reasons = Counter(block.reason for _, block in generated.blocked)
    made = [f"- {proposal.change_description}" for proposal in generated.made]
    blocked = [
        f"| {candidate.surface} | {candidate.signal} | {block.reason} | {block.detail} |"
        for candidate, block in generated.blocked[:MOST_BLOCKS]
    ]
    return {
        "proposed_now": len(generated.made),
        "proposals": dg.MetadataValue.md("\n".join(made) or "Nothing new."),
        "blocked_now": len(generated.blocked),
        "blocked_by_reason": dg.MetadataValue.json(dict(sorted(reasons.items()))),
        "blocked": dg.MetadataValue.md("\n".join([*_HEADER, *blocked]) if blocked else "Nothing."),
    }
