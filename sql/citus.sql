-- Distributes the migrated schema over a Citus cluster by session: run it once, as the owner, on the coordinator, with or
-- without rows in the tables. All other tables stay ordinary ones of the coordinator, where triggers may write the log.
set citus.enable_unsafe_triggers = on;
-- Else the foreign key on a_b_tests stands in the way.
set citus.enable_local_reference_table_foreign_keys = off;
select create_distributed_table('public.user_sessions', 'session_id');
select create_distributed_table('public.behavior_events', 'session_id', colocate_with => 'public.user_sessions');
select create_distributed_table('public.conversion_funnels', 'session_id', colocate_with => 'public.user_sessions');
select create_reference_table('public.a_b_tests');
select create_distributed_table('public.variant_assignments', 'session_id', colocate_with => 'public.user_sessions');
reset citus.enable_unsafe_triggers;
reset citus.enable_local_reference_table_foreign_keys;
