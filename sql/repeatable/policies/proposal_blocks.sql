alter table public.proposal_blocks enable row level security;

drop policy if exists ai_analysis_read on public.proposal_blocks;
create policy ai_analysis_read on public.proposal_blocks for select to ai_analysis using (true);

drop policy if exists admin_read on public.proposal_blocks;
create policy admin_read on public.proposal_blocks for select to admin using (true);

select uxpipeline.restrict_relation('public.proposal_blocks');
grant select on public.proposal_blocks to ai_analysis, admin;
