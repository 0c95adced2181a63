-- As component_totals. Path and type may be missing, and `is not distinct from` can be neither hashed nor looked up.
update uxpipeline.friction_totals t
set sessions = t.sessions + d.sessions,
    events = t.events + d.events,
    seconds_to_events = t.seconds_to_events + d.seconds_to_events,
    first_seen = case
        when d.first_seen <= t.first_seen then d.first_seen
        when d.lost_first is null or d.lost_first > t.first_seen then t.first_seen
        else coalesce((
            select min(f.first_seen) from uxpipeline.session_friction f
            where f.event_type = t.event_type and coalesce(f.element_path, '') = coalesce(t.element_path, '')
                and f.element_path is not distinct from t.element_path
                and f.element_type is not distinct from t.element_type
        ), t.first_seen)
    end,
    last_seen = case
        when d.last_seen >= t.last_seen then d.last_seen
        when d.lost_last is null or d.lost_last < t.last_seen then t.last_seen
        else coalesce((
            select max(f.last_seen) from uxpipeline.session_friction f
            where f.event_type = t.event_type and coalesce(f.element_path, '') = coalesce(t.element_path, '')
                and f.element_path is not distinct from t.element_path
                and f.element_type is not distinct from t.element_type
        ), t.last_seen)
    end
from friction_deltas d
where t.event_type = d.event_type
    and coalesce(t.element_path, '') = coalesce(d.element_path, '')
    and coalesce(t.element_type, '') = coalesce(d.element_type, '')
    and t.element_path is not distinct from d.element_path
    and t.element_type is not distinct from d.element_type;
