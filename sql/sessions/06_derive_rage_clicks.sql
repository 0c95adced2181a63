-- Rage clicks of trackers that report none. Clicks of one target whose metadata asks for it, each less than a second after
-- the one before and, where `within_px` says so, not far from it, are a burst; its third click is the rage click. Recomputed
-- for the touched sessions: a click that comes late joins bursts, moves or parts them. The facts owe every day that gained
-- or lost one.
with clicks as (
    select
        c.n, c.id, c."timestamp", c.burst ->> 'of' as target,
        case when jsonb_typeof(c.burst -> 'within_px') = 'number' then (c.burst ->> 'within_px')::numeric end as within_px,
        case when jsonb_typeof(c.coordinates -> 'x') = 'number' then (c.coordinates ->> 'x')::numeric end as x,
        case when jsonb_typeof(c.coordinates -> 'y') = 'number' then (c.coordinates ->> 'y')::numeric end as y
    from touched_events c
    where c.burst ->> 'of' is not null
),
linked as (
    select
        c.*,
        coalesce(
            c."timestamp" - lag(c."timestamp") over in_order < interval '1 second'
            -- Without coordinates only time tells.
            and coalesce(
                abs(c.x - lag(c.x) over in_order) + abs(c.y - lag(c.y) over in_order) < c.within_px, true
            ),
            false
        ) as goes_on
    from clicks c
    window in_order as (partition by c.n, c.target order by c."timestamp", c.id)
),
bursts as (
    select
        l.*,
        count(*) filter (where not l.goes_on) over (partition by l.n, l.target order by l."timestamp", l.id) as burst_no
    from linked l
),
counted as (
    select b.*, row_number() over (partition by b.n, b.target, b.burst_no order by b."timestamp", b.id) as click_no
    from bursts b
),
expected as (
    select
        md5(be.id::text || '.rage_click')::uuid as id,
        be.session_id, be."timestamp", be.element_path, be.element_type, be.element_text, be.coordinates,
        be.viewport_size, be.page_url, be.component_id, be.received_at, be.load_id,
        jsonb_build_object(
            'detector', 'uxpipeline.rage_click',
            'version', 1,
            'parameters', jsonb_strip_nulls(
                jsonb_build_object('clicks', 3, 'within_ms', 1000, 'within_px', c.within_px)
            )
        ) as metadata
    from counted c
    join session_spans s on s.n = c.n
    cross join lateral (
        select * from public.behavior_events stored
        where stored.session_id = s.session_id and stored."timestamp" = c."timestamp" and stored.id = c.id
        offset 0
    ) be
    where c.click_no = 3
),
-- A session that somebody is erasing is waited for, and left alone once it is gone.
kept as materialized (
    select us.session_id
    from public.user_sessions us
    where us.session_id = any (array(select x.session_id from expected x))
    for key share
),
gone as (
    select s.session_id, e."timestamp", e.id
    from touched_events e
    join session_spans s on s.n = e.n
    where e.derived = 'rage_click'
        and not exists (
            select from expected x
            where x.session_id = s.session_id and x.id = e.id and x."timestamp" = e."timestamp"
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
written as (
    insert into public.behavior_events (
        id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, "timestamp",
        page_url, component_id, metadata, received_at, load_id
    )
    select
        x.id, x.session_id, 'rage_click', x.element_path, x.element_type, x.element_text, x.coordinates, x.viewport_size,
        x."timestamp", x.page_url, x.component_id, x.metadata, x.received_at, x.load_id
    from expected x
    join kept on kept.session_id = x.session_id
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
