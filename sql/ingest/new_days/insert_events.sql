-- The events of these days, but for those whose id the file has more than once: publish knows which of them counts.
insert into uxpipeline.stage_new_events (
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
    and e.id not in (select r.id from uxpipeline.stage_repeated_ids r where r.load_id = %(load_id)s)
order by e.session_id, e."timestamp";
