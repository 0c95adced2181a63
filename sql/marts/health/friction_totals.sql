-- Double entry: the totals of some elements, others every day, against the sum of their sessions.
with sampled as (
    select distinct t.element_path
    from uxpipeline.friction_totals t
    where t.element_path is not null
    order by t.element_path
    offset %(offset)s
    limit %(most)s
)
select count(*) as looked_at, count(*) filter (where t is distinct from summed) as unlike
from (
    select t.element_path, t.element_type, t.event_type, t.sessions, t.events, t.first_seen, t.last_seen
    from uxpipeline.friction_totals t
    join sampled on sampled.element_path = t.element_path
) t
full join (
    select
        f.element_path, f.element_type, f.event_type, count(*) as sessions, sum(f.events)::bigint as events,
        min(f.first_seen) as first_seen, max(f.last_seen) as last_seen
    from uxpipeline.session_friction f
    join sampled on coalesce(f.element_path, '') = sampled.element_path
    group by f.element_path, f.element_type, f.event_type
) summed
    on summed.element_path = t.element_path and summed.event_type = t.event_type
    and coalesce(summed.element_type, '') = coalesce(t.element_type, '')
    and summed.element_type is not distinct from t.element_type;
