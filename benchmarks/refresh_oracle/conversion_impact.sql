-- The seed's statement, the funnels of a proposal found through the sessions that touched its component (D1); a session
-- converts by holding a funnel's last step (D31): the highest that is configured, else that anybody reached.
with touched as (
    select distinct component_id, session_id from events where component_id is not null
),
steps as (
    select
        cf.*,
        cf.step_order = coalesce(
            (select max(fs.step_order) from uxpipeline.funnel_steps fs where fs.funnel_name = cf.funnel_name),
            max(cf.step_order) over (partition by cf.funnel_name)
        ) as is_last
    from public.conversion_funnels cf
)
select
    oh.proposal_id,
    oh.friction_point,
    oh.component_id,
    oh.expected_impact,
    oh.actual_impact,
    oh.status,
    count(distinct case when cf.is_last then cf.session_id end) as total_conversions,
    avg(cf.duration_seconds) as avg_funnel_time,
    min(oh.created_at) as optimization_date,
    coalesce(array_agg(distinct cf.funnel_name) filter (where cf.funnel_name is not null), '{}') as affected_funnels
from public.optimization_history oh
left join touched t on t.component_id = oh.component_id
left join steps cf on cf.session_id = t.session_id
where oh.status in ('implemented', 'testing')
group by oh.proposal_id, oh.friction_point, oh.component_id, oh.expected_impact, oh.actual_impact, oh.status
