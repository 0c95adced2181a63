"""Jobs with which people decide on proposals and tests from the Dagster UI: the functions of the commands."""

from datetime import UTC, datetime

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
    start_test: bool = False
    """Start its randomised test; where that is refused, nothing is approved."""


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


class StartConfig(DecisionConfig):
    """A start of a test."""

    conversion: str = ""
    """Funnel, step or event instead of the proposal's own metric."""
    confidence: float = 0.95
    """1 - error of all looks together, 0.80 to 0.99."""
    ramp: bool = False
    """Start with 1, 5, 10, 25 % on B, a day each."""


class StopConfig(dg.Config):
    """A stop of a test."""

    test_id: str
    by: str
    """Your name; it goes on record."""


@dg.op
def approve(context: dg.OpExecutionContext, config: ApproveConfig, pipeline: PipelineResource) -> None:
    """Approve a proposal after asking its evidence again."""
    from uxpipeline.experiments.activate import Options, approve_and_start  # noqa: PLC0415 - statistics: not in the code location
    from uxpipeline.proposals import decide  # noqa: PLC0415 - as above

    if config.implement and config.start_test:
        raise dg.Failure("`implement` and `start_test` exclude each other. Choose one", allow_retries=False)
    with pipeline.connection() as connection:
        if config.start_test:
            settings = pipeline.settings
            options = Options(most=settings.concurrent_tests)
            now = datetime.now(UTC)
            approve_and_start(connection, config.proposal_id, config.by, settings.conversion, now, options)
            _tell(context, "testing")
        else:
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


@dg.op
def begin(context: dg.OpExecutionContext, config: StartConfig, pipeline: PipelineResource) -> None:
    """Start the test of an approved proposal, or refuse it with the reason."""
    from uxpipeline.experiments.activate import Options, start_test  # noqa: PLC0415 - as above

    settings = pipeline.settings
    options = Options(config.confidence, config.conversion, config.ramp, settings.concurrent_tests)
    with pipeline.connection() as connection:
        start_test(connection, config.proposal_id, config.by, settings.conversion, datetime.now(UTC), options)
        _tell(context, "testing")


@dg.op
def stop(context: dg.OpExecutionContext, config: StopConfig, pipeline: PipelineResource) -> None:
    """End a running test without a result."""
    from uxpipeline.experiments.activate import stop_test  # noqa: PLC0415 - as above

    with pipeline.connection() as connection:
        stop_test(connection, config.test_id, config.by, datetime.now(UTC))
        _tell(context, "stopped")


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


@dg.job
def start_test() -> None:
    """Start the test of an approved proposal, or refuse it with the reason."""
    begin()


@dg.job
def stop_test() -> None:
    """End a running test without a result: A stays, its proposal is archived."""
    stop()


DECISIONS = [approve_proposal, reject_proposal, implement_proposal, rollback_proposal, start_test, stop_test]
