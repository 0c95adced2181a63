-- Session by session along the key, so that only the partitions within its span are read. The bounds of all spans are known
-- when the statement is planned: nothing is prepared for partitions outside them.
create temporary table session_events on commit drop as
select s.n, be.*
from stale_sessions s
cross join lateral (
    select
        stored.id, stored."timestamp", stored.event_type, stored.element_path, stored.element_type, stored.component_id,
        stored.page_url,
        case when stored.event_type = 'scroll_depth' then stored.event_data ->> 'percentage' end as scroll_depth,
        case
            when stored.event_data ? 'hesitation_ms' then uxpipeline.sane_hesitation_ms(stored.event_data)
        end as hesitation_ms
    from public.behavior_events stored
    where stored.session_id = s.session_id and stored."timestamp" >= s.span_start and stored."timestamp" < s.span_end
        and stored."timestamp" >= %(span_start)s and stored."timestamp" < %(span_end)s
    offset 0
) be;
