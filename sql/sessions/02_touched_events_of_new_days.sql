-- What the touched sessions did on days that this load stores apart: nothing there is derived, or asks for it.
insert into touched_events (n, id, "timestamp", event_type, page_url, received_at, follows)
select s.n, e.id, e."timestamp", e.event_type, e.page_url, coalesce(e.received_at, clock_timestamp()), false
from uxpipeline.stage_events e
join session_spans s on s.session_id = e.session_id
where e.load_id = %(load_id)s
    and (e."timestamp" at time zone 'UTC')::date = any (%(new_days)s::date[])
    and not exists (select from refused_lines r where r.line_no = e.line_no);
