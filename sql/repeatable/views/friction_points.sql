-- The seed's list of frequent friction events; counts alone rank nothing (friction_scores does).
create or replace view public.friction_points with (security_invoker = true) as
select
    t.element_path,
    t.element_type,
    t.event_type,
    t.events as event_count,
    t.sessions as affected_sessions,
    t.seconds_to_events / t.events as avg_time_to_event,
    t.first_seen,
    t.last_seen,
    p.pages_affected
from uxpipeline.friction_totals t
-- Path and type may be missing: coalesce lets the join be hashed, the rest tells missing from empty.
join (
    select element_path, element_type, event_type, array_agg(page_url order by page_url) as pages_affected
    from uxpipeline.friction_page_totals
    group by element_path, element_type, event_type
) p
    on p.event_type = t.event_type
    and coalesce(p.element_path, '') = coalesce(t.element_path, '')
    and coalesce(p.element_type, '') = coalesce(t.element_type, '')
    and p.element_path is not distinct from t.element_path
    and p.element_type is not distinct from t.element_type
where t.events > 10;

comment on view public.friction_points is 'Elements with more than ten friction events, over all time, as of the last refresh.';
