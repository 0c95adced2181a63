insert into uxpipeline.component_totals (
    component_id, page_url, sessions, conversions, interactions, clicks, rage_clicks, hesitations, hesitation_ms,
    hesitations_timed, first_seen, last_seen
)
select
    component_id, page_url, sessions, conversions, interactions, clicks, rage_clicks, hesitations, hesitation_ms,
    hesitations_timed, first_seen, last_seen
from component_deltas
where sessions > 0
on conflict do nothing;
