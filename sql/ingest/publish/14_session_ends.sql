-- The first and the last event of each session on such days, and its page views there. Where an id may come twice, all
-- events have to be looked at.
create temporary table session_ends on commit drop as
select
    told.session_id,
    told.first_at,
    told.last_at,
    told.page_views,
    (array_agg(e.id order by e."timestamp", e.id))[1] as first_id,
    (array_agg(e.page_url order by e."timestamp", e.id))[1] as first_page,
    (array_agg(e.id order by e."timestamp" desc, e.id desc))[1] as last_id,
    (array_agg(e.page_url order by e."timestamp" desc, e.id desc))[1] as last_page
from (
    select
        n.session_id, min(n.first_at) as first_at, max(n.last_at) as last_at, sum(n.page_views)::integer as page_views
    from sessions_of_new_days n
    join touched_sessions t on t.session_id = n.session_id
    where not t.may_repeat
    group by n.session_id
) told
join uxpipeline.stage_events e on e.session_id = told.session_id and e."timestamp" in (told.first_at, told.last_at)
where e.load_id = %(load_id)s
    and (e."timestamp" at time zone 'UTC')::date = any (%(new_days)s::date[])
    and not exists (select from refused_lines r where r.line_no = e.line_no)
group by told.session_id, told.first_at, told.last_at, told.page_views;
