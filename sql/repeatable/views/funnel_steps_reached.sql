-- Per funnel and step, under both definitions. Any order: the session entered the step, whatever else it did; times run
-- from its first step of the funnel and from the step it entered before this one. In order: it entered step 1 and all
-- up to this one, none before the one it follows; times run from step 1 and from the step one lower.
create or replace view uxpipeline.funnel_steps_reached with (security_invoker = true) as
with entries as (
    select
        f.funnel_name, f.session_id, f.entered_at as start_at, f.step_entries[1] as first_at,
        step.step_order, step.step_name, step.entered_at,
        step.step_order <= f.ordered_step as in_order,
        lag(step.entered_at) over (
            partition by f.session_id, f.funnel_name order by step.entered_at, step.step_order
        ) as entered_before,
        lag(step.entered_at) over (partition by f.session_id, f.funnel_name order by step.step_order) as lower_at
    from uxpipeline.session_funnels f
    cross join lateral unnest(f.step_orders, f.step_names, f.step_entries) step (step_order, step_name, entered_at)
),
reached as (
    select
        funnel_name, step_order, min(step_name) as step_name,
        count(*) as sessions,
        count(*) filter (where in_order) as sessions_in_order,
        avg(extract(epoch from entered_at - entered_before)) as avg_from_previous,
        percentile_cont(0.5) within group (order by extract(epoch from entered_at - entered_before))
            as median_from_previous,
        avg(extract(epoch from entered_at - start_at)) as avg_from_start,
        percentile_cont(0.5) within group (order by extract(epoch from entered_at - start_at)) as median_from_start,
        avg(extract(epoch from entered_at - lower_at)) filter (where in_order) as avg_from_previous_in_order,
        percentile_cont(0.5) within group (order by extract(epoch from entered_at - lower_at)) filter (where in_order)
            as median_from_previous_in_order,
        avg(extract(epoch from entered_at - first_at)) filter (where in_order) as avg_from_start_in_order,
        percentile_cont(0.5) within group (order by extract(epoch from entered_at - first_at)) filter (where in_order)
            as median_from_start_in_order
    from entries
    group by funnel_name, step_order
)
select
    funnel_name,
    step_order,
    coalesce(fs.step_name, r.step_name) as step_name,
    coalesce(r.sessions, 0) as sessions_any_order,
    coalesce(r.sessions_in_order, 0) as sessions_in_order,
    coalesce(r.sessions, 0)::numeric / nullif(max(r.sessions) filter (where step_order = 1) over funnel, 0)
        as share_any_order,
    coalesce(r.sessions_in_order, 0)::numeric
    / nullif(max(r.sessions_in_order) filter (where step_order = 1) over funnel, 0) as share_in_order,
    r.avg_from_previous as avg_seconds_from_previous_any_order,
    r.median_from_previous as median_seconds_from_previous_any_order,
    r.avg_from_start as avg_seconds_from_start_any_order,
    r.median_from_start as median_seconds_from_start_any_order,
    r.avg_from_previous_in_order as avg_seconds_from_previous_in_order,
    r.median_from_previous_in_order as median_seconds_from_previous_in_order,
    r.avg_from_start_in_order as avg_seconds_from_start_in_order,
    r.median_from_start_in_order as median_seconds_from_start_in_order
from uxpipeline.funnel_steps fs
full join reached r using (funnel_name, step_order)
window funnel as (partition by funnel_name);

comment on view uxpipeline.funnel_steps_reached is
'Per funnel and step: sessions that entered it in any order and in order, their share of step 1, and seconds they took.';
