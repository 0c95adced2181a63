-- What the seed's views read with the rights of whoever asks; the schema itself stays closed. No visitors' free text here.
alter table uxpipeline.session_facts enable row level security;
drop policy if exists ai_analysis_read on uxpipeline.session_facts;
create policy ai_analysis_read on uxpipeline.session_facts for select to ai_analysis using (true);
drop policy if exists admin_read on uxpipeline.session_facts;
create policy admin_read on uxpipeline.session_facts for select to admin using (true);

alter table uxpipeline.session_components enable row level security;
drop policy if exists ai_analysis_read on uxpipeline.session_components;
create policy ai_analysis_read on uxpipeline.session_components for select to ai_analysis using (true);
drop policy if exists admin_read on uxpipeline.session_components;
create policy admin_read on uxpipeline.session_components for select to admin using (true);

alter table uxpipeline.friction_totals enable row level security;
drop policy if exists ai_analysis_read on uxpipeline.friction_totals;
create policy ai_analysis_read on uxpipeline.friction_totals for select to ai_analysis using (true);
drop policy if exists admin_read on uxpipeline.friction_totals;
create policy admin_read on uxpipeline.friction_totals for select to admin using (true);

alter table uxpipeline.friction_page_totals enable row level security;
drop policy if exists ai_analysis_read on uxpipeline.friction_page_totals;
create policy ai_analysis_read on uxpipeline.friction_page_totals for select to ai_analysis using (true);
drop policy if exists admin_read on uxpipeline.friction_page_totals;
create policy admin_read on uxpipeline.friction_page_totals for select to admin using (true);

alter table uxpipeline.path_totals enable row level security;
drop policy if exists ai_analysis_read on uxpipeline.path_totals;
create policy ai_analysis_read on uxpipeline.path_totals for select to ai_analysis using (true);
drop policy if exists admin_read on uxpipeline.path_totals;
create policy admin_read on uxpipeline.path_totals for select to admin using (true);

select uxpipeline.restrict_relation('uxpipeline.session_facts');
select uxpipeline.restrict_relation('uxpipeline.session_components');
select uxpipeline.restrict_relation('uxpipeline.friction_totals');
select uxpipeline.restrict_relation('uxpipeline.friction_page_totals');
select uxpipeline.restrict_relation('uxpipeline.path_totals');
grant select on uxpipeline.session_facts, uxpipeline.session_components, uxpipeline.friction_totals,
uxpipeline.friction_page_totals, uxpipeline.path_totals to ai_analysis, admin;
