-- The seed's list of frequent friction events; counts alone rank nothing (friction_scores does).
create or replace view public.friction_points with (security_invoker = true) as
select
    be.element_path,
    be.element_type,
    be.event_type,
    count(*) as event_count,
    count(distinct be.session_id) as affected_sessions,
    avg(greatest(extract(epoch from be."timestamp" - us.created_at), 0)) as avg_time_to_event,
    min(be."timestamp") as first_seen,
    max(be."timestamp") as last_seen,
    array_agg(distinct be.page_url) as pages_affected
from public.behavior_events be
join public.user_sessions us on us.session_id = be.session_id
where be.event_type in ('rage_click', 'hesitation', 'form_abandon', 'error')
group by be.element_path, be.element_type, be.event_type
having count(*) > 10;

comment on view public.friction_points is 'Elements with more than ten friction events, over all time.';
