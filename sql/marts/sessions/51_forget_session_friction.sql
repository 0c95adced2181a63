with gone as (
    select s.session_id, c.element_path, c.element_type, c.event_type
    from friction_changes c
    join stale_sessions s on s.n = c.n
    where c.sign = -1
)
delete from uxpipeline.session_friction f
using gone
where f.session_id = any (array(select gone.session_id from gone))
    and f.session_id = gone.session_id and f.event_type = gone.event_type
    and f.element_path is not distinct from gone.element_path and f.element_type is not distinct from gone.element_type;
