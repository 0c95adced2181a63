-- The last 30 UTC days; rows leave it as days pass. A value that is no sane number counts as absent.
drop materialized view if exists public.daily_friction_summary;

create materialized view public.daily_friction_summary as
select
    d.date,
    d.element_path,
    d.event_type,
    d.event_count,
    d.unique_sessions,
    d.avg_hesitation_ms,
    d.median_hesitation_ms,
    case when d.event_type = 'form_abandon' then d.event_count else 0 end as form_abandons,
    case when d.event_type = 'form_submit' then d.event_count else 0 end as form_submits
from uxpipeline.day_elements d
where d.date >= (now() at time zone 'UTC')::date - 30;

create unique index idx_daily_friction_summary on public.daily_friction_summary (date, element_path, event_type);

comment on materialized view public.daily_friction_summary is 'Events per UTC day, element and type over the last 30 days.';

select uxpipeline.restrict_relation('public.daily_friction_summary');
grant select on public.daily_friction_summary to ai_analysis, admin;
