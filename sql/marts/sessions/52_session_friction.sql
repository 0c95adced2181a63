insert into uxpipeline.session_friction (
    session_id, element_path, element_type, event_type, events, seconds_to_events, first_seen, last_seen, pages
)
select
    s.session_id, c.element_path, c.element_type, c.event_type, c.events, c.seconds_to_events, c.first_seen, c.last_seen,
    c.pages
from friction_changes c
join stale_sessions s on s.n = c.n
where c.sign = 1
order by c.n;
