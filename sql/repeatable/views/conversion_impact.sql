-- A proposal's component is tied to funnels through the sessions that touched it: no column links the two tables.
create or replace view public.conversion_impact with (security_invoker = true) as
with component_sessions as (
    select distinct be.component_id, be.session_id
    from public.behavior_events be
    where be.component_id is not null
),
last_steps as (
    select cf.funnel_name, greatest(max(cf.step_order), max(fs.step_order)) as step_order
    from public.conversion_funnels cf
    left join uxpipeline.funnel_steps fs on fs.funnel_name = cf.funnel_name
    group by cf.funnel_name
)
select
    oh.proposal_id,
    oh.friction_point,
    oh.component_id,
    oh.expected_impact,
    oh.actual_impact,
    oh.status,
    count(distinct cf.session_id) filter (where cf.step_order = ls.step_order) as total_conversions,
    avg(cf.duration_seconds) as avg_funnel_time,
    min(oh.created_at) as optimization_date,
    coalesce(array_agg(distinct cf.funnel_name) filter (where cf.funnel_name is not null), '{}') as affected_funnels
from public.optimization_history oh
left join component_sessions cs on cs.component_id = oh.component_id
left join public.conversion_funnels cf on cf.session_id = cs.session_id
left join last_steps ls on ls.funnel_name = cf.funnel_name
where oh.status in ('implemented', 'testing')
group by oh.proposal_id, oh.friction_point, oh.component_id, oh.expected_impact, oh.actual_impact, oh.status;

comment on view public.conversion_impact is
'Sessions that touched a changed component and reached the last step of a funnel; a correlation, not an effect.';
