"""The one job: the whole chain for one as-of day."""

import dagster as dg

from uxpipeline.orchestration import specs

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    partitions_def=specs.AS_OF_DAYS,
    description="Apply SQL, load the landing folder, check, refresh the marts, score and propose for one as-of day.",
    tags={"uxpipeline/chain": "refresh"},
)
