insert into uxpipeline.friction_totals (
    element_path, element_type, event_type, sessions, events, seconds_to_events, first_seen, last_seen
)
select element_path, element_type, event_type, sessions, events, seconds_to_events, first_seen, last_seen
from friction_deltas
where sessions > 0
on conflict do nothing;
