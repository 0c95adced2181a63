-- Of the events whose id the file has more than once, those that are taken.
insert into uxpipeline.stage_new_events (
    id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
    "timestamp", page_url, component_id, metadata, received_at, load_id
)
select
    e.id, e.session_id, e.event_type, e.element_path, e.element_type, e.element_text, e.coordinates,
    e.viewport_size, e.event_data, e."timestamp", e.page_url, e.component_id, e.metadata,
    coalesce(e.received_at, clock_timestamp()), e.load_id
from uxpipeline.stage_events e
join repeated_ids again on again.id = e.id
where e.load_id = %(load_id)s
    and (e."timestamp" at time zone 'UTC')::date = any (%(new_days)s::date[])
    and not exists (select from refused_lines r where r.line_no = e.line_no)
    and not exists (
        select from uxpipeline.stage_new_events stored
        where stored.session_id = e.session_id and stored."timestamp" = e."timestamp" and stored.id = e.id
    );
