-- The day in numbers: what a later refresh compares with, to see deletions and to log restatements.
create temporary table day_counts on commit drop as
select
    raw.events as raw_events,
    (
        select count(*) from public.conversion_funnels cf
        where cf.entered_at >= %(day_start)s and cf.entered_at < %(day_end)s
    ) as funnel_steps,
    raw.sessions,
    coalesce(e.events, 0) as events,
    coalesce(e.rage_clicks, 0) as rage_clicks,
    coalesce(e.hesitations, 0) as hesitations,
    coalesce(e.errors, 0) as errors,
    coalesce(e.form_abandons, 0) as form_abandons,
    coalesce(e.form_submits, 0) as form_submits,
    (
        select count(*) from public.conversion_funnels cf
        join uxpipeline.conversion_target target
            on target.funnel_name = cf.funnel_name and target.step_order = cf.step_order
        where cf.entered_at >= %(day_start)s and cf.entered_at < %(day_end)s
    ) as conversions,
    coalesce(e.digest, '') as digest
from (
    select coalesce(sum(events), 0)::bigint as events, count(*) as sessions
    from (
        select count(*) as events from public.behavior_events be
        where %(counted)s and be."timestamp" >= %(day_start)s and be."timestamp" < %(day_end)s
        group by be.session_id
        union all
        -- Never counted before, the day has no events but those that were read for its sessions.
        select count(*)
        from (
            select e.n, e."timestamp" from session_events e
            union all
            select r.n, r."timestamp" from repeats r
        ) own
        where not %(counted)s and own."timestamp" >= %(day_start)s and own."timestamp" < %(day_end)s
        group by own.n
    ) per_session
) raw
cross join (
    select
        sum(d.event_count)::bigint as events,
        sum(d.event_count) filter (where d.event_type = 'rage_click')::bigint as rage_clicks,
        sum(d.event_count) filter (where d.event_type = 'hesitation')::bigint as hesitations,
        sum(d.event_count) filter (where d.event_type = 'error')::bigint as errors,
        sum(d.event_count) filter (where d.event_type = 'form_abandon')::bigint as form_abandons,
        sum(d.event_count) filter (where d.event_type = 'form_submit')::bigint as form_submits,
        md5(string_agg(d::text, '' order by d.element_path, d.event_type)) as digest
    from uxpipeline.day_elements d
    where d.date = %(day)s
) e;
