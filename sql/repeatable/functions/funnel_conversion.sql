-- A funnel in order and within a window: the steps a session reached in order no later than so long after it entered
-- step 1. Without a window any time is soon enough; the bounds choose sessions by when they entered step 1.
create or replace function uxpipeline.funnel_conversion(
    funnel text,
    conversion_window interval default null,
    entered_from timestamptz default null,
    entered_before timestamptz default null
) returns table (
    step_order integer,
    step_name text,
    sessions bigint,
    share_of_first numeric,
    avg_seconds_from_previous numeric,
    median_seconds_from_previous double precision,
    avg_seconds_from_start numeric,
    median_seconds_from_start double precision
)
language sql stable
set search_path = ''
-- A day of the window is 24 hours.
set timezone = 'UTC'
as $$
    with entries as (
        select
            step.step_order, step.step_name, f.step_entries[1] as first_at, step.entered_at,
            f.step_entries[step.step_order - 1] as lower_at
        from uxpipeline.session_funnels f
        cross join lateral unnest(f.step_orders, f.step_names, f.step_entries) step (step_order, step_name, entered_at)
        where f.funnel_name = funnel
            and step.step_order <= f.ordered_step
            and (conversion_window is null or step.entered_at <= f.step_entries[1] + conversion_window)
            and (entered_from is null or f.step_entries[1] >= entered_from)
            and (entered_before is null or f.step_entries[1] < entered_before)
    ),
    reached as (
        select
            e.step_order,
            min(e.step_name) as step_name,
            count(*) as sessions,
            avg(extract(epoch from e.entered_at - e.lower_at)) as avg_from_previous,
            percentile_cont(0.5) within group (order by extract(epoch from e.entered_at - e.lower_at))
                as median_from_previous,
            avg(extract(epoch from e.entered_at - e.first_at)) as avg_from_start,
            percentile_cont(0.5) within group (order by extract(epoch from e.entered_at - e.first_at))
                as median_from_start
        from entries e
        group by e.step_order
    )
    select
        coalesce(fs.step_order, r.step_order),
        coalesce(fs.step_name, r.step_name),
        coalesce(r.sessions, 0),
        coalesce(r.sessions, 0)::numeric
        / nullif(max(r.sessions) filter (where r.step_order = 1) over (), 0),
        r.avg_from_previous,
        r.median_from_previous,
        r.avg_from_start,
        r.median_from_start
    from (select known.* from uxpipeline.funnel_steps known where known.funnel_name = funnel) fs
    full join reached r on r.step_order = fs.step_order
    order by 1
$$;

select uxpipeline.restrict_function('uxpipeline.funnel_conversion(text, interval, timestamptz, timestamptz)');
