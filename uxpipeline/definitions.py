"""The Dagster code location: a table of contents."""

import dagster as dg

from uxpipeline.orchestration.assets import experiments, friction, marts, proposals, raw, schema
from uxpipeline.orchestration.automation.decisions import DECISIONS
from uxpipeline.orchestration.automation.jobs import refresh
from uxpipeline.orchestration.automation.schedules import daily_schedule
from uxpipeline.orchestration.automation.sensors import event_volume_sensor, landing_sensor, run_failure_sensor
from uxpipeline.orchestration.checks import SUITE_CHECKS
from uxpipeline.orchestration.executors import configured_executor
from uxpipeline.orchestration.health import HEALTH_CHECKS
from uxpipeline.orchestration.resources import PipelineResource

defs = dg.Definitions(
    assets=[raw.landing_files, *dg.load_assets_from_modules([schema, raw, marts, friction, proposals, experiments])],
    asset_checks=[*SUITE_CHECKS, *HEALTH_CHECKS],
    jobs=[refresh, *DECISIONS],
    schedules=[daily_schedule],
    sensors=[event_volume_sensor, landing_sensor, run_failure_sensor],
    resources={"pipeline": PipelineResource()},
    executor=configured_executor(),
)
