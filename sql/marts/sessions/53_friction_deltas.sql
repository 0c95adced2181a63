create temporary table friction_deltas on commit drop as
select
    element_path, element_type, event_type,
    sum(sign) as sessions,
    sum(sign * events) as events,
    sum(sign * seconds_to_events) as seconds_to_events,
    min(first_seen) filter (where sign = 1) as first_seen,
    max(last_seen) filter (where sign = 1) as last_seen,
    min(first_seen) filter (where sign = -1) as lost_first,
    max(last_seen) filter (where sign = -1) as lost_last
from friction_changes
group by element_path, element_type, event_type;
