alter table public.user_sessions enable row level security;

drop policy if exists beacon_ingest_insert on public.user_sessions;
create policy beacon_ingest_insert on public.user_sessions for insert to beacon_ingest
with check (
    created_at >= now() - interval '7 days' and created_at <= now() + interval '5 minutes'
    -- A keyed hash, as the loader stores it, and never an address, a number or a name in clear.
    and (visitor_key is null or visitor_key ~ '^[0-9a-f]{32,64}$')
    -- As the loader has it: nobody's number, nobody's address. Its absence is refused by the column.
    and (session_id ~ '^[0-9]+$' or session_id ~* '@|%(25)*40|\uff20') is not true
);

drop policy if exists ai_analysis_read on public.user_sessions;
create policy ai_analysis_read on public.user_sessions for select to ai_analysis using (true);

drop policy if exists admin_all on public.user_sessions;
create policy admin_all on public.user_sessions for all to admin using (true) with check (true);

select uxpipeline.restrict_relation('public.user_sessions');
grant insert (
    id, session_id, user_agent, referrer, landing_page, exit_page, exit_reason, device_type, screen_resolution, language,
    country_code, created_at, duration_seconds, page_count, visitor_key
) on public.user_sessions to beacon_ingest;
-- Without what visitors or their browsers write freely.
grant select (
    id, session_id, landing_page, exit_page, exit_reason, device_type, screen_resolution, language, country_code,
    created_at, updated_at, duration_seconds, page_count, received_at, supplied
) on public.user_sessions to ai_analysis;
grant select, insert, update, delete on public.user_sessions to admin;
