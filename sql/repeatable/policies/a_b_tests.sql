alter table public.a_b_tests enable row level security;

drop policy if exists ai_analysis_read on public.a_b_tests;
create policy ai_analysis_read on public.a_b_tests for select to ai_analysis using (true);

drop policy if exists admin_all on public.a_b_tests;
create policy admin_all on public.a_b_tests for all to admin using (true) with check (true);

select uxpipeline.restrict_relation('public.a_b_tests');
grant select on public.a_b_tests to ai_analysis;
grant select, insert, update, delete on public.a_b_tests to admin;
