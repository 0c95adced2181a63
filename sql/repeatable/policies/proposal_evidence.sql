alter table public.proposal_evidence enable row level security;

drop policy if exists ai_analysis_read on public.proposal_evidence;
create policy ai_analysis_read on public.proposal_evidence for select to ai_analysis using (true);

drop policy if exists admin_read on public.proposal_evidence;
create policy admin_read on public.proposal_evidence for select to admin using (true);

select uxpipeline.restrict_relation('public.proposal_evidence');
select uxpipeline.restrict_relation('public.proposal_evidence_id_seq');
grant select on public.proposal_evidence to ai_analysis, admin;
