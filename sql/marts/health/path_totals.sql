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
    select
        touched.component_id, p.path, count(*) as sessions,
        sum(p.duration_seconds) as duration_seconds, sum(p.steps_timed)::bigint as steps_timed
    from (
        select distinct c.component_id, c.session_id
        from uxpipeline.session_components c
        join sampled on sampled.component_id = c.component_id
    ) touched
    join (
        select
            session_id, jsonb_object_agg(funnel_name, to_jsonb(step_orders)) as path,
            sum(duration_seconds) as duration_seconds, sum(steps_timed) as steps_timed
        from uxpipeline.session_funnels
        group by session_id
    ) p on p.session_id = touched.session_id
    group by touched.component_id, p.path
) summed on summed.component_id = t.component_id and summed.path = t.path;
