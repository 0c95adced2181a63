"""Great Expectations suites as Dagster asset checks, one check per expectation."""

from collections.abc import Iterator

import dagster as dg

from uxpipeline.orchestration.resources import PipelineResource
from uxpipeline.quality.suites import Suite, load_suites


def _spec(relation: str, rule_name: str, description: str, *, critical: bool) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name=rule_name, asset=relation, description=description, blocking=critical)


def _check(suite: Suite) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"quality_of_{suite.relation}",
        specs=[
            _spec(suite.relation, rule.name, rule.description, critical=rule.severity == "critical")
            for rule in suite.rules
        ],
        can_subset=True,
    )
    def evaluate(context: dg.AssetCheckExecutionContext, pipeline: PipelineResource) -> Iterator[dg.AssetCheckResult]:
        from uxpipeline.quality.runner import run_suite  # noqa: PLC0415  # imports Great Expectations: seconds

        selected = {key.name for key in context.selected_asset_check_keys}
        for verdict in run_suite(pipeline.url, suite, selected):
            critical = verdict.rule.severity == "critical"
            yield dg.AssetCheckResult(
                asset_key=suite.relation,
                check_name=verdict.rule.name,
                passed=verdict.passed,
                severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
                metadata={**verdict.observed, "errored": verdict.errored, "seconds": round(verdict.seconds, 3)},
            )

    return evaluate


SUITE_CHECKS = [_check(suite) for suite in load_suites()]
