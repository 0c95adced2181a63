-- Those sessions, their events and steps as lines of the native format. Nothing in them has to be escaped.
copy (
    select jsonb_strip_nulls(
        jsonb_build_object('kind', 'session')
        || to_jsonb(told) - array['id', 'landing_page', 'page_count', 'received_at', 'updated_at', 'created_at']
    )
    from public.user_sessions told
    join world_sessions w on w.session_id = told.session_id
    union all
    select jsonb_strip_nulls(
        jsonb_build_object('kind', 'event') || to_jsonb(told) - array['received_at', 'load_id', 'changed']
    )
    from public.behavior_events told
    join world_sessions w on w.session_id = told.session_id
    union all
    select jsonb_strip_nulls(
        jsonb_build_object('kind', 'funnel_step') || to_jsonb(told) - array['received_at']
    )
    from public.conversion_funnels told
    join world_sessions w on w.session_id = told.session_id
) to stdout;
