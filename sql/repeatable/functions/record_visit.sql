-- What a beacon sends in one request: a session and its events, left out those that are stored already
-- and those that its visitor did not agree to. It runs with the
-- caller's rights: what the beacon may not insert is refused here too. Through an HTTP API a plain insert that repeats a row
-- is an error, and the usual way around it asks for the right to read the table.
create or replace function public.record_visit(p_session jsonb, p_events jsonb default '[]') returns void
language sql
set search_path = ''
as $$
    insert into public.user_sessions (
        session_id, landing_page, referrer, device_type, screen_resolution, language, country_code, visitor_key, created_at
    )
    select
        s.session_id, coalesce(s.landing_page, ''), s.referrer, s.device_type, s.screen_resolution, s.language,
        s.country_code, s.visitor_key, coalesce(s.created_at, clock_timestamp())
    from jsonb_to_record(p_session) s (
        session_id text, landing_page text, referrer text, device_type text, screen_resolution text, language text,
        country_code text, visitor_key text, created_at timestamptz
    )
    on conflict do nothing;

    insert into public.behavior_events (
        id, session_id, event_type, "timestamp", page_url, element_path, element_type, element_text, coordinates,
        viewport_size, event_data, component_id
    )
    select
        e.id, p_session ->> 'session_id', e.event_type, e."timestamp", e.page_url, e.element_path, e.element_type,
        e.element_text, e.coordinates, e.viewport_size, coalesce(e.event_data, '{}'), e.component_id
    from jsonb_to_recordset(p_events) e (
        id uuid, event_type text, "timestamp" timestamptz, page_url text, element_path text, element_type text,
        element_text text, coordinates jsonb, viewport_size jsonb, event_data jsonb, component_id text, metadata jsonb
    )
    where (e.metadata -> 'consent') is distinct from 'false'
    on conflict do nothing;
$$;

select uxpipeline.restrict_function('public.record_visit(jsonb, jsonb)');
grant execute on function public.record_visit(jsonb, jsonb) to beacon_ingest;
