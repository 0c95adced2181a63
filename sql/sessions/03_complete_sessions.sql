-- What follows from a session's events, for the touched sessions: start, last page, duration, page views.
-- Recomputed from all stored events, so the order in which they arrived does not matter; supplied columns stay.
with facts as (
    select
        be.session_id,
        min(be."timestamp") as first_at,
        max(be."timestamp") as last_at,
        count(distinct be.id) filter (where be.event_type = 'page_view') as page_views,
        (array_agg(be.page_url order by be."timestamp" desc, be.id desc))[1] as last_page,
        (array_agg(be.page_url order by be."timestamp", be.id))[1] as first_page
    from public.behavior_events be
    join touched_sessions t on t.session_id = be.session_id
    group by be.session_id
),
derived as (
    select
        us.session_id,
        case when 'created_at' = any (us.supplied) then us.created_at else f.first_at end as created_at,
        case when 'exit_page' = any (us.supplied) then us.exit_page else f.last_page end as exit_page,
        case
            when 'duration_seconds' = any (us.supplied) then us.duration_seconds
            else least(round(extract(epoch from f.last_at - f.first_at)), 2147483647)::integer
        end as duration_seconds,
        case when 'page_count' = any (us.supplied) then us.page_count else f.page_views::integer end as page_count,
        case when us.landing_page = '' then f.first_page else us.landing_page end as landing_page
    from public.user_sessions us
    join facts f on f.session_id = us.session_id
    where us.supplied is not null
)
update public.user_sessions us
set created_at = d.created_at,
    exit_page = d.exit_page,
    duration_seconds = d.duration_seconds,
    page_count = d.page_count,
    landing_page = d.landing_page
from derived d
where us.session_id = d.session_id
    and (us.created_at, us.exit_page, us.duration_seconds, us.page_count, us.landing_page)
    is distinct from (d.created_at, d.exit_page, d.duration_seconds, d.page_count, d.landing_page);
