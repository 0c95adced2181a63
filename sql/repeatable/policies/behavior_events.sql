alter table public.behavior_events enable row level security;

drop policy if exists beacon_ingest_insert on public.behavior_events;
create policy beacon_ingest_insert on public.behavior_events for insert to beacon_ingest
with check (
    "timestamp" >= now() - interval '7 days' and "timestamp" <= now() + interval '5 minutes'
    -- What a visitor did not agree to is kept nowhere.
    and (metadata -> 'consent') is distinct from 'false'
);

drop policy if exists ai_analysis_read on public.behavior_events;
create policy ai_analysis_read on public.behavior_events for select to ai_analysis using (true);

drop policy if exists admin_all on public.behavior_events;
create policy admin_all on public.behavior_events for all to admin using (true) with check (true);

select uxpipeline.restrict_relation('public.behavior_events');
grant insert (
    id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
    "timestamp", page_url, component_id, metadata
) on public.behavior_events to beacon_ingest;
-- Without what visitors write freely; what event_data measures is in the views and materialized views.
grant select (
    id, session_id, event_type, element_path, element_type, coordinates, viewport_size, "timestamp", page_url,
    component_id, received_at, load_id
) on public.behavior_events to ai_analysis;
grant select, insert, update, delete on public.behavior_events to admin;
