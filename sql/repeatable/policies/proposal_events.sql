alter table public.proposal_events enable row level security;

drop policy if exists ai_analysis_read on public.proposal_events;
create policy ai_analysis_read on public.proposal_events for select to ai_analysis using (true);

drop policy if exists admin_read on public.proposal_events;
create policy admin_read on public.proposal_events for select to admin using (true);

select uxpipeline.restrict_relation('public.proposal_events');
select uxpipeline.restrict_relation('public.proposal_events_id_seq');
grant select on public.proposal_events to ai_analysis, admin;
