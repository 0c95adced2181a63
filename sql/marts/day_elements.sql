-- The day's events per element and kind, repeats left out. Sessions are counted in two steps, by hashing: a distinct count
-- would sort the day. Those that were read already are not read again; of a day that was never counted these are all.
with others as not materialized (
    select coalesce(be.element_path, '') as element_path, be.event_type, be.session_id, be.event_data
    from public.behavior_events be
    where %(counted)s
        and be."timestamp" >= %(day_start)s and be."timestamp" < %(day_end)s
        and be.session_id not in (select s.session_id from stale_sessions s)
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
        select coalesce(e.element_path, '') as element_path, e.event_type, count(*) as events
        from session_events e
        where e."timestamp" >= %(day_start)s and e."timestamp" < %(day_end)s
        group by e.n, coalesce(e.element_path, ''), e.event_type
        union all
        select o.element_path, o.event_type, count(*)
        from others o
        group by o.element_path, o.event_type, o.session_id
    ) per_session
    group by element_path, event_type
),
-- Looked at apart, because few events carry one.
timed as (
    select
        element_path, event_type,
        avg(hesitation_ms) as avg_hesitation_ms,
        percentile_cont(0.5) within group (order by hesitation_ms) as median_hesitation_ms
    from (
        select coalesce(e.element_path, '') as element_path, e.event_type, e.hesitation_ms
        from session_events e
        where e.hesitation_ms is not null and e."timestamp" >= %(day_start)s and e."timestamp" < %(day_end)s
        union all
        select hesitations.element_path, hesitations.event_type, hesitations.hesitation_ms
        from (
            select o.element_path, o.event_type, uxpipeline.sane_hesitation_ms(o.event_data) as hesitation_ms
            from others o
            where o.event_data ? 'hesitation_ms'
            offset 0
        ) hesitations
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
