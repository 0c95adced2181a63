-- Sessions that reached each step, in whatever order they did; with those nobody did. The funnel of the
-- conversion comes first, then the other configured ones.
with reached as (
    select cf.funnel_name, cf.step_order, min(cf.step_name) as step_name, count(distinct cf.session_id) as sessions
    from public.conversion_funnels cf
    where (%(window_start)s::timestamptz is null or cf.entered_at >= %(window_start)s)
        and (%(window_end)s::timestamptz is null or cf.entered_at < %(window_end)s)
    group by cf.funnel_name, cf.step_order
),
steps as (
    select
        funnel_name,
        step_order,
        coalesce(fs.step_name, r.step_name) as step_name,
        coalesce(r.sessions, 0) as sessions
    from uxpipeline.funnel_steps fs
    full join reached r using (funnel_name, step_order)
)
select
    steps.funnel_name,
    steps.step_order,
    steps.step_name,
    steps.sessions,
    exists (select from uxpipeline.funnel_steps fs where fs.funnel_name = steps.funnel_name) as configured,
    count(*) over () as total
from steps
left join uxpipeline.conversion_goal goal on goal.funnel_name = steps.funnel_name
order by goal.only_row nulls last, configured desc, steps.funnel_name, steps.step_order
limit %(most)s;
