alter table public.friction_scores enable row level security;

-- Figures of surfaces that fewer than five sessions met can point at a person (display.FEWEST_SESSIONS).
drop policy if exists ai_analysis_read on public.friction_scores;
create policy ai_analysis_read on public.friction_scores for select to ai_analysis
using (surface_level = 'site' or exposed_sessions >= 5);

drop policy if exists admin_read on public.friction_scores;
create policy admin_read on public.friction_scores for select to admin using (true);

select uxpipeline.restrict_relation('public.friction_scores');
grant select on public.friction_scores to ai_analysis, admin;
