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
    where e.load_id = %(load_id)s and not e.earliest_only and not e.deepest_only
        and (e."timestamp" at time zone 'UTC')::date <> all (%(new_days)s::date[])
        and not exists (select from refused_lines r where r.line_no = e.line_no)
    -- Day by day, so that rows of one partition come together; in it a session's events lie together.
    order by date_bin('1 day', e."timestamp", '2000-01-01 00:00:00+00'), e.session_id, e."timestamp", e.id
    returning 1
)
select 'behavior_events' as relation, count(*) as rows from written;
