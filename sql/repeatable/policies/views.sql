select uxpipeline.restrict_relation('public.friction_points');
select uxpipeline.restrict_relation('public.conversion_impact');
select uxpipeline.restrict_relation('public.session_analytics');
select uxpipeline.restrict_relation('public.actual_impact');
grant select on public.friction_points, public.conversion_impact, public.session_analytics, public.actual_impact
to ai_analysis, admin;
-- Read inside conversion_impact; the schema itself stays closed.
grant select on uxpipeline.funnel_steps to ai_analysis, admin;
select uxpipeline.restrict_relation('uxpipeline.staged_batch');
