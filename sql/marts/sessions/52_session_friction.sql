-- Per session, element and kind of friction.
with made as (
    insert into uxpipeline.session_friction (
        session_id, element_path, element_type, event_type, events, seconds_to_events, first_seen, last_seen, pages
    )
    select
        e.session_id, e.element_path, e.element_type, e.event_type,
        count(*),
        sum(greatest(extract(epoch from e."timestamp" - us.created_at), 0)),
        min(e."timestamp"), max(e."timestamp"),
        array_agg(distinct e.page_url)
    from session_events e
    join (
        select session_id, created_at from public.user_sessions
        where session_id = any (array(select s.session_id from stale_sessions s))
        offset 0
    ) us on us.session_id = e.session_id
    where e.event_type in ('rage_click', 'hesitation', 'form_abandon', 'error')
    group by e.session_id, e.element_path, e.element_type, e.event_type
    returning *
)
insert into friction_changes
select made.*, 1 from made;
