"""The one job: the whole chain for one as-of day."""

import dagster as dg

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Apply SQL, load the landing folder, check, refresh the marts, score and propose for one as-of day.",
    tags={"uxpipeline/chain": "refresh"},
)
