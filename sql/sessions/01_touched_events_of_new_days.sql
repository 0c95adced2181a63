-- What the touched sessions did on days that this load stores apart: nothing there is derived, or asks for it.
insert into touched_events (n, id, "timestamp", event_type, page_url, received_at, follows)
select s.n, e.id, e."timestamp", e.event_type, e.page_url, e.received_at, false
from uxpipeline.new_events e
join session_spans s on s.session_id = e.session_id;
