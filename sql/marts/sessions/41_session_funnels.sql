-- Per session and funnel. A step is in order if all before it were entered (its number among the session's steps is its
-- own) and none of them after the one that follows it.
with numbered as (
    select
        st.*,
        st.step_order <> row_number() over path or st.entered_at < lag(st.entered_at) over path as out_of_order
    from session_steps st
    window path as (partition by st.n, st.funnel_name order by st.step_order)
),
steps as (
    select
        numbered.*,
        not bool_or(coalesce(numbered.out_of_order, false)) over (
            partition by numbered.n, numbered.funnel_name order by numbered.step_order
        ) as in_order
    from numbered
),
paths as (
    select
        n, funnel_name,
        count(*)::integer as steps,
        max(step_order) as reached_step,
        coalesce(max(step_order) filter (where in_order), 0) as ordered_step,
        min(entered_at) as entered_at,
        (array_agg(entered_at order by step_order desc))[1] as reached_at,
        max(entered_at) filter (where in_order) as ordered_at,
        coalesce(sum(duration_seconds), 0) as duration_seconds,
        count(duration_seconds) as steps_timed,
        array_agg(step_order order by step_order) as step_orders,
        array_agg(step_name order by step_order) as step_names,
        array_agg(entered_at order by step_order) as step_entries,
        nullif((array_agg(dropoff_reason order by step_order desc))[1], '') as supplied_reason
    from steps
    group by n, funnel_name
),
-- Of several at one moment an error says more than a form that was left, and that more than a rage click.
friction as (
    select distinct on (p.n, p.funnel_name) p.n, p.funnel_name, e.event_type
    from paths p
    join session_events e
        on e.n = p.n and e."timestamp" >= p.reached_at
        and e.event_type in ('error', 'form_abandon', 'rage_click')
    order by
        p.n, p.funnel_name, e."timestamp" desc,
        array_position(array['error', 'form_abandon', 'rage_click'], e.event_type)
)
insert into uxpipeline.session_funnels (
    session_id, funnel_name, steps, reached_step, ordered_step, entered_at, reached_at, ordered_at, duration_seconds,
    steps_timed, step_orders, step_names, step_entries, dropoff_signal, dropoff_reason
)
select
    s.session_id, p.funnel_name, p.steps, p.reached_step, p.ordered_step, p.entered_at, p.reached_at, p.ordered_at,
    p.duration_seconds, p.steps_timed, p.step_orders, p.step_names, p.step_entries,
    coalesce(f.event_type, s.exit_reason),
    coalesce(p.supplied_reason, f.event_type, s.exit_reason)
from paths p
join stale_sessions s on s.n = p.n
left join friction f on f.n = p.n and f.funnel_name = p.funnel_name
order by p.n;
