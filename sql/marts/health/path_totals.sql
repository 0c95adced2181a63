-- Double entry: the totals of some components, others every day, against the sum of their sessions.
with sampled as (
    select distinct t.component_id
    from uxpipeline.path_totals t
    where t.component_id is not null
    order by t.component_id
    offset %(offset)s
    limit %(most)s
)
select count(*) as looked_at, count(*) filter (where t is distinct from summed) as unlike
from (
    select t.component_id, t.path, t.sessions, t.duration_seconds, t.steps_timed
    from uxpipeline.path_totals t
    join sampled on sampled.component_id = t.component_id
) t
full join (
    select p.component_id, p.path, p.sessions, p.duration_seconds, p.steps_timed::bigint as steps_timed
    from uxpipeline.path_totals_of(array(
        select distinct c.session_id
        from uxpipeline.session_components c
        join sampled on sampled.component_id = c.component_id
    )) p
    join sampled on sampled.component_id = p.component_id
) summed on summed.component_id = t.component_id and summed.path = t.path;
