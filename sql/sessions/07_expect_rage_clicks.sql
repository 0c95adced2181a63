-- Rage clicks of trackers that report none. Clicks of one target whose metadata asks for it, each less than a second after
-- the one before and, where `within_px` says so, not far from it, are a burst; its third click is the rage click. Recomputed
-- for the touched sessions: a click that comes late joins bursts, moves or parts them.
insert into expected_events (
    id, event_type, "timestamp", session_id, element_path, element_type, element_text, coordinates, viewport_size, page_url,
    component_id, metadata, received_at, load_id, event_data
)
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
)
select
    md5(be.id::text || '.rage_click')::uuid,
    'rage_click',
    be."timestamp", be.session_id, be.element_path, be.element_type, be.element_text, be.coordinates, be.viewport_size,
    be.page_url, be.component_id,
    jsonb_build_object(
        'detector', 'uxpipeline.rage_click',
        'version', 1,
        'parameters', jsonb_strip_nulls(
            jsonb_build_object('clicks', 3, 'within_ms', 1000, 'within_px', c.within_px)
        )
    ),
    be.received_at, be.load_id, '{}'
from counted c
join session_spans s on s.n = c.n
cross join lateral (
    select * from public.behavior_events stored
    where stored.session_id = s.session_id and stored."timestamp" = c."timestamp" and stored.id = c.id
            and stored."timestamp" >= %(span_start)s and stored."timestamp" < %(span_end)s
    offset 0
) be
where c.click_no = 3;
