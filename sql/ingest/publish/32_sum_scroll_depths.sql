-- How far a view of a page was scrolled, as all lines that tell of it sum up: the largest percentage, at the time of the
-- last of them, in whatever order they come. A repeated line tells of it again, maybe later.
create temporary table scroll_depths on commit drop as
with told as (
    select
        e.session_id, e.id, e."timestamp", e.page_url, e.viewport_size, e.component_id, e.metadata, e.received_at,
        e.load_id, e.line_no, (e.event_data ->> 'percentage')::numeric as percentage
    from uxpipeline.stage_events e
    join uxpipeline.stage_lines l
        on l.load_id = e.load_id and l.line_no = e.line_no and l.outcome in ('pending', 'inserted', 'duplicate')
    where e.load_id = %(load_id)s and e.deepest_only and jsonb_typeof(e.event_data -> 'percentage') = 'number'
),
known as (
    select
        be.session_id, be.id, be."timestamp", be.page_url, be.viewport_size, be.component_id, be.metadata,
        be.received_at, be.load_id, null::bigint as line_no,
        case
            when jsonb_typeof(be.event_data -> 'percentage') = 'number'
                then (be.event_data ->> 'percentage')::numeric
        end as percentage
    from (select distinct session_id, id from told) asked
    join stored_events found on found.session_id = asked.session_id and found.id = asked.id
    cross join lateral (
        select * from public.behavior_events stored
        where stored.session_id = found.session_id and stored."timestamp" = found."timestamp" and stored.id = found.id
        offset 0
    ) be
),
pool as (
    select * from told
    union all
    select * from known
),
summed as (
    select distinct on (p.session_id, p.id)
        p.*,
        deepest.percentage as deepest,
        deepest.line_no as deepest_line
    from pool p
    join (
        select distinct on (session_id, id) session_id, id, percentage, line_no
        from pool
        order by session_id, id, percentage desc nulls last, line_no nulls first
    ) deepest on deepest.session_id = p.session_id and deepest.id = p.id
    order by p.session_id, p.id, p."timestamp" desc, p.page_url, p.viewport_size::text, p.line_no nulls first
)
select s.*
from summed s
where s.deepest is not null
    and not exists (
        select from known k
        where k.session_id = s.session_id and k.id = s.id and k."timestamp" = s."timestamp"
            and (k.page_url, k.viewport_size, k.percentage) is not distinct from (s.page_url, s.viewport_size, s.deepest)
    );
