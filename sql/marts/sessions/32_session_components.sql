insert into uxpipeline.session_components (
    session_id, component_id, page_url, interactions, clicks, rage_clicks, hesitations, hesitation_ms,
    hesitations_timed, first_seen, last_seen, converted
)
select
    session_id, component_id, page_url, interactions, clicks, rage_clicks, hesitations, hesitation_ms,
    hesitations_timed, first_seen, last_seen, converted
from component_changes
where sign = 1;
