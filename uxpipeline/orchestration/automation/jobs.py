"""The one job: the whole chain for one as-of day."""

import dagster as dg

refresh = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description="Apply SQL, load landing files, check, refresh, score, propose and decide on tests for one as-of day.",
    tags={"uxpipeline/chain": "refresh"},
)
