alter table uxpipeline.session_funnels enable row level security;

drop policy if exists ai_analysis_read on uxpipeline.session_funnels;
create policy ai_analysis_read on uxpipeline.session_funnels for select to ai_analysis using (true);

drop policy if exists admin_read on uxpipeline.session_funnels;
create policy admin_read on uxpipeline.session_funnels for select to admin using (true);

select uxpipeline.restrict_relation('uxpipeline.session_funnels');
-- Without dropoff_reason, which whoever inserts the step writes freely.
grant select (
    session_id, funnel_name, steps, reached_step, ordered_step, entered_at, reached_at, ordered_at, duration_seconds,
    steps_timed, step_orders, step_names, step_entries, dropoff_signal
) on uxpipeline.session_funnels to ai_analysis;
grant select on uxpipeline.session_funnels to admin;
select uxpipeline.restrict_relation('uxpipeline.funnel_outcomes');
select uxpipeline.restrict_relation('uxpipeline.funnel_steps_reached');
