alter table public.experiment_decisions enable row level security;

drop policy if exists ai_analysis_read on public.experiment_decisions;
create policy ai_analysis_read on public.experiment_decisions for select to ai_analysis using (true);

drop policy if exists admin_read on public.experiment_decisions;
create policy admin_read on public.experiment_decisions for select to admin using (true);

select uxpipeline.restrict_relation('public.experiment_decisions');
grant select on public.experiment_decisions to ai_analysis, admin;
