"""Jobs with which people decide on proposals from the Dagster UI: the commands' own functions, with a run config."""

import dagster as dg

from uxpipeline.orchestration.resources import PipelineResource


class DecisionConfig(dg.Config):
    """Which proposal, and who decides."""

    proposal_id: str
    by: str
    """Your name; it goes on record, and cannot be the author's."""


class ApproveConfig(DecisionConfig):
    """An approval."""

    implement: bool = False
    """Record also that the change is live, without a test."""


class RejectConfig(DecisionConfig):
    """A rejection."""

    reason: str
    """A reason code, e.g. `already_fixed`."""


class ImplementConfig(DecisionConfig):
    """An implementation."""

    pr_url: str = ""
    """https URL of the pull or merge request."""


class RollbackConfig(ImplementConfig):
    """A rollback."""

    reason: str
    """Why, in a sentence."""


@dg.op
def approve(context: dg.OpExecutionContext, config: ApproveConfig, pipeline: PipelineResource) -> None:
    """Approve a proposal after asking its evidence again."""
    from uxpipeline.proposals import decide  # noqa: PLC0415 - statistics: not in the code location

    with pipeline.connection() as connection:
        _tell(context, decide.approve(connection, config.proposal_id, config.by, implement=config.implement).status)


@dg.op
def reject(context: dg.OpExecutionContext, config: RejectConfig, pipeline: PipelineResource) -> None:
    """Reject a proposal; the reason decides whether it may come back."""
    from uxpipeline.proposals import decide  # noqa: PLC0415 - as above

    with pipeline.connection() as connection:
        _tell(context, decide.reject(connection, config.proposal_id, config.by, config.reason).status)


@dg.op
def implement(context: dg.OpExecutionContext, config: ImplementConfig, pipeline: PipelineResource) -> None:
    """Record that an approved change is live."""
    from uxpipeline.proposals import decide  # noqa: PLC0415 - as above

    with pipeline.connection() as connection:
        _tell(context, decide.implement(connection, config.proposal_id, config.by, config.pr_url).status)


@dg.op
def roll_back(context: dg.OpExecutionContext, config: RollbackConfig, pipeline: PipelineResource) -> None:
    """Record that a change was taken back, and why."""
    from uxpipeline.proposals import decide  # noqa: PLC0415 - as above

    with pipeline.connection() as connection:
        _tell(context, decide.roll_back(connection, config.proposal_id, config.by, config.reason, config.pr_url).status)


def _tell(context: dg.OpExecutionContext, status: str) -> None:
    """Names and ids stay in the run config and in the log of the proposal."""
    context.add_output_metadata({"status": status})


@dg.job
def approve_proposal() -> None:
    """Approve a proposal after asking its evidence again."""
    approve()


@dg.job
def reject_proposal() -> None:
    """Reject a proposal for a reason that decides whether it may come back."""
    reject()


@dg.job
def implement_proposal() -> None:
    """Record that an approved change is live."""
    implement()


@dg.job
def rollback_proposal() -> None:
    """Record that a change was taken back, and why."""
    roll_back()


DECISIONS = [approve_proposal, reject_proposal, implement_proposal, rollback_proposal]
