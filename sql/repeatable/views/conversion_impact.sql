-- A proposal's component is tied to funnels through the sessions that touched it: no column links the two tables.
create or replace view public.conversion_impact with (security_invoker = true) as
with touched as (
    select distinct c.component_id, c.session_id
    from public.optimization_history oh
    join uxpipeline.session_components c on c.component_id = oh.component_id
    where oh.status in ('implemented', 'testing')
),
last_steps as (
    select f.funnel_name, greatest(f.reached_step, configured.step_order) as step_order
    from (select funnel_name, max(reached_step) as reached_step from uxpipeline.session_funnels group by funnel_name) f
    left join (
        select funnel_name, max(step_order) as step_order from uxpipeline.funnel_steps group by funnel_name
    ) configured on configured.funnel_name = f.funnel_name
),
reached as (
    select
        t.component_id,
        count(distinct sf.session_id) filter (where sf.reached_step = l.step_order) as total_conversions,
        sum(sf.duration_seconds)::numeric / nullif(sum(sf.steps_timed), 0) as avg_funnel_time,
        array_agg(distinct sf.funnel_name) as affected_funnels
    from touched t
    join uxpipeline.session_funnels sf on sf.session_id = t.session_id
    join last_steps l on l.funnel_name = sf.funnel_name
    group by t.component_id
)
select
    oh.proposal_id,
    oh.friction_point,
    oh.component_id,
    oh.expected_impact,
    oh.actual_impact,
    oh.status,
    coalesce(r.total_conversions, 0) as total_conversions,
    r.avg_funnel_time,
    oh.created_at as optimization_date,
    coalesce(r.affected_funnels, '{}') as affected_funnels
from public.optimization_history oh
left join reached r on r.component_id = oh.component_id
where oh.status in ('implemented', 'testing');

comment on view public.conversion_impact is
'Sessions that touched a changed component and reached the last step of a funnel; a correlation, not an effect.';
