-- Rows of the six tables that hold what visitors did and what was done about it.
select 'user_sessions' as name, count(*) as count from public.user_sessions
union all
select 'behavior_events', count(*) from public.behavior_events
union all
select 'conversion_funnels', count(*) from public.conversion_funnels
union all
select 'optimization_history', count(*) from public.optimization_history
union all
select 'a_b_tests', count(*) from public.a_b_tests
union all
select 'variant_assignments', count(*) from public.variant_assignments;
