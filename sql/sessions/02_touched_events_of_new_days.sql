-- What the touched sessions did on days that this load stores apart: nothing there is derived, or asks for it. Of sessions
-- that repeat no id the first and the last event tell all.
insert into touched_events (n, id, "timestamp", page_url, page_views, follows)
select s.n, ends.first_id, ends.first_at, ends.first_page, ends.page_views, false
from session_ends ends
join session_spans s on s.session_id = ends.session_id
union all
select s.n, ends.last_id, ends.last_at, ends.last_page, 0, false
from session_ends ends
join session_spans s on s.session_id = ends.session_id
where ends.last_id <> ends.first_id
union all
select s.n, e.id, e."timestamp", e.page_url, (e.event_type = 'page_view')::integer, false
from touched_sessions t
join session_spans s on s.session_id = t.session_id
join uxpipeline.stage_events e on e.session_id = t.session_id
where t.may_repeat
    and e.load_id = %(load_id)s
    and (e."timestamp" at time zone 'UTC')::date = any (%(new_days)s::date[])
    and not exists (select from refused_lines r where r.line_no = e.line_no);
