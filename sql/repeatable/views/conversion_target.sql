-- The step that makes a conversion: the last one of the goal's funnel, as configured, else as seen.
create or replace view uxpipeline.conversion_target with (security_invoker = true) as
select
    goal.funnel_name,
    coalesce(
        (select max(fs.step_order) from uxpipeline.funnel_steps fs where fs.funnel_name = goal.funnel_name),
        (select max(seen.step_order) from public.conversion_funnels seen where seen.funnel_name = goal.funnel_name)
    ) as step_order
from uxpipeline.conversion_goal goal;
