-- Sessions we have not seen yet, in key order so that two loads cannot deadlock; the later steps complete them. Of nearly
-- all that are on new days only, what follows from their events is known: sessions/06_complete_sessions has nothing to do.
with written as (
    insert into public.user_sessions (
        session_id, landing_page, created_at, exit_page, exit_reason, duration_seconds, page_count, supplied
    )
    select
        t.session_id,
        coalesce(nullif(hint.landing_page, ''), ends.first_page, ''),
        coalesce(t.first_at, clock_timestamp()),
        ends.last_page,
        case when ends.last_at <= %(silent_before)s then 'timeout' end,
        least(round(extract(epoch from ends.last_at - ends.first_at)), 2147483647)::integer,
        coalesce(ends.page_views, 0),
        '{}'
    from touched_sessions t
    left join session_ends ends on ends.session_id = t.session_id
    left join lateral (
        select s.landing_page
        from uxpipeline.stage_sessions s
        where s.load_id = %(load_id)s and s.session_id = t.session_id and s.landing_page is not null
        order by s.at nulls first, case when s.at is null then s.line_no end, s.landing_page
        limit 1
    ) hint on true
    order by t.session_id
    on conflict (session_id) do nothing
    returning session_id
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from uxpipeline.stage_sessions s
    join written w on w.session_id = s.session_id
    where s.load_id = %(load_id)s and s.at is null and l.load_id = s.load_id and l.line_no = s.line_no
        and l.outcome = 'pending'
)
select 'user_sessions' as relation, count(*) as rows from written;
