-- The seed's statement over raw tables, one row per converted session (D28): a session converts by holding the last step
-- of the goal's funnel (D31), the highest configured one, else the highest anybody reached.
with goal as (
    select
        g.funnel_name,
        coalesce(
            (select max(fs.step_order) from uxpipeline.funnel_steps fs where fs.funnel_name = g.funnel_name),
            (select max(cf.step_order) from public.conversion_funnels cf where cf.funnel_name = g.funnel_name)
        ) as last_step
    from uxpipeline.conversion_goal g
),
converted as (
    select distinct cf.session_id
    from public.conversion_funnels cf
    join goal g on g.funnel_name = cf.funnel_name and g.last_step = cf.step_order
)
select
    be.component_id,
    be.page_url,
    count(*) as total_interactions,
    count(distinct be.session_id) as unique_users,
    sum(case when be.event_type = 'click' then 1 else 0 end) as clicks,
    sum(case when be.event_type = 'rage_click' then 1 else 0 end) as rage_clicks,
    sum(case when be.event_type = 'hesitation' then 1 else 0 end) as hesitations,
    avg(ms.sane) as avg_hesitation_ms,
    count(distinct c.session_id) as conversions,
    min(be."timestamp") as first_seen,
    max(be."timestamp") as last_seen
from events be
cross join lateral (
    select case
        when be.event_data ->> 'hesitation_ms' ~ '^[0-9]{1,8}(\.[0-9]{1,6})?$'
            then round((be.event_data ->> 'hesitation_ms')::numeric)::integer
    end as sane
) ms
left join converted c on c.session_id = be.session_id
where be.component_id is not null
group by be.component_id, be.page_url
