-- Per session, element and kind of friction: what is no longer so, and what is so now.
create temporary table friction_changes on commit drop as
with known as materialized (
    select
        session_id, element_path, element_type, event_type, events, seconds_to_events, first_seen, last_seen, pages
    from uxpipeline.session_friction
    -- By an array, so that the rows are looked up session by session however many others there are.
    where session_id = any (array(select s.session_id from stale_sessions s))
),
counted as materialized (
    select
        e.session_id, e.element_path, e.element_type, e.event_type,
        count(*) as events,
        sum(greatest(extract(epoch from e."timestamp" - us.created_at), 0)) as seconds_to_events,
        min(e."timestamp") as first_seen,
        max(e."timestamp") as last_seen,
        array_agg(distinct e.page_url) as pages
    from session_events e
    join (
        select session_id, created_at from public.user_sessions
        where session_id = any (array(select s.session_id from stale_sessions s))
        offset 0
    ) us on us.session_id = e.session_id
    where e.event_type in ('rage_click', 'hesitation', 'form_abandon', 'error')
    group by e.session_id, e.element_path, e.element_type, e.event_type
)
select gone.*, -1 as sign
from (table known except table counted) gone
union all
select made.*, 1
from (table counted except table known) made;
