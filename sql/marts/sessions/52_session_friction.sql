insert into uxpipeline.session_friction (
    session_id, element_path, element_type, event_type, events, seconds_to_events, first_seen, last_seen, pages
)
select session_id, element_path, element_type, event_type, events, seconds_to_events, first_seen, last_seen, pages
from friction_changes
where sign = 1;
