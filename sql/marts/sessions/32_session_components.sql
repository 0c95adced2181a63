-- Per session, component and page.
with made as (
    insert into uxpipeline.session_components (
        session_id, component_id, page_url, interactions, clicks, rage_clicks, hesitations, hesitation_ms,
        hesitations_timed, first_seen, last_seen, converted
    )
    select
        e.session_id, e.component_id, e.page_url,
        count(*),
        count(*) filter (where e.event_type = 'click'),
        count(*) filter (where e.event_type = 'rage_click'),
        count(*) filter (where e.event_type = 'hesitation'),
        coalesce(sum(e.hesitation_ms), 0),
        count(e.hesitation_ms),
        min(e."timestamp"), max(e."timestamp"),
        bool_or(f.converted_at is not null)
    from session_events e
    join (
        select session_id, converted_at from uxpipeline.session_facts
        where session_id = any (array(select s.session_id from stale_sessions s))
        offset 0
    ) f on f.session_id = e.session_id
    where e.component_id is not null
    group by e.session_id, e.component_id, e.page_url
    returning *
)
insert into component_changes
select made.*, 1 from made;
