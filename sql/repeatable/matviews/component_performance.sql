-- Conversions are counted once a session, whatever number of funnel steps it holds.
drop materialized view if exists public.component_performance;

create materialized view public.component_performance as
select
    be.component_id,
    be.page_url,
    count(*) as total_interactions,
    count(distinct be.session_id) as unique_users,
    sum(case when be.event_type = 'click' then 1 else 0 end) as clicks,
    sum(case when be.event_type = 'rage_click' then 1 else 0 end) as rage_clicks,
    sum(case when be.event_type = 'hesitation' then 1 else 0 end) as hesitations,
    avg(sane.hesitation_ms) as avg_hesitation_ms,
    count(distinct converted.session_id) as conversions,
    min(be."timestamp") as first_seen,
    max(be."timestamp") as last_seen
from public.behavior_events be
cross join lateral (
    select case
        when be.event_data ->> 'hesitation_ms' ~ '^[0-9]{1,8}(\.[0-9]{1,6})?$'
            then round((be.event_data ->> 'hesitation_ms')::numeric)::integer
    end as hesitation_ms
) sane
left join uxpipeline.converted_sessions converted on converted.session_id = be.session_id
where be.component_id is not null
group by be.component_id, be.page_url;

create unique index idx_component_performance on public.component_performance (component_id, page_url);

comment on materialized view public.component_performance is 'Interactions and conversions per component and page, over all time.';
comment on column public.component_performance.unique_users is 'Distinct sessions (the seed''s name, not visitors).';

select uxpipeline.restrict_relation('public.component_performance');
grant select on public.component_performance to ai_analysis, admin;
