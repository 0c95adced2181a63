alter table public.conversion_funnels enable row level security;

drop policy if exists beacon_ingest_insert on public.conversion_funnels;
create policy beacon_ingest_insert on public.conversion_funnels for insert to beacon_ingest
with check (
    entered_at >= now() - interval '7 days' and entered_at <= now() + interval '5 minutes'
    -- What a visitor did not agree to is kept nowhere.
    and (metadata -> 'consent') is distinct from 'false'
);

drop policy if exists ai_analysis_read on public.conversion_funnels;
create policy ai_analysis_read on public.conversion_funnels for select to ai_analysis using (true);

drop policy if exists admin_all on public.conversion_funnels;
create policy admin_all on public.conversion_funnels for all to admin using (true) with check (true);

select uxpipeline.restrict_relation('public.conversion_funnels');
grant insert (
    id, funnel_name, step_name, step_order, session_id, entered_at, exited_at, duration_seconds, dropoff_reason, metadata
) on public.conversion_funnels to beacon_ingest;
-- Without what whoever inserts the step writes freely.
grant select (
    id, funnel_name, step_name, step_order, session_id, entered_at, exited_at, duration_seconds, received_at
) on public.conversion_funnels to ai_analysis;
grant select, insert, update, delete on public.conversion_funnels to admin;
