with written as (
    insert into public.behavior_events (
        id, session_id, event_type, viewport_size, event_data, "timestamp", page_url, component_id, metadata,
        received_at, load_id
    )
    select
        s.id, s.session_id, 'scroll_depth', s.viewport_size, jsonb_build_object('percentage', s.deepest), s."timestamp",
        s.page_url, s.component_id, s.metadata, coalesce(s.received_at, clock_timestamp()), s.load_id
    from scroll_depths s
    order by s.session_id, s."timestamp", s.id
    on conflict do nothing
    returning session_id, id
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from scroll_depths s
    join written w on w.session_id = s.session_id and w.id = s.id
    where l.load_id = %(load_id)s and l.line_no = coalesce(s.line_no, s.deepest_line) and l.outcome = 'pending'
)
select 'behavior_events' as relation, count(*) as rows from written;
