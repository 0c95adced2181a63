-- Per session, component and page: what is no longer so, and what is so now. Late events leave most of a session as it was.
create temporary table component_changes on commit drop as
with known as materialized (
    select
        session_id, component_id, page_url, interactions, clicks, rage_clicks, hesitations, hesitation_ms,
        hesitations_timed, first_seen, last_seen, converted
    from uxpipeline.session_components
    -- By an array, so that the rows are looked up session by session however many others there are.
    where session_id = any (array(select s.session_id from stale_sessions s))
),
counted as materialized (
    select
        e.session_id, e.component_id, e.page_url,
        count(*) as interactions,
        count(*) filter (where e.event_type = 'click') as clicks,
        count(*) filter (where e.event_type = 'rage_click') as rage_clicks,
        count(*) filter (where e.event_type = 'hesitation') as hesitations,
        coalesce(sum(e.hesitation_ms), 0)::bigint as hesitation_ms,
        count(e.hesitation_ms) as hesitations_timed,
        min(e."timestamp") as first_seen,
        max(e."timestamp") as last_seen,
        bool_or(f.converted_at is not null) as converted
    from session_events e
    join (
        select session_id, converted_at from uxpipeline.session_facts
        where session_id = any (array(select s.session_id from stale_sessions s))
        offset 0
    ) f on f.session_id = e.session_id
    where e.component_id is not null
    group by e.session_id, e.component_id, e.page_url
)
select gone.*, -1 as sign
from (table known except table counted) gone
union all
select made.*, 1
from (table counted except table known) made;
