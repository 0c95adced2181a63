-- A proposal's component is tied to funnels through the sessions that touched it: no column links the two tables.
create or replace view public.conversion_impact with (security_invoker = true) as
with changed as (
    select distinct oh.component_id from public.optimization_history oh where oh.status in ('implemented', 'testing')
),
touched as (
    select distinct c.component_id, c.session_id
    from changed
    join uxpipeline.session_components c on c.component_id = changed.component_id
),
last_steps as (
    select f.funnel_name, coalesce(configured.step_order, f.reached_step) as step_order
    from (select funnel_name, max(reached_step) as reached_step from uxpipeline.session_funnels group by funnel_name) f
    left join (
        select funnel_name, max(step_order) as step_order from uxpipeline.funnel_steps group by funnel_name
    ) configured on configured.funnel_name = f.funnel_name
),
paths as (
    select
        t.component_id, sf.session_id, sf.funnel_name, sf.duration_seconds, sf.steps_timed,
        l.step_order = any (sf.step_orders) as converted
    from touched t
    join uxpipeline.session_funnels sf on sf.session_id = t.session_id
    join last_steps l on l.funnel_name = sf.funnel_name
),
funnels as (
    select component_id, array_agg(funnel_name order by funnel_name) as affected_funnels,
        sum(duration_seconds) / nullif(sum(steps_timed), 0) as avg_funnel_time
    from (
        select component_id, funnel_name, sum(duration_seconds) as duration_seconds, sum(steps_timed) as steps_timed
        from paths
        group by component_id, funnel_name
    ) per_funnel
    group by component_id
),
conversions as (
    -- Once a session, whatever number of funnels it finished.
    select component_id, count(*) as total_conversions
    from (select component_id, session_id from paths where converted group by component_id, session_id) once
    group by component_id
)
select
    oh.proposal_id,
    oh.friction_point,
    oh.component_id,
    oh.expected_impact,
    oh.actual_impact,
    oh.status,
    coalesce(c.total_conversions, 0) as total_conversions,
    f.avg_funnel_time,
    oh.created_at as optimization_date,
    coalesce(f.affected_funnels, '{}') as affected_funnels
from public.optimization_history oh
left join funnels f on f.component_id = oh.component_id
left join conversions c on c.component_id = oh.component_id
where oh.status in ('implemented', 'testing');

comment on view public.conversion_impact is
'Sessions that touched a changed component and reached the last step of a funnel; a correlation, not an effect.';
