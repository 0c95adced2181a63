-- What is stored already of the sessions that the file tells of.
create temporary table stored_events on commit drop as
select be.session_id, be.id, be."timestamp", be.event_type, be.page_url
from uxpipeline.event_spans(array(
    select distinct e.session_id from uxpipeline.stage_events e where e.load_id = %(load_id)s
)) s
cross join lateral (
    select * from public.behavior_events stored
    where stored.session_id = s.session_id and stored."timestamp" >= s.span_start and stored."timestamp" < s.span_end
    offset 0
) be;
