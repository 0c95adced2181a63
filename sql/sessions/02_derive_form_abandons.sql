-- A form that was started and never submitted in a session that fell silent was abandoned, at the last event seen on its
-- page. Recomputed for the touched sessions: a late submission takes its abandon away again.
with forms as (
    select be.*
    from public.behavior_events be
    join touched_sessions t on t.session_id = be.session_id
    where be.event_type = 'form_start' and be.metadata ->> 'detector' = 'uxpipeline.form'
),
expected as (
    select
        md5(f.id::text || '.form_abandon')::uuid as id,
        last_seen."timestamp",
        f.session_id, f.element_path, f.element_type, f.page_url, f.component_id, f.viewport_size, f.metadata, f.load_id,
        last_seen.received_at,
        jsonb_build_object('form_id', f.event_data -> 'form_id') as event_data
    from forms f
    cross join lateral (
        select be."timestamp", be.received_at
        from public.behavior_events be
        where be.session_id = f.session_id and be.page_url = f.page_url and be.event_type <> 'form_abandon'
        order by be."timestamp" desc
        limit 1
    ) last_seen
    where not exists (
        select from public.behavior_events submit
        where submit.session_id = f.session_id
            and submit.event_type = 'form_submit'
            and submit.event_data -> 'form_id' = f.event_data -> 'form_id'
    )
    and not exists (
        select from public.behavior_events recent
        where recent.session_id = f.session_id and recent."timestamp" > %(silent_before)s
    )
),
withdrawn as (
    delete from public.behavior_events be
    using touched_sessions t
    where be.session_id = t.session_id
        and be.event_type = 'form_abandon'
        and be.metadata ->> 'detector' = 'uxpipeline.form'
        and not exists (
            select from expected x
            where x.session_id = be.session_id and x.id = be.id and x."timestamp" = be."timestamp"
        )
),
written as (
    insert into public.behavior_events (
        id, session_id, event_type, element_path, element_type, event_data, "timestamp", page_url, component_id,
        viewport_size, metadata, received_at, load_id
    )
    select
        x.id, x.session_id, 'form_abandon', x.element_path, x.element_type, x.event_data, x."timestamp", x.page_url,
        x.component_id, x.viewport_size, x.metadata, x.received_at, x.load_id
    from expected x
    on conflict do nothing
    returning 1
)
select 'behavior_events' as relation, count(*) as rows from written;
