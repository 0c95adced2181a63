-- When a materialized view was last refreshed, and whether the facts have changed since.
select shown.refreshed_at, shown.facts_version = state.facts_version
from uxpipeline.mart_state state
left join uxpipeline.matview_state shown on shown.relation = %(relation)s;
