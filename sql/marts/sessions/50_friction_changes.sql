-- Per session, element and kind of friction: what is no longer so, and what is so now.
create temporary table friction_changes on commit drop as
with known as materialized (
    select
        s.n, f.element_path, f.element_type, f.event_type, f.events, f.seconds_to_events, f.first_seen, f.last_seen, f.pages
    from uxpipeline.session_friction f
    join stale_sessions s on s.session_id = f.session_id
    -- By an array, so that the rows are looked up session by session however many others there are.
    where f.session_id = any (array(select s.session_id from stale_sessions s where s.known))
),
counted as materialized (
    select
        e.n, e.element_path, e.element_type, e.event_type,
        count(*) as events,
        sum(greatest(extract(epoch from e."timestamp" - s.created_at), 0)) as seconds_to_events,
        min(e."timestamp") as first_seen,
        max(e."timestamp") as last_seen,
        array_agg(distinct e.page_url) as pages
    from session_events e
    join stale_sessions s on s.n = e.n
    where e.event_type in ('rage_click', 'hesitation', 'form_abandon', 'error')
    group by e.n, e.element_path, e.element_type, e.event_type
)
-- Path and type may be missing, and `is not distinct from` can be neither hashed nor looked up.
select known.*, -1 as sign
from known
where not exists (
    select from counted
    where counted.n = known.n and counted.event_type = known.event_type
        and coalesce(counted.element_path, '') = coalesce(known.element_path, '')
        and counted is not distinct from known
)
union all
select counted.*, 1
from counted
where not exists (
    select from known
    where known.n = counted.n and known.event_type = counted.event_type
        and coalesce(known.element_path, '') = coalesce(counted.element_path, '')
        and known is not distinct from counted
);
