alter table public.experiment_days enable row level security;

drop policy if exists ai_analysis_read on public.experiment_days;
create policy ai_analysis_read on public.experiment_days for select to ai_analysis using (true);

drop policy if exists admin_read on public.experiment_days;
create policy admin_read on public.experiment_days for select to admin using (true);

select uxpipeline.restrict_relation('public.experiment_days');
grant select on public.experiment_days to ai_analysis, admin;
