-- What follows from a session's events, for the touched sessions: start, last page, duration, page views, and its end by
-- silence. Recomputed from all stored events, so the order in which they arrived does not matter; supplied columns stay.
-- A session that was inserted directly is left alone until it ends; from then on we know what it supplied itself.
with spanned as materialized (
    select
        n, min("timestamp") as first_at, max("timestamp") as last_at,
        sum(page_views)::integer as page_views
    from touched_events
    where not follows
    group by n
),
edges as materialized (
    select
        s.n,
        (array_agg(e.page_url order by e."timestamp", e.id))[1] as first_page,
        (array_agg(e.page_url order by e."timestamp" desc, e.id desc))[1] as last_page
    from spanned s
    join touched_events e on e.n = s.n and e."timestamp" in (s.first_at, s.last_at)
    where not e.follows
    group by s.n
),
known as (
    select
        us.*,
        f.first_at, f.last_at, coalesce(f.page_views, 0) as page_views, e.last_page, e.first_page,
        coalesce(f.last_at, us.created_at) <= %(silent_before)s as silent,
        -- Of one that was inserted directly: what is not null, in the order of the names. It has not ended yet.
        coalesce(us.supplied, array_remove(array[
            case when us.country_code is not null then 'country_code' end,
            'created_at',
            case when us.device_type is not null then 'device_type' end,
            case when us.duration_seconds is not null then 'duration_seconds' end,
            'landing_page',
            case when us.language is not null then 'language' end,
            -- The page count of a session that did not say is the column's default.
            case when us.page_count <> 1 then 'page_count' end,
            case when us.referrer is not null then 'referrer' end,
            case when us.screen_resolution is not null then 'screen_resolution' end,
            case when us.user_agent is not null then 'user_agent' end,
            case when us.visitor_key is not null then 'visitor_key' end
        ], null)) as given
    from session_spans s
    -- Looked up session by session, however many others there are.
    cross join lateral (
        select * from public.user_sessions stored where stored.session_id = s.session_id offset 0
    ) us
    left join spanned f on f.n = s.n
    left join edges e on e.n = s.n
    where us.supplied is not null
        or (us.exit_page is null and us.exit_reason is null and coalesce(f.last_at, us.created_at) <= %(silent_before)s)
    offset 0
),
changed as materialized (
    select d.*
    from known k
    cross join lateral (
        select
            k.session_id,
            k.updated_at,
            k.given,
            case
                when 'created_at' = any (k.given) then k.created_at else coalesce(k.first_at, k.created_at)
            end as created_at,
            case when 'exit_page' = any (k.given) then k.exit_page else k.last_page end as exit_page,
            case
                when 'exit_reason' = any (k.given) then k.exit_reason
                when 'exit_page' = any (k.given) then null
                when k.silent then 'timeout'
            end as exit_reason,
            case
                when 'duration_seconds' = any (k.given) then k.duration_seconds
                when k.last_at is not null
                    then least(round(extract(epoch from k.last_at - k.first_at)), 2147483647)::integer
            end as duration_seconds,
            case when 'page_count' = any (k.given) then k.page_count else k.page_views end as page_count,
            case when k.landing_page = '' then coalesce(k.first_page, '') else k.landing_page end as landing_page
        offset 0
    ) d
    where (
        k.created_at, k.exit_page, k.exit_reason, k.duration_seconds, k.page_count, k.landing_page, k.supplied
    ) is distinct from (
        d.created_at, d.exit_page, d.exit_reason, d.duration_seconds, d.page_count, d.landing_page, d.given
    )
)
update public.user_sessions us
set created_at = c.created_at,
    exit_page = c.exit_page,
    exit_reason = c.exit_reason,
    duration_seconds = c.duration_seconds,
    page_count = c.page_count,
    landing_page = c.landing_page,
    supplied = c.given,
    -- What follows from events is no arrival. The trigger takes a moment that stays for one that was not said.
    received_at = us.received_at + interval '1 microsecond'
from changed c
where us.session_id = any (array(select changed.session_id from changed))
    and us.session_id = c.session_id
    -- A beacon that said goodbye meanwhile is not overruled by what we had read before.
    and us.updated_at = c.updated_at;
