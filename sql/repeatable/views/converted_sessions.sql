-- The one definition of a conversion: the session holds the last step of the configured funnel.
create or replace view uxpipeline.converted_sessions with (security_invoker = true) as
select cf.session_id, min(cf.entered_at) as converted_at
from uxpipeline.conversion_goal goal
join public.conversion_funnels cf on cf.funnel_name = goal.funnel_name
where cf.step_order = coalesce(
    (select max(fs.step_order) from uxpipeline.funnel_steps fs where fs.funnel_name = goal.funnel_name),
    (select max(seen.step_order) from public.conversion_funnels seen where seen.funnel_name = goal.funnel_name)
)
group by cf.session_id;
