alter table public.variant_assignments enable row level security;

drop policy if exists beacon_ingest_insert on public.variant_assignments;
create policy beacon_ingest_insert on public.variant_assignments for insert to beacon_ingest
with check (
    assigned_at >= now() - interval '7 days' and assigned_at <= now() + interval '5 minutes'
    -- What a visitor did not agree to is kept nowhere.
    and (metadata -> 'consent') is distinct from 'false'
);

drop policy if exists ai_analysis_read on public.variant_assignments;
create policy ai_analysis_read on public.variant_assignments for select to ai_analysis using (true);

drop policy if exists admin_all on public.variant_assignments;
create policy admin_all on public.variant_assignments for all to admin using (true) with check (true);

select uxpipeline.restrict_relation('public.variant_assignments');
grant insert (id, test_id, session_id, variant, assigned_at, metadata) on public.variant_assignments to beacon_ingest;
grant select (id, test_id, session_id, variant, assigned_at, conversion_events, received_at)
on public.variant_assignments to ai_analysis;
grant select, insert, update, delete on public.variant_assignments to admin;
