-- The day's events per element and kind, repeats left out. Sessions are counted in two steps, by hashing: a distinct count
-- would sort the day. Hesitations are looked at apart, because few events carry one.
with events as not materialized (
    select coalesce(be.element_path, '') as element_path, be.event_type, be.session_id, be.event_data
    from public.behavior_events be
    where be."timestamp" >= %(day_start)s and be."timestamp" < %(day_end)s
        -- Hardly any day has repeats: asked once before it is asked of each event.
        and (
            not (
                select exists (
                    select from uxpipeline.repeated_events r
                    where r."timestamp" >= %(day_start)s and r."timestamp" < %(day_end)s
                )
            )
            or not exists (
                select from uxpipeline.repeated_events r
                where r.session_id = be.session_id and r.id = be.id and r."timestamp" = be."timestamp"
            )
        )
),
counted as (
    select element_path, event_type, sum(events)::bigint as event_count, count(*) as unique_sessions
    from (
        select element_path, event_type, session_id, count(*) as events
        from events
        group by element_path, event_type, session_id
    ) per_session
    group by element_path, event_type
),
timed as (
    select
        element_path, event_type,
        avg(hesitation_ms) as avg_hesitation_ms,
        percentile_cont(0.5) within group (order by hesitation_ms) as median_hesitation_ms
    from (
        select element_path, event_type, uxpipeline.sane_hesitation_ms(event_data) as hesitation_ms
        from events
        where event_data ? 'hesitation_ms'
        offset 0
    ) hesitations
    group by element_path, event_type
)
insert into uxpipeline.day_elements (
    date, element_path, event_type, event_count, unique_sessions, avg_hesitation_ms, median_hesitation_ms
)
select
    %(day)s, c.element_path, c.event_type, c.event_count, c.unique_sessions,
    t.avg_hesitation_ms, t.median_hesitation_ms
from counted c
left join timed t on t.element_path = c.element_path and t.event_type = c.event_type;
