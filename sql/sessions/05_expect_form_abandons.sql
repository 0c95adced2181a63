-- A form that was started and never submitted in a session that fell silent was abandoned, at the last event seen on its
-- page. Recomputed for the touched sessions: a late submission takes its abandon away again.
create temporary table expected_events on commit drop as
with forms as (
    select be.*, t.n
    from touched_events t
    join session_spans s on s.n = t.n
    cross join lateral (
        select * from public.behavior_events stored
        where stored.session_id = s.session_id and stored."timestamp" = t."timestamp" and stored.id = t.id
            and stored."timestamp" >= %(span_start)s and stored."timestamp" < %(span_end)s
        offset 0
    ) be
    where t.derived = 'form_start'
),
seen as (
    select
        f.n, f.id,
        bool_or(e.submitted_form_id = f.event_data -> 'form_id') as submitted,
        max(e."timestamp") as last_at,
        max(e."timestamp") filter (
            where e.page_url = f.page_url and e.event_type <> 'form_abandon' and not e.follows
        ) as left_at,
        (array_agg(e.received_at order by e."timestamp" desc, e.id desc) filter (
            where e.page_url = f.page_url and e.event_type <> 'form_abandon' and not e.follows
        ))[1] as received_at
    from forms f
    join touched_events e on e.n = f.n
    group by f.n, f.id
)
select
    md5(f.id::text || '.form_abandon')::uuid as id,
    'form_abandon' as event_type,
    seen.left_at as "timestamp",
    f.session_id, f.element_path, f.element_type, null::text as element_text, null::jsonb as coordinates, f.viewport_size,
    f.page_url, f.component_id, f.metadata, seen.received_at, f.load_id,
    jsonb_build_object('form_id', f.event_data -> 'form_id')
        || case when last_touch.field is null then '{}' else jsonb_build_object('last_field', last_touch.field) end as event_data
from forms f
join seen on seen.n = f.n and seen.id = f.id
left join lateral (
    select touches.field
    from (
        select e."timestamp" as at, e.touched_field as field
        from touched_events e
        where e.n = f.n and e.touched_form_id = f.event_data -> 'form_id' and e.touched_field is not null
        union all
        select r.at, r.value
        from uxpipeline.remarks r
        where r.session_id = f.session_id and r.kind = 'form_touch' and r.subject = f.event_data ->> 'form_id'
    ) touches
    order by touches.at desc, touches.field desc
    limit 1
) last_touch on true
where seen.last_at <= %(silent_before)s and seen.submitted is not true;
