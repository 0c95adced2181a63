-- Per session, component and page: what is no longer so, and what is so now. Late events leave most of a session as it was.
create temporary table component_changes on commit drop as
with known as materialized (
    select
        s.n, c.component_id, c.page_url, c.interactions, c.clicks, c.rage_clicks, c.hesitations, c.hesitation_ms,
        c.hesitations_timed, c.first_seen, c.last_seen, c.converted
    from uxpipeline.session_components c
    join stale_sessions s on s.session_id = c.session_id
    -- By an array, so that the rows are looked up session by session however many others there are.
    where c.session_id = any (array(select s.session_id from stale_sessions s where s.known))
),
counted as materialized (
    select
        done.*,
        exists (
            select from session_steps st
            join uxpipeline.conversion_target target
                on target.funnel_name = st.funnel_name and target.step_order = st.step_order
            where st.n = done.n
        ) as converted
    from (
        select
            n, component_id, page_url,
            count(*) as interactions,
            count(*) filter (where event_type = 'click') as clicks,
            count(*) filter (where event_type = 'rage_click') as rage_clicks,
            count(*) filter (where event_type = 'hesitation') as hesitations,
            coalesce(sum(hesitation_ms), 0)::bigint as hesitation_ms,
            count(hesitation_ms) as hesitations_timed,
            min("timestamp") as first_seen,
            max("timestamp") as last_seen
        from session_events
        where component_id is not null
        group by n, component_id, page_url
    ) done
)
-- Not `except`, which would hash all there is to know of sessions that are all new.
select known.*, -1 as sign
from known
where not exists (
    select from counted
    where counted.n = known.n and counted.component_id = known.component_id and counted.page_url = known.page_url
        and counted is not distinct from known
)
union all
select counted.*, 1
from counted
where not exists (
    select from known
    where known.n = counted.n and known.component_id = counted.component_id and known.page_url = counted.page_url
        and known is not distinct from counted
);
