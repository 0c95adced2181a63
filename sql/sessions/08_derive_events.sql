-- Stores the derived events that are expected and takes those away that are not any more. The facts owe every day that
-- gained or lost one.
with gone as (
    select s.session_id, e."timestamp", e.id
    from touched_events e
    join session_spans s on s.n = e.n
    cross join lateral (
        select * from public.behavior_events stored
        where stored.session_id = s.session_id and stored."timestamp" = e."timestamp" and stored.id = e.id
            and stored."timestamp" >= %(span_start)s and stored."timestamp" < %(span_end)s
        offset 0
    ) be
    where e.follows
        and not exists (
            select from expected_events x
            where x.session_id = s.session_id and x.id = e.id and x."timestamp" = e."timestamp"
                and x.event_data = be.event_data
        )
),
withdrawn as (
    delete from public.behavior_events be
    using gone
    where be.session_id = gone.session_id and be."timestamp" = gone."timestamp" and be.id = gone.id
        -- Bounds known when the statement runs: partitions outside them are not opened.
        and be."timestamp" >= (select min("timestamp") from gone)
        and be."timestamp" <= (select max("timestamp") from gone)
    returning be.session_id, be."timestamp"
),
-- A session that somebody is erasing is waited for, and left alone once it is gone.
kept as materialized (
    select us.session_id
    from public.user_sessions us
    where us.session_id = any (array(select x.session_id from expected_events x))
    for key share
),
written as (
    insert into public.behavior_events (
        id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
        "timestamp", page_url, component_id, metadata, received_at, load_id
    )
    select
        x.id, x.session_id, x.event_type, x.element_path, x.element_type, x.element_text, x.coordinates, x.viewport_size,
        x.event_data, x."timestamp", x.page_url, x.component_id, x.metadata, x.received_at, x.load_id
    from expected_events x
    join kept on kept.session_id = x.session_id
    -- What is written anew has gone by then.
    where (select count(*) from withdrawn) >= 0
    on conflict do nothing
    returning session_id, "timestamp"
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select distinct session_id, ("timestamp" at time zone 'UTC')::date, 'behavior_events', 'deletion' from withdrawn
    union all
    select distinct session_id, ("timestamp" at time zone 'UTC')::date, 'behavior_events', 'load' from written
)
select 'behavior_events' as relation, count(*) as rows from written;
