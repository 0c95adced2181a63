-- A line whose event was written stays pending: marking each would cost as much as a third of writing them.
with written as (
    insert into public.behavior_events (
        id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
        "timestamp", page_url, component_id, metadata, received_at, load_id
    )
    select
        e.id, e.session_id, e.event_type, e.element_path, e.element_type, e.element_text, e.coordinates,
        e.viewport_size, e.event_data, e."timestamp", e.page_url, e.component_id, e.metadata,
        coalesce(e.received_at, clock_timestamp()), e.load_id
    from uxpipeline.stage_events e
    join uxpipeline.stage_lines l on l.load_id = e.load_id and l.line_no = e.line_no and l.outcome = 'pending'
    where e.load_id = %(load_id)s and not e.earliest_only and not e.deepest_only
    order by e.session_id, e."timestamp", e.id
    on conflict do nothing
    returning session_id, id
),
offered as (
    select e.session_id, e.id
    from uxpipeline.stage_events e
    join uxpipeline.stage_lines l on l.load_id = e.load_id and l.line_no = e.line_no and l.outcome = 'pending'
    where e.load_id = %(load_id)s and not e.earliest_only and not e.deepest_only
),
lost as (
    insert into lost_events (session_id, id)
    select o.session_id, o.id
    from offered o
    where (select count(*) from written) < (select count(*) from offered)
        and not exists (select from written w where w.session_id = o.session_id and w.id = o.id)
)
select 'behavior_events' as relation, count(*) as rows from written;
