-- The last 30 UTC days; rows leave it as days pass. A value that is no sane number counts as absent.
drop materialized view if exists public.daily_friction_summary;

create materialized view public.daily_friction_summary as
select
    (be."timestamp" at time zone 'UTC')::date as date,
    coalesce(be.element_path, '') as element_path,
    be.event_type,
    count(*) as event_count,
    count(distinct be.session_id) as unique_sessions,
    avg(sane.hesitation_ms) as avg_hesitation_ms,
    percentile_cont(0.5) within group (order by sane.hesitation_ms) as median_hesitation_ms,
    sum(case when be.event_type = 'form_abandon' then 1 else 0 end) as form_abandons,
    sum(case when be.event_type = 'form_submit' then 1 else 0 end) as form_submits
from public.behavior_events be
cross join lateral (
    select case
        when be.event_data ->> 'hesitation_ms' ~ '^[0-9]{1,8}(\.[0-9]{1,6})?$'
            then round((be.event_data ->> 'hesitation_ms')::numeric)::integer
    end as hesitation_ms
) sane
where be."timestamp" >= (date_trunc('day', now() at time zone 'UTC') - interval '30 days') at time zone 'UTC'
group by 1, 2, 3;

create unique index idx_daily_friction_summary on public.daily_friction_summary (date, element_path, event_type);

comment on materialized view public.daily_friction_summary is 'Events per UTC day, element and type over the last 30 days.';

select uxpipeline.restrict_relation('public.daily_friction_summary');
grant select on public.daily_friction_summary to ai_analysis, admin;
