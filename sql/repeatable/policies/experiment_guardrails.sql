alter table public.experiment_guardrails enable row level security;

drop policy if exists ai_analysis_read on public.experiment_guardrails;
create policy ai_analysis_read on public.experiment_guardrails for select to ai_analysis using (true);

drop policy if exists admin_read on public.experiment_guardrails;
create policy admin_read on public.experiment_guardrails for select to admin using (true);

select uxpipeline.restrict_relation('public.experiment_guardrails');
grant select on public.experiment_guardrails to ai_analysis, admin;
