-- Reads totals that refreshes keep exact, so it costs by components, not by events.
drop materialized view if exists public.component_performance;

create materialized view public.component_performance as
select
    t.component_id,
    t.page_url,
    t.interactions as total_interactions,
    t.sessions as unique_users,
    t.clicks,
    t.rage_clicks,
    t.hesitations,
    t.hesitation_ms::numeric / nullif(t.hesitations_timed, 0) as avg_hesitation_ms,
    t.conversions,
    t.first_seen,
    t.last_seen
from uxpipeline.component_totals t;

create unique index idx_component_performance on public.component_performance (component_id, page_url);

comment on materialized view public.component_performance is 'Interactions and conversions per component and page, over all time.';
comment on column public.component_performance.unique_users is 'Distinct sessions (the seed''s name, not visitors).';
comment on column public.component_performance.conversions is 'Sessions among them that reached the conversion goal.';

select uxpipeline.restrict_relation('public.component_performance');
grant select on public.component_performance to ai_analysis, admin;
