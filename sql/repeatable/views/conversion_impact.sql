-- A proposal's component is tied to funnels through the sessions that touched it: no column links the two tables.
create or replace view public.conversion_impact with (security_invoker = true) as
with last_steps as (
    select seen.funnel_name, coalesce(configured.step_order, seen.step_order) as step_order
    from (
        select funnel.key as funnel_name, max((funnel.value ->> -1)::integer) as step_order
        from uxpipeline.path_totals p
        cross join lateral jsonb_each(p.path) funnel
        where p.component_id is null
        group by funnel.key
    ) seen
    left join (
        select funnel_name, max(step_order) as step_order from uxpipeline.funnel_steps group by funnel_name
    ) configured on configured.funnel_name = seen.funnel_name
),
changed as (
    select distinct oh.component_id from public.optimization_history oh where oh.status in ('implemented', 'testing')
),
paths as (
    select
        p.component_id, p.path, p.sessions, p.duration_seconds, p.steps_timed,
        -- Once a session, whatever number of funnels it finished.
        exists (
            select from last_steps l where p.path -> l.funnel_name @> to_jsonb(l.step_order)
        ) as converted
    from changed
    join uxpipeline.path_totals p on p.component_id = changed.component_id
),
impact as (
    select
        component_id,
        sum(sessions) filter (where converted) as total_conversions,
        sum(duration_seconds) / nullif(sum(steps_timed), 0) as avg_funnel_time
    from paths
    group by component_id
),
funnels as (
    select component_id, array_agg(distinct funnel.name order by funnel.name) as affected_funnels
    from paths
    cross join lateral jsonb_object_keys(paths.path) funnel (name)
    group by component_id
)
select
    oh.proposal_id,
    oh.friction_point,
    oh.component_id,
    oh.expected_impact,
    oh.actual_impact,
    oh.status,
    coalesce(i.total_conversions, 0)::bigint as total_conversions,
    i.avg_funnel_time,
    oh.created_at as optimization_date,
    coalesce(f.affected_funnels, '{}') as affected_funnels
from public.optimization_history oh
left join impact i on i.component_id = oh.component_id
left join funnels f on f.component_id = oh.component_id
where oh.status in ('implemented', 'testing');

comment on view public.conversion_impact is
'Sessions that touched a changed component and reached the last step of a funnel; a correlation, not an effect.';
