-- The seed's statement over raw tables; an event before its session's start took no time (D37).
select
    be.element_path,
    be.element_type,
    be.event_type,
    count(*) as event_count,
    count(distinct be.session_id) as affected_sessions,
    avg(greatest(extract(epoch from (be."timestamp" - us.created_at)), 0)) as avg_time_to_event,
    min(be."timestamp") as first_seen,
    max(be."timestamp") as last_seen,
    array_agg(distinct be.page_url) as pages_affected
from events be
join public.user_sessions us on be.session_id = us.session_id
where be.event_type in ('rage_click', 'hesitation', 'form_abandon', 'error')
group by be.element_path, be.element_type, be.event_type
having count(*) > 10
