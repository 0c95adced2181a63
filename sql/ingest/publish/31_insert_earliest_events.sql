-- Derived events that exist once per session: of all candidates ever seen the earliest stays, in whatever order they come.
with candidates as (
    select distinct on (e.session_id, e.id) e.*
    from uxpipeline.stage_events e
    join uxpipeline.stage_lines l
        on l.load_id = e.load_id and l.line_no = e.line_no and l.outcome in ('pending', 'inserted')
    where e.load_id = %(load_id)s and e.earliest_only
    order by e.session_id, e.id, e."timestamp", e.line_no
),
later as (
    select known.session_id, known."timestamp", known.id
    from stored_events known
    join candidates c on c.session_id = known.session_id and c.id = known.id and c."timestamp" < known."timestamp"
),
overtaken as (
    delete from public.behavior_events stored
    using later
    where stored.session_id = later.session_id and stored."timestamp" = later."timestamp" and stored.id = later.id
        -- Bounds known when the statement runs: partitions outside them are not opened.
        and stored."timestamp" >= (select min("timestamp") from later)
        and stored."timestamp" <= (select max("timestamp") from later)
    returning stored.session_id, stored."timestamp"
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select distinct session_id, ("timestamp" at time zone 'UTC')::date, 'behavior_events', 'load' from overtaken
),
written as (
    insert into public.behavior_events (
        id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
        "timestamp", page_url, component_id, metadata, received_at, load_id
    )
    select
        c.id, c.session_id, c.event_type, c.element_path, c.element_type, c.element_text, c.coordinates,
        c.viewport_size, c.event_data, c."timestamp", c.page_url, c.component_id, c.metadata,
        coalesce(c.received_at, clock_timestamp()), c.load_id
    from candidates c
    where not exists (
        select from stored_events stored
        where stored.session_id = c.session_id and stored.id = c.id and stored."timestamp" <= c."timestamp"
    )
    on conflict do nothing
    returning session_id, id
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from candidates c
    join written w on w.session_id = c.session_id and w.id = c.id
    where l.load_id = c.load_id and l.line_no = c.line_no and l.outcome = 'pending'
)
select 'behavior_events' as relation, count(*) as rows from written;
