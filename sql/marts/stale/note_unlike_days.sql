-- Rows that somebody else deleted leave no trace, so the days verified longest ago are counted again: the day, and each
-- session that has something on it, because the day's count hides a session's loss when another one gained as much.
with checked as (
    update uxpipeline.fact_days d
    set verified_at = %(now)s
    from (
        select day from uxpipeline.fact_days
        where verified_at < %(verified_before)s
        order by verified_at, day desc
        limit %(most)s
    ) due
    where d.day = due.day
    returning
        d.day, d.raw_events, d.funnel_steps,
        d.day::timestamp at time zone 'UTC' as day_start, (d.day + 1)::timestamp at time zone 'UTC' as day_end
),
stored as materialized (
    select c.day, be.session_id, be.events
    from checked c
    cross join lateral (
        select session_id, count(*) as events
        from public.behavior_events
        where "timestamp" >= c.day_start and "timestamp" < c.day_end
        group by session_id
        offset 0
    ) be
),
repeats as (
    select session_id, count(*) as events, max("timestamp") as last_at
    from uxpipeline.repeated_events
    group by session_id
),
unlike_sessions as (
    select known.day, known.session_id
    from (
        select
            c.day, f.session_id, f.first_at, greatest(f.last_at, r.last_at) as last_at,
            f.total_events + coalesce(r.events, 0) as events,
            f.first_at >= c.day_start and greatest(f.last_at, r.last_at) < c.day_end as on_this_day_only
        from checked c
        join uxpipeline.session_facts f on f.last_at >= c.day_start and f.first_at < c.day_end
        left join repeats r on r.session_id = f.session_id
        where f.total_events > 0
    ) known
    left join stored s on s.day = known.day and s.session_id = known.session_id
    where known.events <> case
        when known.on_this_day_only then coalesce(s.events, 0)
        else (
            select count(*) from public.behavior_events be
            where be.session_id = known.session_id
                and be."timestamp" >= known.first_at and be."timestamp" <= known.last_at
        )
    end
    union all
    select entered.day, entered.session_id
    from (
        select distinct c.day, sf.session_id
        from checked c
        join uxpipeline.session_funnels sf on sf.entered_at >= c.day_start and sf.entered_at < c.day_end
    ) entered
    where (select sum(sf.steps) from uxpipeline.session_funnels sf where sf.session_id = entered.session_id)
        <> (select count(*) from public.conversion_funnels cf where cf.session_id = entered.session_id)
),
unlike as (
    select day, session_id from unlike_sessions
    union
    -- No session's id is empty: the entry stands for the day, of whose sessions none may be left.
    select c.day, ''
    from checked c
    where c.raw_events <> (select coalesce(sum(s.events), 0) from stored s where s.day = c.day)
        or c.funnel_steps <> (
            select count(*) from public.conversion_funnels cf
            where cf.entered_at >= c.day_start and cf.entered_at < c.day_end
        )
)
insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
select u.session_id, u.day, 'behavior_events', 'reconciliation' from unlike u;
