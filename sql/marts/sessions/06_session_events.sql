-- Session by session along the key, so that only the partitions within its span are read.
create temporary table session_events on commit drop as
select
    be.session_id, be.id, be."timestamp", be.event_type, be.element_path, be.element_type, be.component_id, be.page_url,
    case when be.event_type = 'scroll_depth' then be.event_data ->> 'percentage' end as scroll_depth,
    case when be.event_data ? 'hesitation_ms' then uxpipeline.sane_hesitation_ms(be.event_data) end as hesitation_ms
from stale_sessions s
cross join lateral (
    select * from public.behavior_events stored
    where stored.session_id = s.session_id and stored."timestamp" >= s.span_start and stored."timestamp" < s.span_end
    offset 0
) be;
