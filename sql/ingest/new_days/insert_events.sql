-- As publish/30_insert_events, which leaves these days out.
with written as (
    insert into uxpipeline.new_events (
        id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
        "timestamp", page_url, component_id, metadata, received_at, load_id
    )
    select
        e.id, e.session_id, e.event_type, e.element_path, e.element_type, e.element_text, e.coordinates,
        e.viewport_size, e.event_data, e."timestamp", e.page_url, e.component_id, e.metadata,
        coalesce(e.received_at, clock_timestamp()), e.load_id
    from uxpipeline.stage_events e
    where e.load_id = %(load_id)s
        and (e."timestamp" at time zone 'UTC')::date = any (%(new_days)s::date[])
        and not exists (select from refused_lines r where r.line_no = e.line_no)
    order by e.session_id, e."timestamp"
    returning 1
)
select 'behavior_events' as relation, count(*) as rows from written;
