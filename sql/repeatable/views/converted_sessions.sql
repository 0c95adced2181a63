-- The one definition of a conversion: the session holds the last step of the configured funnel.
create or replace view uxpipeline.converted_sessions with (security_invoker = true) as
select cf.session_id, min(cf.entered_at) as converted_at
from uxpipeline.conversion_target target
join public.conversion_funnels cf on cf.funnel_name = target.funnel_name and cf.step_order = target.step_order
group by cf.session_id;
