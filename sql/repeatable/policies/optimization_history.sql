alter table public.optimization_history enable row level security;

drop policy if exists ai_analysis_read on public.optimization_history;
create policy ai_analysis_read on public.optimization_history for select to ai_analysis using (true);

drop policy if exists ai_analysis_propose on public.optimization_history;
create policy ai_analysis_propose on public.optimization_history for insert to ai_analysis
with check (status = 'proposed');

drop policy if exists admin_all on public.optimization_history;
create policy admin_all on public.optimization_history for all to admin using (true) with check (true);

select uxpipeline.restrict_relation('public.optimization_history');
grant select on public.optimization_history to ai_analysis;
-- Outcomes are not the proposer's to write.
grant insert (
    proposal_id, status, friction_point, component_id, page_url, change_description, proposed_changes, ai_confidence,
    expected_impact, metadata
) on public.optimization_history to ai_analysis;
grant select, insert, update, delete on public.optimization_history to admin;
