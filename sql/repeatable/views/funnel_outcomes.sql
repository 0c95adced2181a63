-- What the facts of a session's funnel mean under the configuration of today: its last step is the last configured one,
-- else the last anybody entered.
create or replace view uxpipeline.funnel_outcomes with (security_invoker = true) as
with last_steps as (
    select
        seen.funnel_name,
        coalesce(configured.step_order, seen.step_order) as step_order
    from (
        select f.funnel_name, max(f.reached_step) as step_order from uxpipeline.session_funnels f group by f.funnel_name
    ) seen
    left join (
        select fs.funnel_name, max(fs.step_order) as step_order from uxpipeline.funnel_steps fs group by fs.funnel_name
    ) configured on configured.funnel_name = seen.funnel_name
),
judged as (
    select
        f.*,
        last_steps.step_order as last_step,
        -- When it entered the last step; NULL: it never did.
        f.step_entries[array_position(f.step_orders, last_steps.step_order)] as converted_at,
        f.ordered_step >= last_steps.step_order as converted_in_order
    from uxpipeline.session_funnels f
    join last_steps on last_steps.funnel_name = f.funnel_name
)
select
    j.session_id,
    j.funnel_name,
    j.entered_at,
    j.last_step,
    j.reached_step,
    j.ordered_step,
    j.converted_at is not null as converted,
    j.converted_in_order,
    extract(epoch from j.converted_at - j.entered_at) as seconds_to_convert,
    case when j.converted_in_order then extract(epoch from j.converted_at - j.step_entries[1]) end
        as seconds_to_convert_in_order,
    case when j.converted_at is null then j.reached_step end as dropoff_step,
    case when j.converted_at is null then j.dropoff_signal end as dropoff_signal
from judged j;

comment on view uxpipeline.funnel_outcomes is
'Per session and funnel: whether and how fast it converted, else after which step it went no further and what it met.';
