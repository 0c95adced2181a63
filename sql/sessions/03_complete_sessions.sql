-- What follows from a session's events, for the touched sessions: start, last page, duration, page views, and its end by
-- silence. Recomputed from all stored events, so the order in which they arrived does not matter; supplied columns stay.
-- A session that was inserted directly is left alone until it ends; from then on we know what it supplied itself.
with facts as (
    select s.session_id, f.*
    from session_spans s
    cross join lateral (
        select
            min(e."timestamp") as first_at,
            max(e."timestamp") as last_at,
            count(*) filter (where e.event_type = 'page_view') as page_views,
            (array_agg(e.page_url order by e."timestamp" desc, e.id desc))[1] as last_page,
            (array_agg(e.page_url order by e."timestamp", e.id))[1] as first_page
        from (
            -- An event repeated under a later timestamp happened at the earliest.
            select distinct on (be.id) be.id, be."timestamp", be.event_type, be.page_url
            from public.behavior_events be
            where be.session_id = s.session_id and be."timestamp" >= s.span_start and be."timestamp" < s.span_end
            order by be.id, be."timestamp"
        ) e
        offset 0
    ) f
),
-- Materialized: `given` is looked up once a session, not once for each column that asks for it.
known as materialized (
    select
        us.*,
        f.first_at, f.last_at, coalesce(f.page_views, 0)::integer as page_views, f.last_page, f.first_page,
        coalesce(f.last_at, us.created_at) <= %(silent_before)s as silent,
        coalesce(us.supplied, array(
            -- The page count of a session that did not say is the column's default.
            select field.key
            from jsonb_object_keys(
                jsonb_strip_nulls(to_jsonb(us)) - array['id', 'session_id', 'updated_at', 'received_at']
            ) field (key)
            where field.key <> 'page_count' or us.page_count <> 1
            order by field.key
        )) as given
    from public.user_sessions us
    join facts f on f.session_id = us.session_id
),
derived as (
    select
        k.session_id,
        k.updated_at,
        k.given,
        case when 'created_at' = any (k.given) then k.created_at else coalesce(k.first_at, k.created_at) end as created_at,
        case when 'exit_page' = any (k.given) then k.exit_page else k.last_page end as exit_page,
        case
            when 'exit_reason' = any (k.given) then k.exit_reason
            when 'exit_page' = any (k.given) then null
            when k.silent then 'timeout'
        end as exit_reason,
        case
            when 'duration_seconds' = any (k.given) then k.duration_seconds
            when k.last_at is not null then least(round(extract(epoch from k.last_at - k.first_at)), 2147483647)::integer
        end as duration_seconds,
        case when 'page_count' = any (k.given) then k.page_count else k.page_views end as page_count,
        case when k.landing_page = '' then coalesce(k.first_page, '') else k.landing_page end as landing_page
    from known k
    where k.supplied is not null or (k.silent and k.exit_page is null and k.exit_reason is null)
)
update public.user_sessions us
set created_at = d.created_at,
    exit_page = d.exit_page,
    exit_reason = d.exit_reason,
    duration_seconds = d.duration_seconds,
    page_count = d.page_count,
    landing_page = d.landing_page,
    supplied = d.given
from derived d
where us.session_id = d.session_id
    -- A beacon that said goodbye meanwhile is not overruled by what we had read before.
    and us.updated_at = d.updated_at
    and (
        us.created_at, us.exit_page, us.exit_reason, us.duration_seconds, us.page_count, us.landing_page, us.supplied
    ) is distinct from (
        d.created_at, d.exit_page, d.exit_reason, d.duration_seconds, d.page_count, d.landing_page, d.given
    );
